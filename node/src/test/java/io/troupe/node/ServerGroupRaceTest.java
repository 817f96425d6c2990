package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Many servers booted at once into one group: its policy holds for all of them. */
class ServerGroupRaceTest {
  private static final int HOSTS = 60;

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static NodeClient admin;
  private static CloudUser user;

  @BeforeAll
  static void start() throws Exception {
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    admin = node.admin();
    user = CloudUser.of(admin);
    // Room for 16 m1.nano on each; one spawn in ten fails, so that second hosts are asked for too.
    register("wide", "fake://wide?hosts=" + HOSTS + "&prefix=wide-&ramMib=2560&vcpus=8");
    register("flaky", "fake://flaky?hosts=10&prefix=flaky-&ramMib=2560&vcpus=8&failureRate=0.3");
  }

  private static void register(String id, String uri) {
    var body = "{\"id\": \"%s\", \"uri\": \"%s&state=%s\"}".formatted(id, uri, dir.resolve(id));
    admin.post("/v1/connections", body).expect(201);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (var server : Books.servers(admin)) {
      admin.delete("/compute/v2.1/servers/" + server.path("id").textValue());
    }
    Books.awaitQuiet(admin, Duration.ofSeconds(60));
    Books.of(node, dir.resolve("wide"), dir.resolve("flaky")).assertEmpty();
  }

  private static String group(String policy) {
    return admin
        .post(
            "/compute/v2.1/os-server-groups",
            "{\"server_group\": {\"name\": \"%s\", \"policy\": \"%s\"}}".formatted(policy, policy))
        .expect(200)
        .path("server_group")
        .path("id")
        .textValue();
  }

  private static CompletableFuture<NodeClient.Reply> boot(String group, String name) {
    var server = user.server(name, "1", "").strip();
    var hinted =
        server.substring(0, server.length() - 1)
            + ", \"os:scheduler_hints\": {\"group\": \"%s\"}}".formatted(group);
    return admin.postAsync("/compute/v2.1/servers", hinted);
  }

  private static List<JsonNode> bootAll(String group, int count) throws Exception {
    var accepted = new ArrayList<CompletableFuture<NodeClient.Reply>>();
    for (int number = 0; number < count; number++) {
      accepted.add(boot(group, "member-" + number));
    }
    var servers = new ArrayList<JsonNode>();
    for (var reply : accepted) {
      var id = reply.join().expect(202).path("server").path("id").textValue();
      servers.add(user.settled("/compute/v2.1/servers/" + id));
    }
    return servers;
  }

  private static List<String> hosts(List<JsonNode> servers) {
    return servers.stream()
        .filter(server -> server.path("status").textValue().equals("ACTIVE"))
        .map(server -> server.path("OS-EXT-SRV-ATTR:host").textValue())
        .toList();
  }

  @Test
  void apartMeansNoTwoOnAHost() throws Exception {
    var hosts = hosts(bootAll(group("anti-affinity"), 50));

    assertThat(hosts).hasSize(50).doesNotHaveDuplicates();
  }

  @Test
  void togetherMeansAllOnOneHost() throws Exception {
    var servers = bootAll(group("affinity"), 40);

    var hosts = hosts(servers);
    assertThat(hosts).isNotEmpty().hasSizeLessThanOrEqualTo(16);
    assertThat(new HashSet<>(hosts)).hasSize(1);
    assertThat(servers)
        .filteredOn(server -> server.path("status").textValue().equals("ERROR"))
        .allSatisfy(
            server ->
                assertThat(server.path("fault").path("message").textValue())
                    .contains("No valid host"));
  }

  /** Members come and go, the group empties and moves; whenever it is quiet it is on one host. */
  @Test
  void togetherStaysTogetherWhileMembersComeAndGo() throws Exception {
    var seed = System.nanoTime() % 1_000_000;
    var random = new Random(seed);
    var group = group("affinity");
    for (int round = 0; round < 5; round++) {
      var booted = bootAll(group, 6);
      for (var server : booted) {
        if (random.nextInt(4) > 0 || round % 2 == 0) {
          admin.delete("/compute/v2.1/servers/" + server.path("id").textValue()).expect(204);
        }
      }
      assertThat(new HashSet<>(hosts(booted))).as("seed " + seed).hasSizeLessThanOrEqualTo(1);
      Books.awaitQuiet(admin, Duration.ofSeconds(30));
      var left = new ArrayList<JsonNode>();
      Books.servers(admin).forEach(left::add);
      assertThat(new HashSet<>(hosts(left))).as("seed " + seed).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void aGroupHasOnlySoManyMembers() throws Exception {
    var demo = CloudUser.of(node.demo());
    var made =
        demo.client()
            .post(
                "/compute/v2.1/os-server-groups",
                "{\"server_group\": {\"name\": \"g\", \"policy\": \"soft-affinity\"}}")
            .expect(200);
    var project = made.path("server_group").path("project_id").textValue();
    admin
        .put(
            "/compute/v2.1/os-quota-sets/" + project,
            "application/json",
            "{\"quota_set\": {\"server_group_members\": 3}}".getBytes())
        .expect(200);
    var server = demo.server("few", "1", "").strip();
    var hinted =
        server.substring(0, server.length() - 1)
            + ", \"os:scheduler_hints\": {\"group\": \"%s\"}}"
                .formatted(made.path("server_group").path("id").textValue());
    var replies = new ArrayList<CompletableFuture<NodeClient.Reply>>();
    for (int number = 0; number < 9; number++) {
      replies.add(demo.client().postAsync("/compute/v2.1/servers", hinted));
    }

    var statuses = replies.stream().map(reply -> reply.join().status()).sorted().toList();

    assertThat(statuses).containsExactly(202, 202, 202, 403, 403, 403, 403, 403, 403);
  }
}
