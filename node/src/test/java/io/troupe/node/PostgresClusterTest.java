package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PostgresClusterTest extends ClusterOfThree {
  @Override
  int kills() {
    return Integer.getInteger("troupe.test.kills", 3);
  }

  @Test
  void aFourthNodeComesAndGoesUnderLoadAndNoClientNotices() throws Exception {
    cluster.furnish(3, 40, "&bootMillis=50&bootJitterMillis=100");
    var load = SteadyLoad.start(cluster, "s", PER_SECOND / 2);
    try {
      load.awaitCarried();
      var fourth = cluster.startNode(3);
      load.followMembers();
      until(() -> hasBooted(fourth));
      Thread.sleep(Duration.ofSeconds(5));
      // It is told to stop while clients still send to it, as they do until they have looked again.
      cluster.leaveOut(fourth);
      assertThat(load.sent()).as("answers of the fourth node").anyMatch(it -> it.isOf(fourth));
      var left = Thread.ofVirtual().start(() -> load.avoidWhenNotReady(fourth));
      assertThat(fourth.sigterm()).as("exit code of SIGTERM").isEqualTo(143);
      left.join();
      say("a fourth node came and went: %d requests".formatted(load.sent().size()));
      Thread.sleep(Duration.ofSeconds(3));
    } finally {
      load.finish();
    }
    assertThat(load.sent().stream().filter(one -> !one.isGood()))
        .as("requests that failed")
        .isEmpty();
    assertBalanced(new TreeSet<>(load.accepted()));
  }

  /**
   * The node with the scheduler stands still for a minute, with commands in its drivers' hands, and
   * goes on as if nothing had been. By then others have its hosts, and half of what it was building
   * is deleted.
   */
  @Test
  void aPausedNodeDoesNothingUnderItsFormerEpoch() throws Exception {
    cluster.furnish(6, 20, "&bootMillis=4000&bootJitterMillis=2000");
    var load = SteadyLoad.start(cluster, "s", 10);
    var victim = cluster.oldest();
    var deleted = new TreeSet<String>();
    try {
      Thread.sleep(Duration.ofSeconds(10));
      cluster.leaveOut(victim);
      victim.sigstop();
      var continueAt = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      load.avoid(victim);
      var survivor = cluster.admin(cluster.oldest());
      for (var server : List.copyOf(load.accepted())) {
        if (server.charAt(0) < '8') {
          survivor.delete("/compute/v2.1/servers/" + server).expect(204);
          deleted.add(server);
        }
      }
      Thread.sleep(Duration.ofNanos(Math.max(0, continueAt - System.nanoTime())));
      victim.sigcont();
      assertThat(victim.awaitExit(Duration.ofSeconds(60))).as("exit of a downed node").isEqualTo(3);
    } finally {
      load.finish();
    }
    var refused =
        Files.readString(victim.data().resolve("troupe.log"))
            .lines()
            .filter(line -> line.contains("refused past epoch"))
            .count();
    say("paused for 60 s: %d commands of the former epoch were refused".formatted(refused));
    assertThat(refused)
        .as("commands that were under way, refused:\n%s", victim.logs())
        .isPositive();
    assertThat(
            load.sent().stream()
                .filter(one -> !one.isGood() && !one.isOf(victim))
                .filter(one -> !deleted.contains(one.server())))
        .as("requests to the others that failed")
        .isEmpty();
    var left = new TreeSet<>(load.accepted());
    left.removeAll(deleted);
    assertBalanced(left);
  }

  /** Whether instances live on it: the one that ends a boot is logged where it lives. */
  private static boolean hasBooted(LiveNode node) throws IOException {
    return Files.readString(node.data().resolve("troupe.log")).contains(" create took ");
  }
}
