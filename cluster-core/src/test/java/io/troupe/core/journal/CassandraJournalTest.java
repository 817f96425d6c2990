package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.stream.connectors.cassandra.javadsl.CassandraSessionRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On one node, with one copy of everything. */
class CassandraJournalTest extends JournalConformance {
  JournalServer server;

  int nodes() {
    return 1;
  }

  /** The way of an operator: refused, schema, schema once more, accepted. */
  @BeforeAll
  void schemaIsMadeByAnExplicitStepThatMayBeRepeated() throws Exception {
    server = JournalServer.cassandra(nodes());
    assertThatThrownBy(() -> Ledgers.open(journal()))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("has no table troupe.messages")
        .hasMessageContaining("troupe.tag_views")
        .hasMessageContaining("troupe_snapshots.snapshots")
        .hasMessageContaining("schema apply")
        .hasMessageNotContaining("\n");
    try (var ledgers = Ledgers.unprepared(journal())) {
      journal().applySchema(ledgers.system());
      journal().applySchema(ledgers.system());
      journal().prepare(ledgers.system());
      warmUp(ledgers);
    }
  }

  /** A cold ring on a busy machine lets the first requests time out, as no test should count on. */
  private void warmUp(Ledgers ledgers) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        ledgers.add(newId(), 1).toCompletableFuture().get(10, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        if (attempt == 12) {
          throw e;
        }
      }
    }
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  Map<String, String> settings() {
    var settings = new HashMap<String, String>();
    settings.put("troupe.journal.profile", "cassandra");
    settings.put("troupe.journal.cassandra.replication-factor", Integer.toString(nodes()));
    for (int i = 0; i < server.addresses().size(); i++) {
      settings.put("troupe.journal.cassandra.contact-points." + i, server.addresses().get(i));
    }
    return settings;
  }

  @Test
  void serverThatIsAwayIsOneLine() {
    var elsewhere = new HashMap<>(settings());
    elsewhere.keySet().removeIf(key -> key.contains("contact-points"));
    elsewhere.put("troupe.journal.cassandra.contact-points.0", "127.0.0.1:1");

    assertThatThrownBy(() -> Ledgers.open(Ledgers.journal(elsewhere, dataDir)))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageNotContaining("\n");
  }

  /**
   * The way of docs/operations.md: what the log says is enough to find the older writer's event,
   * and once it is deleted the entity comes back by itself, wherever it is.
   */
  @Test
  void anEntityIsBackOnceTheOlderWritersEventIsDeleted() throws Exception {
    var id = newId();
    try (var stale = Ledgers.open(journal());
        var current = Ledgers.open(journal())) {
      Ledgers.await(stale.add(id, 1));
      Ledgers.await(current.add(id, 2));
      Ledgers.await(stale.add(id, 3)); // the same sequence number as 2
      Ledgers.await(current.add(id, 4));
    }

    try (var log = ReplayLog.open();
        var after = Ledgers.open(journal())) {
      assertStaysDown(after, id);

      var line = log.linesAbout("Ledger|" + id).getFirst();
      assertThat(line).contains("sequenceNr=2").doesNotContain("\n");
      delete(after, id, 2, ReplayLog.olderWriter(line));
      until(() -> after.read(id).numbers().equals(List.of(1, 2, 4)));
      Ledgers.await(after.add(id, 5));
    }
    try (var later = Ledgers.open(journal())) {
      assertThat(later.read(id).numbers()).containsExactly(1, 2, 4, 5);
    }
  }

  /** Both statements as an operator types them into cqlsh. */
  private void delete(Ledgers ledgers, String id, long sequenceNr, String writer) {
    var session =
        Ledgers.await(
            CassandraSessionRegistry.get(ledgers.system())
                .sessionFor("pekko.persistence.cassandra")
                .underlying());
    var row =
        "FROM troupe.messages WHERE persistence_id = 'Ledger|%s' AND partition_nr = 0 AND sequence_nr = %d"
            .formatted(id, sequenceNr);
    var both = session.execute("SELECT timestamp, writer_uuid " + row).all();
    assertThat(both).hasSize(2);
    var older =
        both.stream()
            .filter(one -> one.getString("writer_uuid").equals(writer))
            .findFirst()
            .orElseThrow();
    session.execute("DELETE " + row + " AND timestamp = " + older.getUuid("timestamp"));
  }

  /** Cassandra takes both; nobody may go on as if nothing had happened, until somebody decides. */
  @Test
  void eventsOfTwoWritersKeepTheEntityDownUntilTheOlderIsDiscarded() throws Exception {
    var id = newId();
    try (var stale = Ledgers.open(journal());
        var current = Ledgers.open(journal())) {
      Ledgers.await(stale.add(id, 1));
      Ledgers.await(current.add(id, 2));
      Ledgers.await(stale.add(id, 3)); // the same sequence number as 2
      Ledgers.await(current.add(id, 4));
    }

    try (var after = Ledgers.open(journal())) {
      assertStaysDown(after, id);
    }

    var repairing = new HashMap<>(settings());
    repairing.put("troupe.journal.replay-filter", "repair-by-discard-old");
    try (var repaired = Ledgers.open(Ledgers.journal(repairing, dataDir))) {
      assertThat(Ledgers.await(repaired.read(id, Duration.ofSeconds(20))).numbers())
          .containsExactly(1, 2, 4);
    }
  }
}
