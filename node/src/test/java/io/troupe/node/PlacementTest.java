package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where servers go, where not, and that the reason is told. */
class PlacementTest {
  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static NodeClient admin;
  private static CloudUser demo;

  @BeforeAll
  static void start() throws Exception {
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    admin = node.admin();
    demo = CloudUser.of(node.demo());
    register("good", "fake://good?hosts=3&prefix=good-&ramMib=4096&vcpus=8");
    register("bad", "fake://bad?hosts=5&prefix=bad-&failureRate=1.0");
    enable("bad", false);
  }

  private static void register(String id, String uri) {
    var body = "{\"id\": \"%s\", \"uri\": \"%s&state=%s\"}".formatted(id, uri, dir.resolve(id));
    admin.post("/v1/connections", body).expect(201);
  }

  private static void enable(String connection, boolean enabled) {
    var verb = enabled ? ":enable" : ":disable";
    admin.post("/v1/connections/" + connection + verb, "{\"reason\": \"of a test\"}").expect(200);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    enable("good", true);
    enable("bad", false);
    for (var server : Books.servers(admin)) {
      admin.delete("/compute/v2.1/servers/" + server.path("id").textValue()).expect(204);
    }
    Books.awaitQuiet(admin, Duration.ofSeconds(30));
    Books.of(node, dir.resolve("good"), dir.resolve("bad")).assertEmpty();
  }

  @Test
  void explainNamesFiltersCountsAndTheNearestMiss() {
    var fits = explain("m1.nano");
    var tooLarge = explain("m1.large"); // 8192 MiB

    assertThat(fits.path("hosts_considered").intValue()).isEqualTo(8);
    assertThat(fits.path("candidates")).hasSize(3);
    assertThat(tooLarge.path("hosts_considered").intValue()).isEqualTo(8);
    assertThat(tooLarge.path("candidates")).isEmpty();
    assertThat(tooLarge.path("filters"))
        .hasSize(2)
        .anySatisfy(
            filter -> {
              assertThat(filter.path("removed").intValue()).isEqualTo(5);
              assertThat(filter.path("nearest_miss").textValue()).contains("bad-1", "disabled");
            })
        .anySatisfy(
            filter -> {
              assertThat(filter.path("filter").textValue()).containsIgnoringCase("ram");
              assertThat(filter.path("removed").intValue()).isEqualTo(3);
              assertThat(filter.path("nearest_miss").textValue())
                  .contains("good-1", "8192", "3584");
            });
    assertThat(tooLarge.path("hosts"))
        .hasSize(8)
        .allSatisfy(host -> assertThat(host.path("reason").textValue()).isNotBlank());
  }

  private static JsonNode explain(String flavor) {
    return admin
        .post("/v1/placements:explain", "{\"flavor\": \"%s\"}".formatted(flavor))
        .expect(200)
        .path("placement");
  }

  @Test
  void serverThatFitsNowhereSaysWhy() throws Exception {
    var server = demo.settled(demo.boot("huge", "5"));

    assertThat(Books.status(server)).isEqualTo("ERROR");
    assertThat(server.path("fault").path("code").intValue()).isEqualTo(500);
    assertThat(server.path("fault").path("message").textValue())
        .startsWith("No valid host was found. 8 hosts considered; ")
        .containsIgnoringCase("ramFilter removed 3 (nearest miss good-1: ")
        .contains("8192", "3584", "removed 5");
    Books.of(node, dir.resolve("good"), dir.resolve("bad")).assertBalanced();
  }

  @Test
  void failingSpawnsEndInErrorAfterThreeHosts() throws Exception {
    enable("good", false);
    enable("bad", true);

    var path = demo.boot("unlucky", "1");
    var server = demo.settled(path);

    assertThat(Books.status(server)).isEqualTo("ERROR");
    assertThat(server.path("fault").path("message").textValue())
        .contains("Exceeded maximum number of retries");
    var actions = admin.get(path + "/os-instance-actions").expect(200).path("instanceActions");
    var create =
        admin
            .get(path + "/os-instance-actions/" + actions.get(0).path("request_id").textValue())
            .expect(200)
            .path("instanceAction");
    var spawns =
        StreamSupport.stream(create.path("events").spliterator(), false)
            .filter(event -> event.path("event").asText().equals("compute_spawn"))
            .toList();
    assertThat(spawns)
        .hasSize(3)
        .allSatisfy(
            spawn -> {
              assertThat(spawn.path("result").textValue()).isEqualTo("Error");
              assertThat(spawn.path("traceback").textValue()).contains("drawn failure of Spawn");
            });
    var hosts = new HashSet<String>();
    spawns.forEach(spawn -> hosts.add(spawn.path("host").textValue()));
    assertThat(hosts).hasSize(3).allMatch(host -> host.startsWith("bad-"));
    // No claim, no guest, no port; the quota counts it until it is deleted.
    Books.of(node, dir.resolve("good"), dir.resolve("bad")).assertBalanced();
  }

  @Test
  void disabledConnectionTakesNoNewServerAndKeepsItsOld() throws Exception {
    var old = demo.boot("old", "1");
    assertThat(Books.status(demo.settled(old))).isEqualTo("ACTIVE");
    enable("good", false);

    var refused = demo.settled(demo.boot("refused", "1"));
    assertThat(Books.status(refused)).isEqualTo("ERROR");
    assertThat(refused.path("fault").path("message").textValue())
        .startsWith("No valid host was found. 8 hosts considered; ")
        .contains("removed 8", "disabled");
    demo.client().post(old + "/action", "{\"os-stop\": null}").expect(202);
    assertThat(Books.status(demo.settled(old))).isEqualTo("SHUTOFF");

    enable("good", true);
    assertThat(Books.status(demo.settled(demo.boot("taken", "1")))).isEqualTo("ACTIVE");
  }
}
