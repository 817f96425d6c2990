package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Three nodes, three processes, one journal: any of them serves everything, and the one with the
 * scheduler may be killed again and again under load.
 */
abstract class ClusterOfThree extends ThreeNodes {
  /**
   * What two cores carry that three nodes, their database, the clients and a node's start share.
   * docs/performance.md has what 50 take: {@code -Dtroupe.test.rate=50}.
   */
  static final int PER_SECOND = 30;

  /**
   * How long clients may have to wait when a node is killed: less than they have patience, so that
   * none of them sees a failure. What it takes on a quiet machine is said in docs/performance.md;
   * {@code -Dtroupe.test.fail-over=SECONDS} holds a run to it.
   */
  static final Duration FAIL_OVER = Duration.ofSeconds(Long.getLong("troupe.test.fail-over", 40));

  /** The load boots and deletes nothing: 120 usual hosts are full after ten minutes at 50/s. */
  private static final String ROOM = "&vcpus=1024";

  /** How often the oldest node is killed; {@code -Dtroupe.test.kills=N}. */
  abstract int kills();

  /** Boots begun per second while it is killed; {@code -Dtroupe.test.rate=N}. */
  int perSecond() {
    return Integer.getInteger("troupe.test.rate", PER_SECOND);
  }

  @Test
  void anyNodeKnowsWhatAnotherWasAsked() throws Exception {
    cluster.furnish(1, 10, "");
    var clients = new ArrayList<NodeClient>();
    for (var node : cluster.members()) {
      clients.add(cluster.admin(node));
    }
    var ids = new TreeSet<String>();
    for (int i = 0; i < 30; i++) {
      var boot = clients.get(i % 3).post("/compute/v2.1/servers", cluster.boot("s" + i));
      var id = boot.expect(202).path("server").path("id").textValue();
      ids.add(id);
      // By its id it is known everywhere as soon as it is acknowledged.
      clients.get((i + 1) % 3).get("/compute/v2.1/servers/" + id).expect(200);
    }
    for (var client : clients) {
      until(() -> ids(Books.servers(client)).equals(ids));
      Books.awaitQuiet(client, Duration.ofSeconds(60));
    }
    for (var id : ids) {
      clients.get(1).delete("/compute/v2.1/servers/" + id).expect(204);
    }
    for (var client : clients) {
      until(() -> Books.servers(client).isEmpty());
    }
    books().assertEmpty();
  }

  @Test
  void theNodeWithTheSchedulerIsKilledUnderLoadAndNothingIsLost() throws Exception {
    cluster.furnish(3, 40, ROOM + "&bootMillis=50&bootJitterMillis=100");
    var load = SteadyLoad.start(cluster, "s", perSecond());
    try {
      for (int round = 1; round <= kills(); round++) {
        say("kill %d: carried after %d s".formatted(round, load.awaitCarried().toSeconds()));
        var victim = cluster.oldest();
        cluster.leaveOut(victim);
        var before = load.sent().size();
        victim.kill9();
        var killedAt = System.nanoTime();
        load.avoid(victim);
        var active = activeAgain("again-" + round, killedAt);
        assertPutOut(victim);

        Thread.sleep(Duration.ofSeconds(5));
        var sent = load.sent();
        var since = sent.subList(before, sent.size());
        report(round, victim, killedAt, active, since);
        say(
            "kill %d: started again, it serves after %d ms"
                .formatted(round, cluster.startAgain(victim).age().toMillis()));
        load.followMembers();
      }
    } finally {
      load.finish();
    }
    assertThat(load.sent().stream().filter(one -> !one.isGood() && !one.isCutOff()))
        .as("answers that are none")
        .isEmpty();
    assertBalanced(new TreeSet<>(load.accepted()));
  }

  /** By what it looks like, not by its silence: that would take three times as long. */
  private void assertPutOut(LiveNode victim) throws IOException {
    var address = cluster.address(victim);
    var told = address + " is put out of the cluster: its process has ended";
    for (var node : cluster.members()) {
      if (Files.readString(node.data().resolve("troupe.log")).contains(told)) {
        return;
      }
    }
    fail("nobody saw that the process of %s had ended", address);
  }

  /** How long after the kill a server that is booted then runs: the scheduler is needed for it. */
  private Duration activeAgain(String name, long killedAt) throws Exception {
    var survivor = cluster.admin(cluster.oldest());
    var boot = survivor.post("/compute/v2.1/servers", cluster.boot(name));
    var id = boot.expect(202).path("server").path("id").textValue();
    until(
        () ->
            Books.status(survivor.get("/compute/v2.1/servers/" + id).expect(200).path("server"))
                .equals("ACTIVE"));
    return Duration.ofNanos(System.nanoTime() - killedAt);
  }

  /** What clients of the surviving nodes have seen of it. */
  private static void report(
      int round, LiveNode victim, long killedAt, Duration active, List<SteadyLoad.Sent> since)
      throws IOException {
    var url = victim.url();
    var later =
        since.stream()
            .filter(one -> one.sentNanos() > killedAt && !one.node().equals(url))
            .toList();
    var worst =
        later.stream().map(SteadyLoad.Sent::took).max(Duration::compareTo).orElse(Duration.ZERO);
    var slow = later.stream().filter(one -> one.took().toMillis() > 1000).count();
    var broken = since.stream().filter(one -> one.status() == 0).count();
    say(
        "kill %d: booted and running after %d ms; longest wait of %d requests %d ms, %d waited more than 1 s; %d were cut off"
            .formatted(round, active.toMillis(), later.size(), worst.toMillis(), slow, broken));
    assertThat(active)
        .as("until a server runs that is booted after the kill")
        .isLessThan(FAIL_OVER);
    assertThat(later).as("answers after the kill").isNotEmpty();
    assertThat(worst).as("longest wait after the kill").isLessThan(FAIL_OVER);
  }
}
