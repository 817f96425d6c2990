package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stock client moves a server between two real libvirt hosts, in the order of the methods. The
 * kernel's boot id, which its agent reads, says whether it is still the same boot.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuMoveTest {
  /** Without KVM, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  /** URI of each host by its name. */
  private static final Map<String, String> HOSTS = new java.util.TreeMap<>();

  private static LiveNode node;
  private static StockClient admin;
  private static String id;
  private static String bootId;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    var image = Peers.guestImage();
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    admin = new StockClient(command, node.cloudsYaml(), "troupe-admin", dir);
    for (var name : List.of("a", "b")) {
      var uri = Peers.startHost(dir.resolve("hosts"), name);
      HOSTS.put(Peers.virsh(uri, "hostname").strip(), uri);
      // KVM may boot the driver's probe and yet no whole kernel: then one says so.
      var type = Optional.ofNullable(System.getenv("TROUPE_TEST_GUEST_TYPE"));
      node.admin()
          .post(
              "/v1/connections",
              "{\"id\": \"host-%s\", \"uri\": \"%s\", \"options\": {\"nic\": \"user\"%s}}"
                  .formatted(
                      name, uri, type.map(it -> ", \"guestType\": \"" + it + "\"").orElse("")))
          .expect(201);
    }
    admin
        .as("troupe")
        .text(
            "image create tiny-linux --disk-format qcow2 --container-format bare --file " + image);
  }

  @AfterAll
  static void stop() throws Exception {
    if (!HOSTS.isEmpty()) {
      Peers.stopHost(dir.resolve("hosts"), "a");
      Peers.stopHost(dir.resolve("hosts"), "b");
    }
  }

  @Test
  @Order(1)
  void serverBootsOnOneOfTheHosts() throws Exception {
    var image = admin.as("troupe").json("image show tiny-linux").path("id").textValue();
    id =
        node.demo()
            .post(
                "/compute/v2.1/servers",
                """
                {"server": {"name": "mover", "flavorRef": "1", "imageRef": "%s", "networks": "auto"}}
                """
                    .formatted(image))
            .expect(202)
            .path("server")
            .path("id")
            .textValue();

    awaitStatus("ACTIVE");
    bootId = Peers.bootId(HOSTS.get(host()), id);
    assertThat(bootId).hasSize(36);
  }

  @Test
  @Order(2)
  void liveMigrationTakesItThereAndBackWithoutABoot() throws Exception {
    for (int way = 0; way < 2; way++) {
      var from = host();

      admin.text("--os-compute-api-version 2.30 server migrate --live-migration --wait " + id);

      awaitStatus("ACTIVE");
      assertThat(host()).isNotEqualTo(from);
      assertThat(domains(from)).doesNotContain(id);
      assertThat(domains(host())).contains(id);
      assertThat(volumes(from)).as("only the image is left").doesNotContain(id);
      assertThat(Peers.bootId(HOSTS.get(host()), id)).isEqualTo(bootId);
    }
  }

  @Test
  @Order(3)
  void coldMigrationTakesItsDiskAlongAndConfirmingLeavesNothingBehind() throws Exception {
    var from = host();

    admin.text("server migrate --wait " + id);

    awaitStatus("VERIFY_RESIZE");
    assertThat(host()).isNotEqualTo(from);
    assertThat(domains(from)).as("until it is confirmed").contains(id);
    admin.text("server migration confirm " + id);
    awaitStatus("ACTIVE");
    var booted = Peers.bootId(HOSTS.get(host()), id);
    assertThat(booted).hasSize(36).isNotEqualTo(bootId);
    assertThat(domains(from)).doesNotContain(id);
    assertThat(volumes(from)).doesNotContain(id);
  }

  @Test
  @Order(4)
  void deleteLeavesNothingOnEitherHost() throws Exception {
    admin.as("troupe").text("server delete --wait mover");

    for (var host : HOSTS.keySet()) {
      assertThat(domains(host)).doesNotContain(id);
      assertThat(volumes(host)).doesNotContain(id);
    }
  }

  private static void awaitStatus(String status) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!Books.status(server()).equals(status)) {
      if (System.nanoTime() > end || Books.status(server()).equals("ERROR")) {
        throw new AssertionError("not " + status + ": " + server());
      }
      Thread.sleep(300);
    }
  }

  private static JsonNode server() throws IOException {
    return node.admin().get("/compute/v2.1/servers/" + id).expect(200).path("server");
  }

  private static String host() throws IOException {
    return server().path("OS-EXT-SRV-ATTR:host").textValue();
  }

  private static String domains(String host) throws Exception {
    return Peers.virsh(HOSTS.get(host), "list", "--all", "--uuid");
  }

  private static String volumes(String host) throws Exception {
    return Peers.virsh(HOSTS.get(host), "vol-list", "--pool", "troupe");
  }
}
