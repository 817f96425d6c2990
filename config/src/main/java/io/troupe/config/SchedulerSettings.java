package io.troupe.config;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How the scheduler ranks hosts. A multiplier scales a weigher's value, which lies between 0 and 1:
 * positive spreads, negative packs (for io-ops the other way round), 0 turns the weigher off. An
 * aggregate's metadata of the same name in snake case overrides it for its hosts. Names and
 * defaults are Nova's ({@code filter_scheduler} options).
 *
 * @param hostSubsetSize the first candidate is drawn from this many best hosts, 1 to 1000; more
 *     than 1 keeps parallel requests apart at the price of a slightly worse host
 * @param candidates hosts a boot may try before it fails, 1 to 100 (Nova's {@code max_attempts});
 *     goes into each request that does not say otherwise
 * @param enabledFilters the filters an operator chose, beside those that are always asked
 * @param maxIoOpsPerHost instances being built, moved or copied that a host may have at once, for
 *     {@code IoOpsFilter} and {@code AggregateIoOpsFilter}
 * @param maxInstancesPerHost instances a host may have, for {@code NumInstancesFilter} and {@code
 *     AggregateNumInstancesFilter}
 */
public record SchedulerSettings(
    double ramWeightMultiplier,
    double cpuWeightMultiplier,
    double diskWeightMultiplier,
    double ioOpsWeightMultiplier,
    double softAffinityWeightMultiplier,
    double softAntiAffinityWeightMultiplier,
    int hostSubsetSize,
    int candidates,
    Set<FilterName> enabledFilters,
    int maxIoOpsPerHost,
    int maxInstancesPerHost,
    double numInstancesWeightMultiplier,
    double hypervisorVersionWeightMultiplier) {
  public static final SchedulerSettings DEFAULT =
      new SchedulerSettings(
          1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1, 3, FilterName.DEFAULT, 8, 50, 0.0, 1.0);

  public SchedulerSettings {
    var filters = EnumSet.noneOf(FilterName.class);
    filters.addAll(enabledFilters);
    enabledFilters = Collections.unmodifiableSet(filters);
    requireFinite("ram-weight-multiplier", ramWeightMultiplier);
    requireFinite("cpu-weight-multiplier", cpuWeightMultiplier);
    requireFinite("disk-weight-multiplier", diskWeightMultiplier);
    requireFinite("io-ops-weight-multiplier", ioOpsWeightMultiplier);
    requireFinite("soft-affinity-weight-multiplier", softAffinityWeightMultiplier);
    requireFinite("soft-anti-affinity-weight-multiplier", softAntiAffinityWeightMultiplier);
    requireFinite("num-instances-weight-multiplier", numInstancesWeightMultiplier);
    requireFinite("hypervisor-version-weight-multiplier", hypervisorVersionWeightMultiplier);
    requireBetween("host-subset-size", hostSubsetSize, 1, 1000);
    requireBetween("candidates", candidates, 1, 100);
    requireBetween("max-io-ops-per-host", maxIoOpsPerHost, 0, Integer.MAX_VALUE);
    requireBetween("max-instances-per-host", maxInstancesPerHost, 0, Integer.MAX_VALUE);
  }

  public boolean enabled(FilterName filter) {
    return enabledFilters.contains(filter);
  }

  private static void requireFinite(String setting, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("scheduler " + setting + " must be a number: " + value);
    }
  }

  private static void requireBetween(String setting, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "scheduler " + setting + " must be " + least + " to " + most + ": " + value);
    }
  }
}
