package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresJournalTest extends RefusedWriter {
  private JournalServer server;

  /** The way of an operator: refused, schema, schema once more, accepted. */
  @BeforeAll
  void schemaIsMadeByAnExplicitStepThatMayBeRepeated() throws Exception {
    server = JournalServer.postgres();
    assertThatThrownBy(() -> Ledgers.open(journal()))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("has no table event_journal, event_tag, snapshot")
        .hasMessageContaining("schema apply")
        .hasMessageNotContaining("\n");
    try (var ledgers = Ledgers.unprepared(journal())) {
      journal().applySchema(ledgers.system());
      journal().applySchema(ledgers.system());
      journal().prepare(ledgers.system());
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
    return Map.of(
        "troupe.journal.profile", "postgres",
        "troupe.journal.postgres.url", server.addresses().getFirst(),
        "troupe.journal.postgres.password", "troupe",
        "troupe.journal.postgres.connections", "4");
  }

  @Test
  void wrongPasswordIsOneLineWithoutThePassword() {
    assertRefused("troupe.journal.postgres.password", "s3cret-and-wrong")
        .hasMessageContaining("password authentication failed")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void serverThatIsAwayIsOneLine() {
    assertRefused("troupe.journal.postgres.url", "jdbc:postgresql://127.0.0.1:1/troupe")
        .hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void killedServerLosesNothingAndIsUsedAgain() throws Exception {
    var id = newId();
    try (var ledgers = Ledgers.open(journal())) {
      Ledgers.await(ledgers.add(id, 1));

      server.run("kill");
      server.run("start");

      until(() -> isAcknowledged(ledgers, id, 2));
      assertThat(ledgers.read(id).numbers()).startsWith(1).endsWith(2);
    }
  }

  /**
   * What is written on a connection that died with the server fails, and nobody is answered: the
   * entity reloads, and its client asks again.
   */
  private static boolean isAcknowledged(Ledgers ledgers, String id, int number) {
    return Ledgers.await(
        ledgers
            .add(id, number)
            .thenApply(_ -> true)
            .toCompletableFuture()
            .completeOnTimeout(false, 2, TimeUnit.SECONDS));
  }

  private org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
      String key, String value) {
    var changed = new HashMap<>(settings());
    changed.put(key, value);
    return assertThatThrownBy(() -> Ledgers.open(Ledgers.journal(changed, dataDir)))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageNotContaining("\n");
  }
}
