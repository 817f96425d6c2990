package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the controller at a random moment of a boot, a snapshot, a live migration and a resize
 * on real libvirt hosts, in the order of the methods: the next controller brings each of them to an
 * end, one host has the guest, and nothing is left behind. The moments come from a seed that is
 * printed; {@code -Dtroupe.seed=N} takes the same ones again.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuKilledTest {
  /** Without KVM, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  /** ms; longer than any of these operations takes here is of no use. */
  private static final int LONGEST_MOMENT = 4_000;

  private static final String SERVERS = "/compute/v2.1/servers/";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static final Map<String, String> HOSTS = new TreeMap<>();
  private static final long SEED = Long.getLong("troupe.seed", System.nanoTime() % 1_000_000);
  private static final Random RANDOM = new Random(SEED);

  private static LiveNode.Start start;
  private static LiveNode node;
  private static NodeClient admin;
  private static String image;
  private static String id;

  @BeforeAll
  static void start() throws Exception {
    var guest = Peers.guestImage();
    System.out.println("QemuKilledTest: seed " + SEED);
    start = LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0");
    begin();
    for (var name : List.of("a", "b")) {
      var uri = Peers.startHost(dir.resolve("hosts"), name);
      HOSTS.put(Peers.virsh(uri, "hostname").strip(), uri);
      // KVM may boot the driver's probe and yet no whole kernel: then one says so.
      var type = Optional.ofNullable(System.getenv("TROUPE_TEST_GUEST_TYPE"));
      var options = type.map(it -> ", \"guestType\": \"" + it + "\"").orElse("");
      var connection =
          "{\"id\": \"host-%s\", \"uri\": \"%s\", \"options\": {\"nic\": \"user\"%s}}"
              .formatted(name, uri, options);
      admin.post("/v1/connections", connection).expect(201);
    }
    var wanted =
        "{\"name\": \"killed\", \"disk_format\": \"qcow2\", \"container_format\": \"bare\"}";
    image = admin.post("/image/v2/images", wanted).expect(201).path("id").textValue();
    admin
        .put(
            "/image/v2/images/" + image + "/file",
            "application/octet-stream",
            Files.readAllBytes(guest))
        .expect(204);
    var larger =
        "{\"flavor\": {\"id\": \"larger\", \"name\": \"larger\", \"vcpus\": 1, \"ram\": 640, \"disk\": 1}}";
    admin.post("/compute/v2.1/flavors", larger).expect(200);
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
  void aBootEnds() throws Exception {
    var body =
        "{\"server\": {\"name\": \"k\", \"flavorRef\": \"1\", \"imageRef\": \"%s\", \"networks\": \"auto\"}}"
            .formatted(image);
    id = admin.post("/compute/v2.1/servers", body).expect(202).at("/server/id").textValue();

    killSoon("a boot");

    assertThat(Books.status(ended())).isEqualTo("ACTIVE");
    assertOneHostHasIt();
  }

  @Test
  @Order(2)
  void aSnapshotEnds() throws Exception {
    act("{\"createImage\": {\"name\": \"snapshot\"}}");

    killSoon("a snapshot");

    assertThat(Books.status(ended())).isEqualTo("ACTIVE");
    assertOneHostHasIt();
    for (var one : admin.get("/image/v2/images?name=snapshot").expect(200).path("images")) {
      assertThat(one.path("status").textValue()).as("%s", one).isEqualTo("active");
    }
  }

  @Test
  @Order(3)
  void aLiveMigrationEnds() throws Exception {
    act("{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}");

    killSoon("a live migration");

    assertThat(Books.status(ended())).isEqualTo("ACTIVE");
    assertOneHostHasIt();
  }

  @Test
  @Order(4)
  void aResizeEnds() throws Exception {
    act("{\"resize\": {\"flavorRef\": \"larger\"}}");

    killSoon("a resize");

    var status = Books.status(ended());
    assertThat(status).isIn("ACTIVE", "VERIFY_RESIZE");
    if (status.equals("VERIFY_RESIZE")) {
      act("{\"confirmResize\": null}");
      ended();
    }
    assertThat(Books.status(ended())).isEqualTo("ACTIVE");
    assertOneHostHasIt();
  }

  @Test
  @Order(5)
  void aDeleteLeavesNothing() throws Exception {
    act("{\"forceDelete\": null}");

    killSoon("a delete");

    var end = System.nanoTime() + PATIENCE.toNanos();
    while (admin.get(SERVERS + id).status() != 404) {
      assertThat(System.nanoTime()).as("it goes").isLessThan(end);
      Thread.sleep(300);
    }
    for (var host : HOSTS.keySet()) {
      assertThat(domains(host)).doesNotContain(id);
      assertThat(volumes(host)).doesNotContain(id);
      assertThat(admin.get("/v1/hosts/" + host).expect(200).at("/host/instances")).isEmpty();
    }
  }

  private static void begin() throws Exception {
    node = NODES.start(start);
    admin = node.admin();
  }

  /** Moves are answered once there is a host to go to, all others once they are written down. */
  private static void act(String action) throws Exception {
    var reply = admin.post(SERVERS + id + "/action", action);
    assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
  }

  private static void killSoon(String what) throws Exception {
    var moment = RANDOM.nextInt(LONGEST_MOMENT);
    Thread.sleep(moment);
    var task = server().path("OS-EXT-STS:task_state").asText("none");
    node.kill9();
    System.out.printf("QemuKilledTest: kill -9 %d ms into %s (%s)%n", moment, what, task);
    begin();
  }

  /** The server, once nothing is in progress. */
  private static JsonNode ended() throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var operations = admin.get("/v1/instances/" + id + "/operations").expect(200);
      var open =
          operations.path("operations").valueStream().anyMatch(one -> one.path("finished_at").isNull());
      if (!open) {
        return server();
      }
      assertThat(System.nanoTime()).as("%s ends", operations).isLessThan(end);
      Thread.sleep(300);
    }
  }

  private static JsonNode server() {
    return admin.get(SERVERS + id).body().path("server");
  }

  /** By the word of libvirt, of the instance and of the hosts' claims. */
  private static void assertOneHostHasIt() throws Exception {
    var owner = server().path("OS-EXT-SRV-ATTR:host").textValue();
    for (var host : HOSTS.keySet()) {
      var claims = admin.get("/v1/hosts/" + host).expect(200).at("/host/instances").toString();
      if (host.equals(owner)) {
        assertThat(domains(host)).contains(id);
        assertThat(claims).contains(id);
      } else {
        assertThat(domains(host)).doesNotContain(id);
        assertThat(volumes(host)).doesNotContain(id);
        assertThat(claims).doesNotContain(id);
      }
    }
  }

  private static String domains(String host) throws IOException, InterruptedException {
    return Peers.virsh(HOSTS.get(host), "list", "--all", "--uuid");
  }

  private static String volumes(String host) throws IOException, InterruptedException {
    return Peers.virsh(HOSTS.get(host), "vol-list", "--pool", "troupe");
  }
}
