package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 amid all that can be done to servers that are there, at moments drawn from a seed: every
 * operation that was accepted ends, and everybody counts the same. {@code -Dtroupe.test.seed=N}
 * repeats a run's moments, {@code -Dtroupe.test.kills=N} makes more of them.
 */
class KilledOperationsTest {
  private static final int SERVERS = 40;
  private static final int REQUESTS = 240;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final List<String> ACTIONS =
      List.of(
          "{\"os-stop\": null}",
          "{\"os-start\": null}",
          "{\"reboot\": {\"type\": \"SOFT\"}}",
          "{\"reboot\": {\"type\": \"HARD\"}}",
          "{\"pause\": null}",
          "{\"unpause\": null}",
          "{\"suspend\": null}",
          "{\"resume\": null}",
          "{\"trigger_crash_dump\": null}",
          "{\"changePassword\": {\"adminPass\": \"s3cret\"}}",
          "{\"rescue\": null}",
          "{\"unrescue\": null}",
          "{\"unrescue\": null}",
          "{\"lock\": null}",
          "{\"unlock\": null}",
          "{\"restore\": null}",
          "{\"restore\": null}",
          "{\"restore\": null}",
          "{\"os-resetState\": {\"state\": \"active\"}}");

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private final long seed = Long.getLong("troupe.test.seed", System.nanoTime() % 1_000_000);
  private final int rounds = Integer.getInteger("troupe.test.kills", 3);
  private final Random random = new Random(seed);
  private LiveNode node;

  @Test
  void whatWasAcceptedEndsWhateverDies() throws Exception {
    say("-Dtroupe.test.seed=%d".formatted(seed));
    var hypervisor = dir.resolve("hypervisor");
    node =
        nodes.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.operations.reclaim-after", "1 h")
                .with("troupe.operations.power-deadline", "30 s")
                .with("troupe.operations.stop-grace", "1 s")
                .with("troupe.operations.reboot-grace", "1 s"));
    register(hypervisor);
    var servers = boots();

    for (int round = 1; round <= rounds; round++) {
      killAmid(round, servers);
      Books.of(node, hypervisor).assertBalanced();
    }

    for (var id : servers) {
      node.admin()
          .post("/compute/v2.1/servers/" + id + "/action", "{\"forceDelete\": null}")
          .expect(202);
    }
    Books.awaitQuiet(node.admin(), PATIENCE);
    Books.of(node, hypervisor).assertEmpty();
  }

  /** Slow to stop, and one command in eight fails, with its effect or without. */
  private void register(Path hypervisor) throws Exception {
    var options = "hosts=8&prefix=slow-&stopMillis=200&failureRate=0.12&state=" + hypervisor;
    var uri =
        "fake://slow?"
            + options
            + "&failureCommands=Start,Stop,Reboot,Pause,Unpause,Suspend,Resume";
    node.admin()
        .post("/v1/connections", "{\"id\": \"slow\", \"uri\": \"%s\"}".formatted(uri))
        .expect(201);
  }

  private List<String> boots() throws Exception {
    var user = CloudUser.of(node.admin());
    var paths = new ArrayList<String>();
    for (int i = 0; i < SERVERS; i++) {
      paths.add(user.boot("s" + i, "1"));
    }
    var ids = new ArrayList<String>();
    for (var path : paths) {
      assertThat(Books.status(user.settled(path))).isEqualTo("ACTIVE");
      ids.add(path.substring(path.lastIndexOf('/') + 1));
    }
    return ids;
  }

  private void killAmid(int round, List<String> servers) throws Exception {
    var admin = node.admin();
    var requests = new ArrayList<Storm.Request>();
    for (int i = 0; i < REQUESTS; i++) {
      var id = servers.get(random.nextInt(servers.size()));
      var path = "/compute/v2.1/servers/" + id;
      if (random.nextInt(8) == 0) {
        requests.add(new Storm.Request(id + " " + i, () -> admin.deleteAsync(path)));
      } else {
        var action = ACTIONS.get(random.nextInt(ACTIONS.size()));
        requests.add(
            new Storm.Request(id + " " + i, () -> admin.postAsync(path + "/action", action)));
      }
    }
    int killAfter = REQUESTS / 4 + random.nextInt(REQUESTS / 2);
    long moreMillis = random.nextInt(100);

    var answers = Storm.killAmid(node, requests, killAfter, moreMillis);
    node = nodes.start(node.start());
    Books.awaitQuiet(node.admin(), PATIENCE);

    int accepted = 0;
    int failed = 0;
    for (var answer : answers.entrySet()) {
      assertThat(answer.getValue().status()).as(answer.getValue().text()).isIn(200, 202, 204, 409);
      if (answer.getValue().status() == 409) {
        continue;
      }
      accepted++;
      var id = answer.getKey().substring(0, answer.getKey().indexOf(' '));
      for (JsonNode operation : operation(id, answer.getValue())) {
        assertThat(operation.path("finished_at").isNull()).as("%s", operation).isFalse();
        failed += operation.path("result").asText().equals("failed") ? 1 : 0;
      }
    }
    say(
        "round %d: killed %d ms after %d answers, %d accepted, %d of them failed visibly"
            .formatted(round, moreMillis, killAfter, accepted, failed));
  }

  /** Its trail; what changed nothing, such as a second lock, has none. */
  private List<JsonNode> operation(String id, NodeClient.Reply accepted) throws Exception {
    var request = accepted.response().headers().firstValue("x-openstack-request-id").orElseThrow();
    var reply = node.admin().get("/v1/instances/" + id + "/operations/" + request);
    return reply.status() == 404 ? List.of() : List.of(reply.expect(200).path("operation"));
  }

  private static void say(String what) {
    System.out.println("KilledOperationsTest: " + what);
  }
}
