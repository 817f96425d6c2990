package io.troupe.config;

import java.util.Map;

/**
 * How the place of a volume is chosen among storage pools. Names and meanings are Cinder's.
 *
 * @param reservedPercent of a pool's capacity that no volume gets, 0 to 100 ({@code
 *     reserved_percentage})
 * @param thin whether volumes take room as they are written to, so that more may be promised than
 *     there is ({@code thin_provisioning_support})
 * @param maxOverSubscription promised per real GiB where it is thin, above 0 ({@code
 *     max_over_subscription_ratio})
 * @param capacityMultiplier of {@code CapacityWeigher}: positive spreads, negative fills one pool
 *     after the other, 0 turns it off
 * @param allocatedMultiplier of {@code AllocatedCapacityWeigher}: negative prefers the pool with
 *     the fewest GiB of volumes, 0 turns it off
 * @param capacities by pool, where an operator knows better than the hosts that have it
 */
public record PoolSettings(
    int reservedPercent,
    boolean thin,
    double maxOverSubscription,
    double capacityMultiplier,
    double allocatedMultiplier,
    Map<String, PoolCapacity> capacities) {
  public static final PoolSettings DEFAULT = new PoolSettings(0, true, 1, 1, 0, Map.of());

  public PoolSettings {
    capacities = Map.copyOf(capacities);
    if (reservedPercent < 0 || reservedPercent > 100) {
      throw new IllegalArgumentException(
          "volumes pools reserved-percentage must be 0 to 100: " + reservedPercent);
    }
    if (!(maxOverSubscription > 0) || Double.isInfinite(maxOverSubscription)) {
      throw new IllegalArgumentException(
          "volumes pools max-over-subscription-ratio must be above 0: " + maxOverSubscription);
    }
    requireFinite("capacity-weight-multiplier", capacityMultiplier);
    requireFinite("allocated-capacity-weight-multiplier", allocatedMultiplier);
  }

  private static void requireFinite(String setting, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "volumes pools " + setting + " must be a number: " + value);
    }
  }

  /** The same with another ratio. */
  public PoolSettings withRatio(double other) {
    return new PoolSettings(
        reservedPercent, thin, other, capacityMultiplier, allocatedMultiplier, capacities);
  }
}
