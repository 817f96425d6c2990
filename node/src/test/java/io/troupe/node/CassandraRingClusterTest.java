package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.journal.JournalServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Three nodes on a ring of three Cassandra nodes that keep three copies: one of those may die. */
class CassandraRingClusterTest extends ThreeNodes {
  /** Six servers share the machine with the load; what is asked is that nothing is lost. */
  private static final int PER_SECOND = 5;

  private JournalServer ring;

  @Override
  JournalServer server() throws Exception {
    ring = JournalServer.cassandra(3);
    return ring;
  }

  @Override
  Map<String, Object> settings(JournalServer server) {
    return Map.of(
        "troupe.journal.profile",
        "cassandra",
        "troupe.journal.cassandra.replication-factor",
        3,
        "troupe.journal.cassandra.contact-points",
        List.copyOf(server.addresses()));
  }

  @Test
  void aDeadCassandraNodeUnderLoadLosesNothing() throws Exception {
    cluster.furnish(1, 40, "&bootMillis=50&bootJitterMillis=100");
    var load = SteadyLoad.start(cluster, "s", PER_SECOND);
    int before;
    int later;
    try {
      load.awaitCarried();
      before = load.sent().size();
      ring.run("kill", "3");
      Thread.sleep(Duration.ofSeconds(20));
      later = load.sent().size();
    } finally {
      load.finish();
    }

    var sent = load.sent();
    var worst = sent.stream().map(SteadyLoad.Sent::took).max(Duration::compareTo).orElseThrow();
    say(
        "one of three Cassandra nodes killed after %d requests, %d more: longest wait %d ms"
            .formatted(before, later - before, worst.toMillis()));
    assertThat(before).as("requests before").isPositive();
    assertThat(later).as("requests after").isGreaterThan(before);
    assertThat(sent.stream().filter(one -> !one.isGood())).as("answers that are none").isEmpty();
    assertBalanced(new TreeSet<>(load.accepted()));
  }
}
