package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A host is drained, its node is killed in the middle, and the next life goes on. */
class DrainedHostTest {
  private static final String HOST = "/v1/hosts/d-1";
  private static final String STOPPED = "{\"os-stop\": null}";

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private final Map<String, String> servers = new HashMap<>();
  private LiveNode node;
  private NodeClient admin;
  private CloudUser user;

  @BeforeEach
  void start() throws Exception {
    node =
        nodes.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.view.wake-every", "1 s"));
    login();
    admin
        .post(
            "/v1/connections",
            "{\"id\": \"d\", \"uri\": \"fake://d?hosts=3&prefix=d-&ramMib=16384&vcpus=16"
                + "&migrationMillis=1500&state="
                + dir.resolve("fake")
                + "\"}")
        .expect(201);
  }

  private void login() throws Exception {
    admin = node.admin();
    user = CloudUser.of(admin);
  }

  private void boot(String name, String host, String policy) {
    var metadata =
        policy.isEmpty() ? "" : ", \"metadata\": {\"troupe:drain\": \"%s\"}".formatted(policy);
    var zone = host.isEmpty() ? "" : ", \"availability_zone\": \"nova:%s\"".formatted(host);
    var made = user.create(user.server(name, "1", zone + metadata)).expect(202);
    servers.put(name, "/compute/v2.1/servers/" + made.path("server").path("id").textValue());
  }

  private JsonNode settled(String name) throws Exception {
    return user.settled(servers.get(name));
  }

  private static String host(JsonNode server) {
    return server.path("OS-EXT-SRV-ATTR:host").textValue();
  }

  private JsonNode awaitDrain(Predicate<JsonNode> isSo) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (true) {
      var drain = admin.get(HOST + "/drain").expect(200).path("drain");
      assertThat(drain.path("moving").intValue())
          .as(drain.toString())
          .isLessThanOrEqualTo(drain.path("at_once").intValue());
      if (isSo.test(drain)) {
        return drain;
      }
      assertThat(System.nanoTime()).as(drain.toString()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static boolean is(JsonNode drain, String state) {
    return drain.path("state").textValue().equals(state);
  }

  @Test
  void drainGoesOnAfterItsNodeWasKilledAndAllIsAccountedFor() throws Exception {
    for (int i = 0; i < 4; i++) {
      boot("running-" + i, "d-1", "");
    }
    boot("off-0", "d-1", "");
    boot("off-1", "d-1", "");
    boot("cold", "d-1", "cold");
    boot("stop", "d-1", "stop");
    boot("leave", "d-1", "leave");
    boot("late", "d-2", "");
    for (var name : servers.keySet()) {
      assertThat(Books.status(settled(name))).isEqualTo("ACTIVE");
    }
    for (int i = 0; i < 2; i++) {
      admin.post(servers.get("off-" + i) + "/action", STOPPED).expect(202);
      assertThat(Books.status(settled("off-" + i))).isEqualTo("SHUTOFF");
    }
    // On its way to the host when the drain begins: it is claimed there, and not there yet.
    admin
        .post(
            servers.get("late") + "/action",
            "{\"os-migrateLive\": {\"host\": \"d-1\", \"block_migration\": \"auto\"}}")
        .expect(202);
    var late = servers.get("late").substring("/compute/v2.1/servers/".length());
    while (!admin.get(HOST).expect(200).at("/host/instances").toString().contains(late)) {
      Thread.sleep(20);
    }

    admin
        .post(HOST + ":drain", "{\"reason\": \"new memory\", \"at_once\": 2, \"retry_seconds\": 2}")
        .expect(202);
    awaitDrain(one -> one.path("moved").intValue() > 0 && one.path("moving").intValue() > 0);
    node.kill9();
    node = nodes.start(node.start());
    login();
    var drained = awaitDrain(one -> is(one, "drained") || is(one, "blocked"));
    Books.awaitQuiet(admin, Duration.ofSeconds(60));

    assertThat(is(drained, "drained")).as(drained.toString()).isTrue();
    assertThat(drained.path("moved").intValue()).as(drained.toString()).isEqualTo(8);
    assertThat(drained.path("stopped").intValue()).isEqualTo(1);
    assertThat(drained.path("left").intValue()).isEqualTo(1);
    for (var each : servers.keySet()) {
      var server = settled(each);
      var stays = each.equals("stop") || each.equals("leave");
      assertThat(host(server).equals("d-1")).as(server.toString()).isEqualTo(stays);
      assertThat(Books.status(server))
          .as(server.toString())
          .isEqualTo(each.startsWith("off") || each.equals("stop") ? "SHUTOFF" : "ACTIVE");
    }
    Books.of(node, dir.resolve("fake")).assertBalanced();

    boot("new", "", "");
    assertThat(host(settled("new"))).isIn("d-2", "d-3");
    boot("forced", "d-1", "");
    assertThat(Books.status(settled("forced"))).isEqualTo("ERROR");
    assertThat(admin.get(HOST).expect(200).at("/host/disabled_reason").textValue())
        .isEqualTo("new memory");

    var ended = admin.post(HOST + ":undrain", "{}").expect(202);
    assertThat(ended.at("/drain/state").textValue()).isEqualTo("stopped");
    boot("again", "d-1", "");
    var again = settled("again");
    assertThat(Books.status(again)).as(again.toString()).isEqualTo("ACTIVE");
    assertThat(host(again)).isEqualTo("d-1");
  }
}
