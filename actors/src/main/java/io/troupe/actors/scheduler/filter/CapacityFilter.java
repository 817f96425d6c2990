package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.actors.scheduler.pool.StoragePools;
import io.troupe.config.PoolSettings;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps hosts whose storage may still promise what volumes need that are made with the instance,
 * beside the instance's own disk; so that both come to lie together. Source: Cinder's filter of
 * this name, whose rule it is.
 *
 * @param shared pools that several hosts have, by name
 */
record CapacityFilter(Map<String, StoragePool> shared, PoolSettings settings)
    implements HostFilter.ByHost {
  /** Only where there is such a volume. */
  static Optional<HostFilter> of(RequestSpec request, HostTable table, PoolSettings settings) {
    return request.detail().newVolumesGib() == 0
        ? Optional.empty()
        : Optional.of(new CapacityFilter(StoragePools.shared(table.rows(), settings), settings));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    long asked = request.detail().newVolumesGib();
    var own = StoragePools.asSeenBy(host, settings);
    var all = own.shared() ? shared.getOrDefault(own.name(), own) : own;
    var free = least(own.freeGib(settings), all.freeGib(settings));
    if (free.isEmpty()) {
      return Verdict.PASS;
    }
    long left = free.getAsLong() - request.resources().diskGib();
    return asked <= left
        ? Verdict.PASS
        : new Verdict.Short("capacity for volumes", asked, left, "GiB");
  }

  private static OptionalLong least(OptionalLong one, OptionalLong other) {
    return one.isEmpty() || other.isEmpty()
        ? one
        : OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
  }
}
