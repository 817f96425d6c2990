package io.troupe.actors.instance;

import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.SharedPool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where an instance has been: the move that is not settled, and all the former ones.
 *
 * @param guestGeneration under which the guest that the instance has was made, or came to its host;
 *     0 in snapshots of former releases, where it is the instance's own
 * @param open the move in progress or to be confirmed
 * @param migrations oldest first, the latest ones
 * @param disk the storage in which the root disk waits, from the beginning of an evacuation until
 *     there is a guest on it again; absent in snapshots of former releases
 */
public record Moves(
    long guestGeneration,
    Optional<Move> open,
    List<Migration> migrations,
    Optional<SharedPool> disk) {
  static final Moves NONE = new Moves(0, Optional.empty(), List.of(), Optional.empty());

  /** As many as an instance remembers; the journal has them all. */
  private static final int KEPT = 50;

  public Moves {
    migrations = List.copyOf(migrations);
    disk = disk == null ? Optional.empty() : disk;
  }

  /** Hosts that were dead when the instance left them, and may be so still. */
  Set<HostId> dead() {
    return migrations.stream()
        .filter(one -> one.type() == Migration.Type.EVACUATION)
        .flatMap(one -> one.source().stream())
        .collect(Collectors.toSet());
  }

  Moves ofGuest(long generation) {
    return new Moves(generation, open, migrations, disk);
  }

  Moves with(Optional<Move> move) {
    return new Moves(guestGeneration, move, migrations, disk);
  }

  Moves begin(Move move, Migration migration) {
    var all = new ArrayList<>(migrations);
    all.add(migration);
    if (all.size() > KEPT) {
      all.removeFirst();
    }
    return new Moves(guestGeneration, Optional.of(move), all, disk);
  }

  /** The open move's record says how it stands. */
  Moves recorded(Migration.Status status, Instant at) {
    if (open.isEmpty()) {
      return this;
    }
    var move = open.get();
    return new Moves(
        guestGeneration,
        open,
        migrations.stream()
            .map(
                one -> {
                  var to = move.destination().<HostId>or(one::destination);
                  return !one.operation().equals(move.operation())
                          || one.status() == status && one.destination().equals(to)
                      ? one
                      : one.in(status, to, at);
                })
            .toList(),
        disk);
  }

  Moves waitingOn(Optional<SharedPool> pool) {
    return new Moves(guestGeneration, open, migrations, pool);
  }
}
