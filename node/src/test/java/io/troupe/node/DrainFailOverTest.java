package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The node that carries out a drain and a rebalancing is killed in the middle of both, and another
 * one goes on with them.
 */
class DrainFailOverTest extends ThreeNodes {
  private static final String HOST = "/v1/hosts/h1-1";
  private static final String OTHER = "/v1/hosts/h1-2";
  private static final String REBALANCE = "/v1/rebalance";

  private static JsonNode await(Callable<JsonNode> shown, Predicate<JsonNode> isSo)
      throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(150).toNanos();
    while (true) {
      var now = shown.call();
      if (isSo.test(now)) {
        return now;
      }
      assertThat(System.nanoTime()).as(now.toString()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static int on(NodeClient admin, String host) {
    return admin.get(host).expect(200).at("/host/instances").size();
  }

  private static int number(JsonNode record, String name) {
    return record.path(name).intValue();
  }

  @Test
  void anotherNodeGoesOnWithTheDrainAndTheRebalancing() throws Exception {
    cluster.furnish(1, 3, "&migrationMillis=2500");
    var asked = cluster.admin(1);
    int booted = 0;
    int there = 0;
    int others = 0;
    // A host that is known late gets those that come later.
    while (booted < 12 || there < 3 || others < 5) {
      assertThat(booted).as("on the hosts: " + there + ", " + others).isLessThan(40);
      for (int i = 0; i < 4; i++) {
        asked.post("/compute/v2.1/servers", cluster.boot("s" + booted++)).expect(202);
      }
      Books.awaitQuiet(asked, Duration.ofSeconds(60));
      there = on(asked, HOST);
      others = on(asked, OTHER);
    }
    Callable<JsonNode> drain = () -> asked.get(HOST + "/drain").expect(200).path("drain");
    Callable<JsonNode> run = () -> asked.get(REBALANCE).expect(200).path("rebalance");

    asked.post(HOST + ":drain", "{\"reason\": \"new memory\", \"at_once\": 1}").expect(202);
    var plan =
        asked
            .post(
                REBALANCE,
                "{\"goal\": \"empty\", \"hosts\": [\"h1-2\"], \"carry_out\": true, \"at_once\": 1}")
            .expect(202)
            .at("/rebalance/moves");
    await(drain, now -> number(now, "moved") > 0 && number(now, "moving") > 0);
    var before = await(run, now -> number(now, "moving") > 0);
    var oldest = cluster.oldest(); // both are there, as the scheduler is
    cluster.leaveOut(oldest);
    oldest.kill9();
    var drained = await(drain, now -> !now.path("state").textValue().equals("draining"));
    var rebalanced =
        await(run, now -> List.of("finished", "stopped").contains(now.path("status").textValue()));
    Books.awaitQuiet(asked, Duration.ofSeconds(60));

    assertThat(number(before, "waiting")).as(before.toString()).isPositive();
    assertThat(plan).hasSize(others);
    assertThat(number(rebalanced, "waiting")).as(rebalanced.toString()).isZero();
    assertThat(number(rebalanced, "done")) // but for the one that was under way just then
        .as(rebalanced.toString())
        .isGreaterThanOrEqualTo(others - 1);
    assertThat(drained.path("state").textValue()).as(drained.toString()).isEqualTo("drained");
    assertThat(drained.path("moved").intValue()).as(drained.toString()).isEqualTo(there);
    assertThat(on(asked, HOST)).isZero();
    assertThat(Books.servers(asked))
        .hasSize(booted)
        .allSatisfy(
            server -> {
              assertThat(Books.status(server)).as(server.toString()).isEqualTo("ACTIVE");
              assertThat(server.path("OS-EXT-SRV-ATTR:host").textValue()).isNotEqualTo("h1-1");
            });
    books().assertBalanced();
  }
}
