package io.troupe.actors.catalog;

import io.troupe.config.FilterName;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an administrator has changed of the scheduler's settings while it runs; what is empty stays
 * as it is configured. There is one or none.
 *
 * @param enabledFilters by Nova's names
 * @param enabledWeighers by Nova's names
 * @param multipliers by Nova's options, such as {@code ram_weight_multiplier}
 * @param limits {@code host_subset_size}, {@code max_io_ops_per_host}, {@code
 *     max_instances_per_host}
 */
public record SchedulerOverrides(
    Optional<String> policy,
    Optional<List<String>> enabledFilters,
    Optional<List<String>> enabledWeighers,
    Map<String, Double> multipliers,
    Map<String, Integer> limits,
    Instant changedAt)
    implements CatalogEntry {
  public static final String KEY = "settings";

  public SchedulerOverrides {
    enabledFilters = enabledFilters.map(List::copyOf);
    enabledWeighers = enabledWeighers.map(List::copyOf);
    multipliers = Map.copyOf(multipliers);
    limits = Map.copyOf(limits);
  }

  @Override
  public String key() {
    return KEY;
  }

  /**
   * The settings with these changes.
   *
   * @throws IllegalArgumentException when a name is not known or a value out of range
   */
  public SchedulerSettings appliedTo(SchedulerSettings configured) {
    var factors = new EnumMap<WeigherName, Double>(configured.multipliers());
    multipliers.forEach((option, value) -> factors.put(weigher(option), value));
    var settings =
        configured
            .withMultipliers(factors)
            .withLimits(
                limits.getOrDefault("host_subset_size", configured.hostSubsetSize()),
                limits.getOrDefault("max_io_ops_per_host", configured.maxIoOpsPerHost()),
                limits.getOrDefault("max_instances_per_host", configured.maxInstancesPerHost()));
    if (policy.isPresent()) {
      settings = settings.withPolicy(SchedulerPolicy.of(policy.get()));
    }
    if (enabledFilters.isPresent()) {
      settings =
          settings.withFilters(
              enabledFilters.get().stream().map(FilterName::of).collect(Collectors.toSet()));
    }
    return enabledWeighers.isEmpty()
        ? settings
        : settings.withWeighers(
            enabledWeighers.get().stream().map(WeigherName::of).collect(Collectors.toSet()));
  }

  private static WeigherName weigher(String option) {
    for (WeigherName name : WeigherName.values()) {
      if (name.option().equals(option)) {
        return name;
      }
    }
    throw new IllegalArgumentException("there is no multiplier " + option);
  }
}
