package io.troupe.config;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * How the scheduler chooses and ranks hosts. A multiplier scales a weigher's value, which lies
 * between 0 and 1: positive spreads, negative packs (for io-ops the other way round), 0 turns the
 * weigher off. An aggregate's metadata of the same name in snake case overrides it for its hosts.
 * Names and defaults are Nova's ({@code filter_scheduler} options).
 *
 * @param policy may stand for filters and weighers of its own, see {@link #effective}
 * @param enabledFilters the filters an operator chose, beside those that are always asked
 * @param enabledWeighers the others are not asked
 * @param multipliers of every weigher, as they are written
 * @param hostSubsetSize the first candidate is drawn from this many best hosts, 1 to 1000; more
 *     than 1 keeps parallel requests apart at the price of a slightly worse host
 * @param candidates hosts a boot may try before it fails, 1 to 100 (Nova's {@code max_attempts});
 *     goes into each request that does not say otherwise
 * @param maxIoOpsPerHost instances being built, moved or copied that a host may have at once, for
 *     {@code IoOpsFilter} and {@code AggregateIoOpsFilter}
 * @param maxInstancesPerHost instances a host may have, for {@code NumInstancesFilter} and {@code
 *     AggregateNumInstancesFilter}
 * @param isolation for {@code IsolatedHostsFilter}
 * @param metrics for {@code MetricsFilter} and {@code MetricsWeigher}
 * @param imagePropertyWeights for {@code ImagePropertiesWeigher}, by property; empty counts every
 *     property alike
 * @param preemption when no host is left
 */
public record SchedulerSettings(
    SchedulerPolicy policy,
    Set<FilterName> enabledFilters,
    Set<WeigherName> enabledWeighers,
    Map<WeigherName, Double> multipliers,
    int hostSubsetSize,
    int candidates,
    int maxIoOpsPerHost,
    int maxInstancesPerHost,
    Isolation isolation,
    MetricWeights metrics,
    Map<String, Double> imagePropertyWeights,
    PreemptionSettings preemption) {
  public static final SchedulerSettings DEFAULT =
      new SchedulerSettings(
          SchedulerPolicy.FILTER,
          FilterName.DEFAULT,
          WeigherName.DEFAULT,
          WeigherName.defaults(),
          1,
          3,
          8,
          50,
          Isolation.NONE,
          MetricWeights.NONE,
          Map.of(),
          PreemptionSettings.OFF);

  public SchedulerSettings {
    var filters = EnumSet.noneOf(FilterName.class);
    filters.addAll(enabledFilters);
    enabledFilters = Collections.unmodifiableSet(filters);
    var weighers = EnumSet.noneOf(WeigherName.class);
    weighers.addAll(enabledWeighers);
    enabledWeighers = Collections.unmodifiableSet(weighers);
    var all = new EnumMap<WeigherName, Double>(WeigherName.defaults());
    all.putAll(multipliers);
    all.forEach((weigher, value) -> requireFinite(weigher.key(), value));
    multipliers = Collections.unmodifiableMap(all);
    imagePropertyWeights = Map.copyOf(imagePropertyWeights);
    imagePropertyWeights.forEach(SchedulerSettings::requireFinite);
    requireBetween("host-subset-size", hostSubsetSize, 1, 1000);
    requireBetween("candidates", candidates, 1, 100);
    requireBetween("max-io-ops-per-host", maxIoOpsPerHost, 0, Integer.MAX_VALUE);
    requireBetween("max-instances-per-host", maxInstancesPerHost, 0, Integer.MAX_VALUE);
  }

  public boolean enabled(FilterName filter) {
    return enabledFilters.contains(filter);
  }

  public boolean enabled(WeigherName weigher) {
    return enabledWeighers.contains(weigher);
  }

  /** As it is applied: negative for the weigher of build failures. */
  public double multiplier(WeigherName weigher) {
    return weigher.signed(multipliers.get(weigher));
  }

  /** With what the policy puts in place of the configured filters and weighers. */
  public SchedulerSettings effective() {
    return policy.applied(this);
  }

  public SchedulerSettings withPolicy(SchedulerPolicy other) {
    return with(other, enabledFilters, enabledWeighers, multipliers);
  }

  public SchedulerSettings withFilters(Set<FilterName> filters) {
    return with(policy, filters, enabledWeighers, multipliers);
  }

  public SchedulerSettings withWeighers(Set<WeigherName> weighers) {
    return with(policy, enabledFilters, weighers, multipliers);
  }

  /** Weighers that are not named keep their defaults. */
  public SchedulerSettings withMultipliers(Map<WeigherName, Double> others) {
    return with(policy, enabledFilters, enabledWeighers, others);
  }

  private SchedulerSettings with(
      SchedulerPolicy aPolicy,
      Set<FilterName> filters,
      Set<WeigherName> weighers,
      Map<WeigherName, Double> factors) {
    return new SchedulerSettings(
        aPolicy,
        filters,
        weighers,
        factors,
        hostSubsetSize,
        candidates,
        maxIoOpsPerHost,
        maxInstancesPerHost,
        isolation,
        metrics,
        imagePropertyWeights,
        preemption);
  }

  public SchedulerSettings withLimits(int subset, int ioOps, int instances) {
    return new SchedulerSettings(
        policy,
        enabledFilters,
        enabledWeighers,
        multipliers,
        subset,
        candidates,
        ioOps,
        instances,
        isolation,
        metrics,
        imagePropertyWeights,
        preemption);
  }

  public SchedulerSettings withJudgement(
      Isolation hosts, MetricWeights numbers, Map<String, Double> properties) {
    return new SchedulerSettings(
        policy,
        enabledFilters,
        enabledWeighers,
        multipliers,
        hostSubsetSize,
        candidates,
        maxIoOpsPerHost,
        maxInstancesPerHost,
        hosts,
        numbers,
        properties,
        preemption);
  }

  public SchedulerSettings withPreemption(PreemptionSettings other) {
    return new SchedulerSettings(
        policy,
        enabledFilters,
        enabledWeighers,
        multipliers,
        hostSubsetSize,
        candidates,
        maxIoOpsPerHost,
        maxInstancesPerHost,
        isolation,
        metrics,
        imagePropertyWeights,
        other);
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
