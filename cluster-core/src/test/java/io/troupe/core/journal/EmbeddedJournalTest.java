package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.junit.jupiter.api.Test;

/** One process at a time has it, so two writers can only be two actors of one system. */
class EmbeddedJournalTest extends JournalConformance {
  @Override
  Map<String, String> settings() {
    return Map.of("troupe.journal.profile", "embedded");
  }

  @Test
  void aSecondWriterIsRefusedReloadedAndGoesOn() throws Exception {
    var id = newId();
    try (var ledgers = Ledgers.open(journal())) {
      var stale = spawn(ledgers, id, "stale");
      var current = spawn(ledgers, id, "current");
      assertThat(numbers(ledgers, current)).isEmpty(); // recovered, and knows of nothing
      add(ledgers, stale, 1);
      add(ledgers, stale, 2);

      current.tell(new Ledger.Add(99, ledgers.system().ignoreRef()));

      until(() -> numbers(ledgers, current).equals(List.of(1, 2)));
      add(ledgers, current, 3);
      assertThat(numbers(ledgers, current)).containsExactly(1, 2, 3);
    }
    try (var after = Ledgers.open(journal())) {
      assertThat(after.read(id).numbers()).containsExactly(1, 2, 3);
    }
  }

  private static ActorRef<Ledger.Message> spawn(Ledgers ledgers, String id, String name) {
    return ledgers.system().systemActorOf(Ledger.create(id), name, Props.empty());
  }

  private static void add(Ledgers ledgers, ActorRef<Ledger.Message> ledger, int number) {
    Ledgers.await(
        AskPattern.<Ledger.Message, Integer>ask(
            ledger,
            replyTo -> new Ledger.Add(number, replyTo),
            java.time.Duration.ofSeconds(20),
            ledgers.system().scheduler()));
  }

  private static List<Integer> numbers(Ledgers ledgers, ActorRef<Ledger.Message> ledger) {
    return Ledgers.await(
            AskPattern.<Ledger.Message, Ledger.Page>ask(
                ledger,
                Ledger.Read::new,
                java.time.Duration.ofSeconds(20),
                ledgers.system().scheduler()))
        .numbers();
  }

  @Test
  void doesNotLoadTheOtherProfiles() throws Exception {
    var log = dataDir.resolve("classes.txt");

    acknowledgedByKilledProcess(newId() + "-", "-Xlog:class+load:file=" + log);

    assertThat(log)
        .content()
        .contains(EmbeddedJournal.class.getName(), "org.rocksdb.")
        .doesNotContain("com.datastax.", "io.netty.", "slick.", CassandraJournal.class.getName());
  }
}
