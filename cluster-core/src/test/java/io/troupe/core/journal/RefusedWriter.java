package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A journal that takes a sequence number of an entity once: the JDBC profiles. */
abstract class RefusedWriter extends JournalConformance {

  @Test
  void aSecondWriterIsRefusedReloadedAndGoesOn() throws Exception {
    var id = newId();
    try (var stale = Ledgers.open(journal());
        var current = Ledgers.open(journal())) {
      Ledgers.await(stale.add(id, 1));
      Ledgers.await(current.add(id, 2)); // recovered 1; the stale one does not know of 2

      var refused = stale.add(id, 3);

      until(() -> stale.read(id).numbers().equals(List.of(1, 2)));
      assertThat(refused.toCompletableFuture()).isNotDone();
      Ledgers.await(stale.add(id, 4));
      assertThat(stale.read(id).numbers()).containsExactly(1, 2, 4);
    }
    try (var after = Ledgers.open(journal())) {
      assertThat(after.read(id).numbers()).containsExactly(1, 2, 4);
    }
  }

  /** Writes of several entities share a transaction, so a refused one takes others with it. */
  @Test
  void entitiesBesideARefusedWriterGoOn() throws Exception {
    var id = newId();
    var innocents = List.of(newId(), newId(), newId(), newId());
    try (var stale = Ledgers.open(journal());
        var current = Ledgers.open(journal())) {
      Ledgers.await(stale.add(id, 1));
      Ledgers.await(current.add(id, 2));
      innocents.forEach(innocent -> Ledgers.await(stale.add(innocent, 1)));

      var refused = stale.add(id, 3);
      innocents.forEach(innocent -> stale.add(innocent, 2));

      until(() -> stale.read(id).numbers().equals(List.of(1, 2)));
      assertThat(refused.toCompletableFuture()).isNotDone();
      for (var innocent : innocents) {
        until(() -> !stale.read(innocent).numbers().isEmpty());
        Ledgers.await(stale.add(innocent, 3));
        assertThat(stale.read(innocent).numbers()).startsWith(1).endsWith(3);
      }
    }
  }
}
