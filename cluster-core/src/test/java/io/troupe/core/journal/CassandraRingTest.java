package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A ring of three with three copies. Three servers want 3 GiB and more processors than a small
 * machine has, so it runs with {@code -Dtroupe.ring=true} only.
 */
@EnabledIfSystemProperty(named = "troupe.ring", matches = "true")
class CassandraRingTest extends CassandraJournalTest {
  @Override
  int nodes() {
    return 3;
  }

  @Override
  int acknowledgedBeforeKill() {
    return 200;
  }

  @Test
  void oneDeadNodeOfTheRingLosesNothingAndStopsNobody() throws Exception {
    var prefix = newId() + "-";
    try (var ledgers = Ledgers.open(journal())) {
      addToAll(ledgers, prefix, 1);

      server.run("kill", "3");

      for (int entity = 0; entity < 20; entity++) {
        var id = prefix + entity;
        until(() -> ledgers.read(id).numbers().contains(1));
      }
      addToAll(ledgers, prefix, 2);
    } finally {
      server.run("restart", "3");
    }
    try (var after = Ledgers.open(journal())) {
      for (int entity = 0; entity < 20; entity++) {
        assertThat(after.read(prefix + entity).numbers()).containsExactly(1, 2);
      }
    }
  }

  private static void addToAll(Ledgers ledgers, String prefix, int number) {
    var all = new ArrayList<CompletionStage<Integer>>();
    for (int entity = 0; entity < 20; entity++) {
      all.add(ledgers.add(prefix + entity, number));
    }
    all.forEach(Ledgers::await);
  }
}
