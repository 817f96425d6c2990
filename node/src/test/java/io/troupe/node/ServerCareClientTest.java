package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's stock client takes care of servers: describes, tags, locks, resets them, and takes back
 * deleted ones. This node keeps a deleted server for some seconds.
 */
class ServerCareClientTest {
  private static final Duration KEPT = Duration.ofSeconds(45);

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static StockClient member;
  private static StockClient admin;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0")
                .with("troupe.operations.reclaim-after", KEPT.toSeconds() + " s")
                .with("troupe.view.wake-every", "1 s"));
    member = new StockClient(command, node.cloudsYaml(), "troupe", dir);
    admin = member.as("troupe-admin");
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
    }
  }

  @Test
  void describedTaggedAndLocked() throws Exception {
    create("cared");

    member.text("server set --property role=web --property tier=1 cared");
    member.text("--os-compute-api-version 2.26 server set --tag blue --tag red cared");
    member.text("--os-compute-api-version 2.90 server set --hostname db --description new cared");
    member.text("server set --name cherished cared");
    member.text("server unset --property tier cherished");
    member.text("--os-compute-api-version 2.26 server unset --tag red cherished");

    var shown = member.json("--os-compute-api-version 2.90 server show cherished");
    assertThat(shown.path("properties").path("role").textValue()).isEqualTo("web");
    assertThat(shown.path("properties")).hasSize(1);
    assertThat(strings(shown.path("tags"))).containsExactly("blue");
    assertThat(shown.path("description").textValue()).isEqualTo("new");
    assertThat(shown.toString()).contains("\"db\"");
    assertThat(member.json("--os-compute-api-version 2.26 server list --tags blue")).hasSize(1);
    assertThat(member.json("--os-compute-api-version 2.26 server list --tags red")).isEmpty();

    member.text(
        "--os-compute-api-version",
        "2.73",
        "server",
        "lock",
        "--reason",
        "do not touch",
        "cherished");
    var refused = member.run("server stop cherished");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.errors()).contains("is locked");
    var locked = member.json("--os-compute-api-version 2.73 server show cherished");
    assertThat(locked.path("locked_reason").textValue()).isEqualTo("do not touch");
    assertThat(member.json("--os-compute-api-version 2.73 server list --locked")).hasSize(1);
    member.text("server unlock cherished");

    admin.text("server set --state error " + locked.path("id").textValue());
    assertThat(awaitStatus(locked.path("id").textValue(), "ERROR")).isNotNull();
    admin.text("server set --state active " + locked.path("id").textValue());
    awaitStatus(locked.path("id").textValue(), "ACTIVE");
    assertThat(column(member.json("server event list cherished"), "Action"))
        .containsExactly("resetState", "resetState", "unlock", "lock", "create");

    member.text("server delete --force --wait cherished");
  }

  @Test
  void heldReleasedAndLookedInto() throws Exception {
    var id = create("held");

    member.text("server pause held");
    awaitStatus(id, "PAUSED");
    member.text("server unpause held");
    awaitStatus(id, "ACTIVE");
    member.text("server suspend held");
    awaitStatus(id, "SUSPENDED");
    member.text("server resume held");
    awaitStatus(id, "ACTIVE");
    member.text("--os-compute-api-version 2.17 server dump create held");
    member.text("server set --password s3cret held");
    awaitActions(
        id,
        "changePassword",
        "trigger_crash_dump",
        "resume",
        "suspend",
        "unpause",
        "pause",
        "create");
    var diagnostics = admin.text("server show --diagnostics " + id);
    assertThat(diagnostics).contains("memory", "vnet0_rx");
    var create =
        member.json(
            "--os-compute-api-version 2.84 server event show held " + requestOfCreate("held"));
    assertThat(create.path("events").toString()).contains("compute_spawn", "Success");

    member.text("server delete --force --wait held");
  }

  private static String requestOfCreate(String name) throws Exception {
    var events = member.json("server event list " + name);
    return events.get(events.size() - 1).path("Request ID").asText();
  }

  private static void awaitActions(String id, String... actions) throws Exception {
    for (int i = 0; i < 300; i++) {
      var seen = node.demo().get("/compute/v2.1/servers/" + id).expect(200).path("server");
      if (Books.isQuiet(seen)) {
        break;
      }
      Thread.sleep(100);
    }
    assertThat(column(member.json("server event list " + id), "Action")).containsExactly(actions);
  }

  @Test
  void deletedAndTakenBack() throws Exception {
    var id = create("back");

    member.text("server delete back");
    awaitStatus(id, "SOFT_DELETED");
    assertThat(Books.of(node, node.data().resolve("hypervisor")).toString()).contains(id);
    member.text("server restore " + id);
    awaitStatus(id, "ACTIVE");

    member.text("server delete " + id);
    awaitStatus(id, "SOFT_DELETED");
    for (int i = 0; i < 900; i++) {
      if (node.demo().get("/compute/v2.1/servers/" + id).status() == 404) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("never reclaimed");
  }

  private static String create(String name) throws Exception {
    return member
        .json("server create --flavor m1.nano --image tiny --network private --wait " + name)
        .path("id")
        .textValue();
  }

  private static JsonNode awaitStatus(String id, String status) throws Exception {
    for (int i = 0; i < 300; i++) {
      var seen = node.demo().get("/compute/v2.1/servers/" + id).expect(200).path("server");
      if (Books.status(seen).equals(status)) {
        return seen;
      }
      Thread.sleep(100);
    }
    throw new AssertionError(id + " did not become " + status);
  }

  private static List<String> column(JsonNode table, String name) {
    return StreamSupport.stream(table.spliterator(), false)
        .map(row -> row.path(name).asText())
        .toList();
  }

  private static List<String> strings(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }
}
