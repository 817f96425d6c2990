package io.troupe.actors.scheduler.pool;

import io.troupe.config.PoolCapacity;
import io.troupe.config.PoolSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One storage as all hosts that have it tell of it together.
 *
 * @param name of the shared pool, or of the only host that has it
 * @param shared whether it is one that several hosts may have
 * @param members the hosts that have it, by name
 * @param capacityGib GiB of all of it; what hosts tell is the most that one of them tells, since
 *     each tells the whole. Empty when it is infinite or unknown
 * @param infinite whether there is always more
 * @param keptBackGib GiB that the hosts keep back for themselves, the most that one of them does
 * @param provisionedGib GiB promised to guests' disks and volumes, on all hosts together
 * @param allocatedGib GiB of volumes and snapshots among it
 * @param volumes how many these are
 */
public record StoragePool(
    String name,
    boolean shared,
    List<Member> members,
    Optional<Long> capacityGib,
    boolean infinite,
    long keptBackGib,
    long provisionedGib,
    long allocatedGib,
    int volumes)
    implements CborSerializable {
  public StoragePool {
    members = List.copyOf(members);
  }

  public StoragePool(
      String name,
      boolean shared,
      List<Member> members,
      PoolCapacity capacity,
      long keptBackGib,
      long provisionedGib,
      long allocatedGib,
      int volumes) {
    this(
        name,
        shared,
        members,
        capacity instanceof PoolCapacity.Gib(var amount) ? Optional.of(amount) : Optional.empty(),
        capacity instanceof PoolCapacity.Infinite,
        keptBackGib,
        provisionedGib,
        allocatedGib,
        volumes);
  }

  public PoolCapacity capacity() {
    return capacityGib
        .<PoolCapacity>map(PoolCapacity.Gib::new)
        .orElseGet(() -> infinite ? new PoolCapacity.Infinite() : new PoolCapacity.Unknown());
  }

  /**
   * A host that has the pool.
   *
   * @param state empty when it is enabled and up, else what is the matter
   * @param provisionedGib GiB that this host has promised
   */
  public record Member(HostId host, String zone, String state, long provisionedGib) {
    boolean open() {
      return state.isEmpty();
    }
  }

  /**
   * GiB that may still be promised, below 0 when too much is already; empty when that is infinite
   * or unknown. Cinder's virtual free capacity.
   */
  public OptionalLong freeGib(PoolSettings settings) {
    if (capacityGib.isEmpty()) {
      return OptionalLong.empty();
    }
    long own = Math.max(0, capacityGib.get() - keptBackGib);
    double promised = settings.thin() ? own * settings.maxOverSubscription() : own;
    long reserved = own * settings.reservedPercent() / 100;
    return OptionalLong.of((long) Math.floor(promised) - reserved - provisionedGib);
  }
}
