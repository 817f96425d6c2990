package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByTagQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every journal promises, held against the real thing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JournalConformance {
  @TempDir static Path dataDir;

  /** The section {@code troupe.journal} that leads to a journal with a schema. */
  abstract Map<String, String> settings();

  /** Events a killed process has to have acknowledged before it is killed. */
  int acknowledgedBeforeKill() {
    return 1_000;
  }

  final Journal journal() {
    return Ledgers.journal(settings(), dataDir);
  }

  final String newId() {
    return UUID.randomUUID().toString();
  }

  @Test
  void recoversWhatWasWrittenFromTheLastSnapshotOn() throws Exception {
    var id = newId();
    var written = IntStream.rangeClosed(1, 25).boxed().toList();
    try (var before = Ledgers.open(journal())) {
      written.forEach(number -> Ledgers.await(before.add(id, number)));
      until(() -> before.read(id).snapshotAt() == 20);
    }

    try (var after = Ledgers.open(journal())) {
      var page = after.read(id);
      assertThat(page.numbers()).isEqualTo(written);
      assertThat(page.appliedHere()).as("events after the snapshot").isEqualTo(5);
      Ledgers.await(after.add(id, 26));
      assertThat(after.read(id).numbers()).hasSize(26).endsWith(26);
    }
  }

  @Test
  void historyHasEveryEventOfTwoHundredEntitiesInOrder() throws Exception {
    var prefix = newId() + "-";
    try (var before = Ledgers.open(journal())) {
      for (int number = 1; number <= 3; number++) {
        var all = new ArrayList<CompletionStage<Integer>>();
        for (int entity = 0; entity < 200; entity++) {
          all.add(before.add(prefix + entity, number));
        }
        all.forEach(Ledgers::await);
      }
    }

    try (var after = Ledgers.open(journal())) {
      var history = history(after, prefix);
      assertThat(history).hasSize(200);
      assertThat(history.values()).allSatisfy(seen -> assertThat(seen).containsExactly(1, 2, 3));
    }
  }

  @Test
  void whatWasWrittenLastIsTold() throws Exception {
    assumeTrue(journal().readJournalId().isPresent(), "this journal has one node only");
    var id = newId();
    var none = newId();
    try (var ledgers = Ledgers.open(journal())) {
      Ledgers.await(ledgers.add(none, 1));
      Thread.sleep(Duration.ofSeconds(2));
      var since = Instant.now().minusMillis(500);
      Ledgers.await(ledgers.add(id, 1));
      Ledgers.await(ledgers.add(id, 2));

      until(
          () -> {
            var written =
                Ledgers.await(
                    journal()
                        .writtenSince(ledgers.system(), Ledger.TYPE, Ledger.TAG, since)
                        .runWith(Sink.seq(), ledgers.system()));
            assertThat(written)
                .extracting(Journal.Written::persistenceId)
                .doesNotContain(Ledger.TYPE + "|" + none);
            return written.contains(new Journal.Written(Ledger.TYPE + "|" + id, 2));
          });
    }
  }

  @Test
  void taggedQueryShowsWhatIsWritten() throws Exception {
    var readJournal = journal().readJournalId();
    assumeTrue(readJournal.isPresent(), "this journal has no live queries");
    var id = newId();
    try (var ledgers = Ledgers.open(journal())) {
      for (int number = 1; number <= 3; number++) {
        Ledgers.await(ledgers.add(id, number));
      }

      var seen =
          PersistenceQuery.get(ledgers.system())
              .getReadJournalFor(EventsByTagQuery.class, readJournal.get())
              .eventsByTag(Ledger.TAG, Offset.noOffset())
              .filter(envelope -> envelope.persistenceId().equals(Ledger.TYPE + "|" + id))
              .map(JournalConformance::number)
              .take(3)
              .runWith(Sink.seq(), ledgers.system());

      assertThat(Ledgers.await(seen)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void killedProcessLosesNothingAcknowledged() throws Exception {
    var prefix = newId() + "-";
    var acknowledged = acknowledgedByKilledProcess(prefix);

    try (var after = Ledgers.open(journal())) {
      var history = history(after, prefix);
      assertThat(acknowledged).hasSize(LedgerProcess.LEDGERS);
      acknowledged.forEach(
          (ledger, last) -> {
            var recovered = after.read(prefix + ledger).numbers();
            assertThat(recovered.size()).as("ledger %s", ledger).isBetween(last, last + 1);
            assertThat(recovered)
                .isEqualTo(IntStream.rangeClosed(1, recovered.size()).boxed().toList());
            assertThat(history.get(prefix + ledger))
                .as("history of %s", ledger)
                .isEqualTo(recovered);
          });
    }
  }

  @Test
  void aTypeOfEntityIsNotMistakenForAnother() throws Exception {
    try (var ledgers = Ledgers.open(journal())) {
      Ledgers.await(ledgers.add(newId(), 1));

      var others =
          journal().history(ledgers.system(), "Led", "led").runWith(Sink.seq(), ledgers.system());

      assertThat(Ledgers.await(others)).isEmpty();
    }
  }

  /** Last acknowledged number by ledger. */
  final Map<Integer, Integer> acknowledgedByKilledProcess(String prefix, String... jvm)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(jvm));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(LedgerProcess.class.getName());
    command.addAll(List.of(dataDir.toString(), prefix));
    settings().forEach((key, value) -> command.add(key + "=" + value));
    var process =
        new ProcessBuilder(command)
            .redirectError(dataDir.resolve("ledger-process.log").toFile())
            .start();
    var last = new HashMap<Integer, Integer>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int seen = 0;
      while (seen < acknowledgedBeforeKill() && take(lines, last)) {
        seen++;
      }
      process.toHandle().destroyForcibly(); // unlike Process's own, it leaves the output readable
      while (take(lines, last)) {
        seen++; // said before it died
      }
      assertThat(seen)
          .as("acknowledged; see %s", dataDir.resolve("ledger-process.log"))
          .isGreaterThanOrEqualTo(acknowledgedBeforeKill());
    } finally {
      process.destroyForcibly().waitFor();
    }
    return last;
  }

  private static boolean take(BufferedReader lines, Map<Integer, Integer> last) throws IOException {
    var line = lines.readLine();
    if (line == null || !line.matches("[0-9]+ [0-9]+")) {
      return line != null; // the death may cut a line short
    }
    var space = line.indexOf(' ');
    last.put(
        Integer.parseInt(line.substring(0, space)), Integer.parseInt(line.substring(space + 1)));
    return true;
  }

  /** Numbers by ledger, as the history gives them. */
  private Map<String, List<Integer>> history(Ledgers ledgers, String prefix) {
    var start = (Ledger.TYPE + "|" + prefix);
    return Ledgers.await(
            journal()
                .history(ledgers.system(), Ledger.TYPE, Ledger.TAG)
                .filter(envelope -> envelope.persistenceId().startsWith(start))
                .runWith(Sink.seq(), ledgers.system()))
        .stream()
        .collect(
            Collectors.groupingBy(
                envelope -> envelope.persistenceId().substring(Ledger.TYPE.length() + 1),
                Collectors.mapping(JournalConformance::number, Collectors.toList())));
  }

  private static int number(EventEnvelope envelope) {
    return ((Ledger.Added) envelope.event()).number();
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void until(Condition condition) throws Exception {
    var deadline = Instant.now().plus(Duration.ofSeconds(30));
    while (!condition.holds()) {
      assertThat(Instant.now()).as("waited for 30 s").isBefore(deadline);
      Thread.sleep(20);
    }
  }

  /** A ledger that cannot recover answers nobody. */
  static void assertStaysDown(Ledgers ledgers, String id) {
    assertThatThrownBy(() -> Ledgers.await(ledgers.read(id, Duration.ofSeconds(3))))
        .hasRootCauseInstanceOf(java.util.concurrent.TimeoutException.class);
  }
}
