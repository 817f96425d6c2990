package io.troupe.config;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A named way to choose among hosts. All but {@code filter} put a fixed set of filters and weighers
 * in place of the configured ones; what is always asked (zone, tenancy, capacity, traits …) stays.
 */
public enum SchedulerPolicy {
  /** The configured filters and weighers: Nova's filter scheduler. */
  FILTER,
  /** Any host that is up, by lot. Source: Nova's ChanceScheduler, there until 2017. */
  CHANCE,
  /** The host with the fewest vCPUs in use. Source: Nova's SimpleScheduler, there until 2013. */
  SIMPLE,
  /** The host with most instances. Source: OpenNebula's packing policy, as are the next three. */
  PACKING,
  /** The host with the fewest instances. */
  STRIPING,
  /** The host with most unclaimed CPU. */
  LOAD_AWARE,
  /** The host with the highest {@code PRIORITY} in its aggregates' metadata. */
  FIXED;

  public static SchedulerPolicy of(String word) {
    for (SchedulerPolicy policy : values()) {
      if (policy.word().equals(word)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(
        "scheduler policy: there is no policy "
            + word
            + "; known are filter, chance, simple, packing, striping, load-aware, fixed");
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The settings with this policy's filters, weighers and multipliers. */
  SchedulerSettings applied(SchedulerSettings settings) {
    return switch (this) {
      case FILTER -> settings;
      case CHANCE -> only(settings, Map.of());
      case SIMPLE -> only(settings, Map.of(WeigherName.VCPUS_USED, -1.0));
      case PACKING -> only(settings, Map.of(WeigherName.NUM_INSTANCES, 1.0));
      case STRIPING -> only(settings, Map.of(WeigherName.NUM_INSTANCES, -1.0));
      case LOAD_AWARE -> only(settings, Map.of(WeigherName.CPU, 1.0));
      case FIXED -> only(settings, Map.of(WeigherName.PRIORITY, 1.0));
    };
  }

  private static SchedulerSettings only(
      SchedulerSettings settings, Map<WeigherName, Double> weighers) {
    var multipliers = new EnumMap<WeigherName, Double>(settings.multipliers());
    multipliers.putAll(weighers);
    return settings
        .withPolicy(FILTER)
        .withFilters(Set.of(FilterName.COMPUTE))
        .withWeighers(weighers.keySet())
        .withMultipliers(multipliers);
  }
}
