package io.troupe.actors.scheduler.pool;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PoolSettings;
import java.util.List;

/** Yes or no to a pool, with a reason. One rule each. */
sealed interface PoolFilter {
  Verdict judge(VolumeRequest request, StoragePool pool);

  default String name() {
    return getClass().getSimpleName();
  }

  /** Members that are still in question. */
  private static List<StoragePool.Member> open(StoragePool pool) {
    return pool.members().stream().filter(StoragePool.Member::open).toList();
  }

  /**
   * Keeps pools with a host that is enabled and up. Source: Cinder asks no service that is down.
   */
  record ServiceFilter() implements PoolFilter {
    @Override
    public Verdict judge(VolumeRequest request, StoragePool pool) {
      return open(pool).isEmpty()
          ? new Verdict.Mismatch("state", "enabled and up", pool.members().getFirst().state())
          : Verdict.PASS;
    }
  }

  /** Keeps pools with such a host in the zone. Source: Cinder's filter of this name. */
  record AvailabilityZoneFilter() implements PoolFilter {
    @Override
    public Verdict judge(VolumeRequest request, StoragePool pool) {
      if (request.availabilityZone().isEmpty()) {
        return Verdict.PASS;
      }
      var zone = request.availabilityZone().get();
      var zones = open(pool).stream().map(StoragePool.Member::zone).distinct().sorted().toList();
      return zones.contains(zone)
          ? Verdict.PASS
          : new Verdict.Mismatch("availability zone", zone, String.join(",", zones));
    }
  }

  /** Keeps pools with such a host that has not refused it yet. Source: Cinder's ignored hosts. */
  record RetryFilter() implements PoolFilter {
    @Override
    public Verdict judge(VolumeRequest request, StoragePool pool) {
      return StoragePools.maker(pool, request).isPresent()
          ? Verdict.PASS
          : new Verdict.Mismatch("attempt", "a first one", "an earlier one");
    }
  }

  /**
   * Keeps pools that may promise so much more; infinite and unknown ones are tried. Source:
   * Cinder's filter of this name. It compares with what is physically free as well; here what is
   * promised is always known, and that alone is compared.
   */
  record CapacityFilter(PoolSettings settings) implements PoolFilter {
    @Override
    public Verdict judge(VolumeRequest request, StoragePool pool) {
      var free = pool.freeGib(settings);
      return free.isEmpty() || request.gib() <= free.getAsLong()
          ? Verdict.PASS
          : new Verdict.Short("capacity", request.gib(), free.getAsLong(), "GiB");
    }
  }
}
