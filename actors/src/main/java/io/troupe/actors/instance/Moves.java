package io.troupe.actors.instance;

import io.troupe.core.value.HostId;
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
 */
public record Moves(long guestGeneration, Optional<Move> open, List<Migration> migrations) {
  static final Moves NONE = new Moves(0, Optional.empty(), List.of());

  /** As many as an instance remembers; the journal has them all. */
  private static final int KEPT = 50;

  public Moves {
    migrations = List.copyOf(migrations);
  }

  /** Hosts that were dead when the instance left them, and may be so still. */
  Set<HostId> dead() {
    return migrations.stream()
        .filter(one -> one.type() == Migration.Type.EVACUATION)
        .flatMap(one -> one.source().stream())
        .collect(Collectors.toSet());
  }

  Moves ofGuest(long generation) {
    return new Moves(generation, open, migrations);
  }

  Moves with(Optional<Move> move) {
    return new Moves(guestGeneration, move, migrations);
  }

  Moves begin(Move move, Migration migration) {
    var all = new ArrayList<>(migrations);
    all.add(migration);
    if (all.size() > KEPT) {
      all.removeFirst();
    }
    return new Moves(guestGeneration, Optional.of(move), all);
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
            .toList());
  }
}
