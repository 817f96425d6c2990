package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The node that carries a drain out is killed in the middle of it, and another one goes on. */
class DrainFailOverTest extends ThreeNodes {
  private static final String HOST = "/v1/hosts/h1-1";

  private static JsonNode await(NodeClient admin, Predicate<JsonNode> isSo) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(150).toNanos();
    while (true) {
      var drain = admin.get(HOST + "/drain").expect(200).path("drain");
      if (isSo.test(drain)) {
        return drain;
      }
      assertThat(System.nanoTime()).as(drain.toString()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  @Test
  void anotherNodeGoesOnWithTheDrain() throws Exception {
    cluster.furnish(1, 3, "&migrationMillis=1500");
    var asked = cluster.admin(1);
    int booted = 0;
    int there = 0;
    while (booted < 12 || there < 3) { // a host that is known late gets those that come later
      assertThat(booted).as("servers, of them on the host: " + there).isLessThan(40);
      for (int i = 0; i < 4; i++) {
        asked.post("/compute/v2.1/servers", cluster.boot("s" + booted++)).expect(202);
      }
      Books.awaitQuiet(asked, Duration.ofSeconds(60));
      there = asked.get(HOST).expect(200).at("/host/instances").size();
    }

    asked.post(HOST + ":drain", "{\"reason\": \"new memory\", \"at_once\": 1}").expect(202);
    await(
        asked, drain -> drain.path("moved").intValue() > 0 && drain.path("moving").intValue() > 0);
    var oldest = cluster.oldest(); // the drain is there, as the scheduler is
    cluster.leaveOut(oldest);
    oldest.kill9();
    var drained = await(asked, drain -> !drain.path("state").textValue().equals("draining"));
    Books.awaitQuiet(asked, Duration.ofSeconds(60));

    assertThat(drained.path("state").textValue()).as(drained.toString()).isEqualTo("drained");
    assertThat(drained.path("moved").intValue()).as(drained.toString()).isEqualTo(there);
    assertThat(asked.get(HOST).expect(200).at("/host/instances")).isEmpty();
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
