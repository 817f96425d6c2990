package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A plan of the rebalancer is carried out on a node's fleet, watched, and stopped. */
class RebalanceTest {
  private static final String REBALANCE = "/v1/rebalance";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static NodeClient admin;
  private static CloudUser user;

  @BeforeAll
  static void start() throws Exception {
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.view.wake-every", "1 s"));
    admin = node.admin();
    user = CloudUser.of(admin);
    admin
        .post(
            "/v1/connections",
            "{\"id\": \"f\", \"uri\": \"fake://f?hosts=3&prefix=f-&ramMib=8192&vcpus=8"
                + "&migrationMillis=1500&state="
                + dir.resolve("fake")
                + "\"}")
        .expect(201);
  }

  /** By host the paths of its servers. */
  private static Map<String, List<String>> where(List<String> servers) {
    var where = new HashMap<String, List<String>>();
    for (String path : servers) {
      var server = admin.get(path).expect(200).path("server");
      assertThat(Books.status(server)).as(server.toString()).isEqualTo("ACTIVE");
      where
          .computeIfAbsent(server.path("OS-EXT-SRV-ATTR:host").textValue(), _ -> new ArrayList<>())
          .add(path);
    }
    return where;
  }

  private static JsonNode awaitOver() throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (true) {
      var run = admin.get(REBALANCE).expect(200).path("rebalance");
      if (List.of("finished", "stopped").contains(run.path("status").textValue())) {
        return run;
      }
      assertThat(run.path("moving").intValue()).isLessThanOrEqualTo(run.path("at_once").intValue());
      assertThat(System.nanoTime()).as(run.toString()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  @Test
  void fleetIsMadeEvenThenAHostEmptiedAndAnotherRunStopped() throws Exception {
    var servers = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      var more = ", \"availability_zone\": \"nova:f-1\"";
      var made = user.create(user.server("s" + i, "1", more)).expect(202);
      servers.add("/compute/v2.1/servers/" + made.path("server").path("id").textValue());
    }
    for (String path : servers) {
      user.settled(path);
    }
    assertThat(where(servers)).containsOnlyKeys("f-1");

    var proposed = admin.post(REBALANCE, "{\"goal\": \"even\", \"tolerance\": 0}").expect(200);
    assertThat(proposed.at("/rebalance/moves")).hasSize(4);
    assertThat(where(servers)).containsOnlyKeys("f-1"); // nothing has moved yet

    var begun =
        admin
            .post(REBALANCE, "{\"goal\": \"even\", \"tolerance\": 0, \"carry_out\": true}")
            .expect(202);
    assertThat(begun.at("/rebalance/moves")).hasSize(4);
    var done = awaitOver();
    assertThat(done.path("done").intValue()).as(done.toString()).isEqualTo(4);
    assertThat(where(servers).values()).hasSize(3).allSatisfy(two -> assertThat(two).hasSize(2));

    admin
        .post(REBALANCE, "{\"goal\": \"empty\", \"hosts\": [\"f-1\"], \"carry_out\": true}")
        .expect(202);
    assertThat(awaitOver().path("failed").intValue()).isZero();
    assertThat(where(servers)).containsOnlyKeys("f-2", "f-3");

    admin
        .post(
            REBALANCE,
            "{\"goal\": \"empty\", \"hosts\": [\"f-2\"], \"carry_out\": true, \"at_once\": 1}")
        .expect(202);
    admin.post(REBALANCE + ":stop", "{}").expect(202);
    var stopped = awaitOver();
    assertThat(stopped.path("status").textValue()).isEqualTo("stopped");
    assertThat(stopped.path("waiting").intValue()).isGreaterThanOrEqualTo(2);
    assertThat(where(servers)).containsKey("f-2");
    assertThat(admin.post(REBALANCE + ":stop", "{}").status()).isEqualTo(409);
  }
}
