package io.troupe.actors.scheduler.pool;

import io.troupe.config.PoolSettings;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What a pool is worth. The raw value is spread over 0 to 1 across the pools that passed, times the
 * multiplier; a pool without one counts as the worst of them.
 */
sealed interface PoolWeigher {
  /** Higher is more. */
  OptionalDouble raw(StoragePool pool);

  double multiplier();

  /** Those that are not turned off. */
  static List<PoolWeigher> of(PoolSettings settings) {
    return Stream.<PoolWeigher>of(
            new CapacityWeigher(settings, settings.capacityMultiplier()),
            new AllocatedCapacityWeigher(settings.allocatedMultiplier()))
        .filter(weigher -> weigher.multiplier() != 0)
        .toList();
  }

  /** GiB that may still be promised. Source: Cinder's weigher of this name. */
  record CapacityWeigher(PoolSettings settings, double multiplier) implements PoolWeigher {
    @Override
    public OptionalDouble raw(StoragePool pool) {
      var free = pool.freeGib(settings);
      return free.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(free.getAsLong());
    }
  }

  /** GiB of volumes. Source: Cinder's weigher of this name. */
  record AllocatedCapacityWeigher(double multiplier) implements PoolWeigher {
    @Override
    public OptionalDouble raw(StoragePool pool) {
      return OptionalDouble.of(pool.allocatedGib());
    }
  }

  /** What it adds to the weight of each of these pools, in their order. */
  default List<Double> weigh(List<StoragePool> pools) {
    var known = pools.stream().map(this::raw).flatMapToDouble(OptionalDouble::stream).toArray();
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double value : known) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double from = least;
    double range = most - least;
    double worst = multiplier() > 0 ? 0 : 1;
    return pools.stream()
        .map(this::raw)
        .map(
            value ->
                multiplier()
                    * (value.isEmpty() && known.length > 0
                        ? worst
                        : value.isEmpty() || range == 0 ? 0 : (value.getAsDouble() - from) / range))
        .toList();
  }
}
