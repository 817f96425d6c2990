package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Servers with CPUs of their own, on two hosts of two cells: CPUs 2 to 7 of 8 are dedicated. */
class PinnedServersTest {
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
    var uri =
        "fake://pin?hosts=2&prefix=pin-&vcpus=8&ramMib=16384&cells=2&dedicatedCpus=2-7&state="
            + dir.resolve("pin");
    admin.post("/v1/connections", "{\"id\": \"pin\", \"uri\": \"%s\"}".formatted(uri)).expect(201);
    var flavor = "{\"name\": \"pinned\", \"id\": \"p2\", \"vcpus\": 2, \"ram\": 512, \"disk\": 1}";
    admin.post("/compute/v2.1/flavors", "{\"flavor\": %s}".formatted(flavor)).expect(200);
    admin
        .post(
            "/compute/v2.1/flavors/p2/os-extra_specs",
            "{\"extra_specs\": {\"hw:cpu_policy\": \"dedicated\"}}")
        .expect(200);
  }

  /** Three guests to a host: one in its first cell, two in the second. */
  @Test
  void eachCpuIsGivenOnceAndComesBack() throws Exception {
    var paths = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      paths.add(demo.boot("pinned-" + i, "p2"));
    }
    for (String path : paths) {
      assertThat(Books.status(demo.settled(path))).isEqualTo("ACTIVE");
    }
    JsonNode cell = topology(admin, paths.getFirst()).path("nodes").path(0);
    assertThat(cell.path("memory_mb").asInt()).isEqualTo(512);
    assertThat(cell.path("vcpu_set").toString()).isEqualTo("[0,1]");
    assertThat(cell.path("cpu_pinning").path("0").asInt(-1)).isBetween(2, 7);
    assertThat(topology(demo.client(), paths.getFirst()).path("nodes").path(0).fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("memory_mb", "siblings", "vcpu_set");
    String refused = demo.boot("one-too-many", "p2");
    var server = demo.settled(refused);

    assertThat(Books.status(server)).isEqualTo("ERROR");
    assertThat(server.path("fault").path("message").textValue())
        .contains("NUMATopologyFilter removed 2", "dedicated cpus for guest cell 0", "0 free");
    assertThat(pinned("pin-1")).containsExactly("2,3", "4,5,6,7");
    assertThat(pinned("pin-2")).containsExactly("2,3", "4,5,6,7");
    assertThat(Files.readString(dir.resolve("pin").resolve("guests.jsonl")))
        .contains("\"pins\":[{\"vcpu\":0,\"cpu\":2},{\"vcpu\":1,\"cpu\":3}]");
    Books.of(node, dir.resolve("pin")).assertBalanced();

    paths.add(refused);
    for (String path : paths) {
      demo.client().delete(path).expect(204);
    }
    Books.awaitQuiet(admin, Duration.ofSeconds(30));
    assertThat(pinned("pin-1")).containsExactly("", "");
    assertThat(pinned("pin-2")).containsExactly("", "");
    Books.of(node, dir.resolve("pin")).assertEmpty();
  }

  @Test
  void stockClientShowsTheTopology() throws Exception {
    var client = new StockClient(Peers.stockClient(), node.cloudsYaml(), "troupe-admin", dir);
    String path = demo.boot("shown", "p2");
    assertThat(Books.status(demo.settled(path))).isEqualTo("ACTIVE");

    var show = "--os-compute-api-version 2.78 server show --topology ";
    var cell =
        client.json(show + path.substring(path.lastIndexOf('/') + 1)).at("/topology/nodes/0");

    assertThat(cell.path("vcpu_set").toString()).isEqualTo("[0,1]");
    assertThat(cell.path("cpu_pinning").path("1").asInt(-1)).isBetween(2, 7);
    demo.client().delete(path).expect(204);
    Books.awaitQuiet(admin, Duration.ofSeconds(30));
  }

  private static JsonNode topology(NodeClient client, String path) {
    return client.at("2.78").get(path + "/topology").expect(200);
  }

  private static List<String> pinned(String host) {
    JsonNode cells =
        admin.get("/v1/hosts/" + host).expect(200).path("host").path("topology").path("cells");
    return cells.findValuesAsText("pinned_cpus");
  }
}
