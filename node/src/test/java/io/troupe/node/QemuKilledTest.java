package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the controller at a random moment of a boot, a snapshot, a live migration, a resize
 * and a delete on real libvirt hosts, in the order of the methods: the next controller brings each
 * of them to an end, one host has the guest, and nothing is left behind. {@code
 * -Dtroupe.test.seed=N} repeats a run's moments, {@code -Dtroupe.test.kills=N} kills that often
 * amid each operation.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuKilledTest {
  /** On a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String SERVERS = "/compute/v2.1/servers/";
  private static final String IMAGES = "/image/v2/images";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  /** URI of each host by its name. */
  private static final Map<String, String> HOSTS = new TreeMap<>();

  private static final long SEED = Long.getLong("troupe.test.seed", System.nanoTime() % 1_000_000);
  private static final int KILLS = Integer.getInteger("troupe.test.kills", 1);
  private static final Random RANDOM = new Random(SEED);

  private static LiveNode node;
  private static NodeClient admin;
  private static String image;
  private static String id;
  private static String bootId;

  @BeforeAll
  static void start() throws Exception {
    var guest = Peers.guestImage();
    say("-Dtroupe.test.seed=%d".formatted(SEED));
    begin(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    for (var name : List.of("a", "b")) {
      var uri = Peers.startHost(dir.resolve("hosts"), name);
      HOSTS.put(Peers.virsh(uri, "hostname").strip(), uri);
      // Named, since each of the many lives to come would try for ten seconds whether KVM works.
      var type = Optional.ofNullable(System.getenv("TROUPE_TEST_GUEST_TYPE")).orElse("qemu");
      var connection =
          "{\"id\": \"host-%s\", \"uri\": \"%s\", \"options\": {\"nic\": \"user\", \"guestType\": \"%s\"}}"
              .formatted(name, uri, type);
      admin.post("/v1/connections", connection).expect(201);
    }
    var wanted =
        "{\"name\": \"killed\", \"disk_format\": \"qcow2\", \"container_format\": \"bare\"}";
    image = admin.post(IMAGES, wanted).expect(201).path("id").textValue();
    admin
        .put(IMAGES + "/" + image + "/file", "application/octet-stream", Files.readAllBytes(guest))
        .expect(204);
    var larger =
        "{\"flavor\": {\"id\": \"larger\", \"name\": \"larger\", \"vcpus\": 1, \"ram\": 192, \"disk\": 1}}";
    admin.post("/compute/v2.1/flavors", larger).expect(200);
  }

  @AfterAll
  static void stop() throws Exception {
    NODES.killAll();
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
    var accepted = admin.post("/compute/v2.1/servers", body);
    id = accepted.expect(202).at("/server/id").textValue();

    killAmid("a boot", 1_000, CompletableFuture.completedFuture(accepted));

    assertThat(result(ended())).isEqualTo("succeeded");
    assertOneHostHasIt();
    bootId = bootId();
  }

  @Test
  @Order(2)
  void aSnapshotEndsAndTheGuestWritesOn() throws Exception {
    killAmid("a snapshot", 3_000, act("{\"createImage\": {\"name\": \"snapshot\"}}"));

    var operation = ended();
    assertOneHostHasIt();
    assertThat(bootId()).as("one whose file systems are frozen does not tell").isEqualTo(bootId);
    var images = admin.get(IMAGES + "?name=snapshot").expect(200).path("images");
    if (operation.path("action").asText().equals("createImage")
        && result(operation).equals("succeeded")) {
      assertThat(images).hasSize(1);
      assertWhole(images.get(0));
    } else {
      assertThat(images).isEmpty();
    }
  }

  @Test
  @Order(3)
  void aLiveMigrationEndsWithoutABoot() throws Exception {
    killAmid(
        "a live migration",
        2_000,
        act("{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}"));

    ended();
    assertOneHostHasIt();
    assertThat(bootId()).isEqualTo(bootId);
  }

  @Test
  @Order(4)
  void aResizeEnds() throws Exception {
    killAmid("a resize", 3_000, act("{\"resize\": {\"flavorRef\": \"larger\"}}"));

    ended();
    if (Books.status(server()).equals("VERIFY_RESIZE")) {
      killAmid("the confirmation of a resize", 400, act("{\"confirmResize\": null}"));
      ended();
    }
    assertOneHostHasIt();
    bootId();
  }

  @Test
  @Order(5)
  void aDeleteLeavesNothing() throws Exception {
    killAmid("a delete", 300, act("{\"forceDelete\": null}"));

    act("{\"forceDelete\": null}").join(); // the first may have come too late to be accepted
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (admin.get(SERVERS + id).status() != 404) {
      assertThat(System.nanoTime()).as("it goes").isLessThan(end);
      Thread.sleep(100);
    }
    for (var host : HOSTS.keySet()) {
      assertThat(domains(host)).isEmpty();
      assertThat(volumes(host)).as("only the image is left").doesNotContain(id);
    }
    Books.of(List.of(admin)).assertEmpty();
    try (var files = Files.walk(dir.resolve("data"))) {
      assertThat(files.filter(QemuKilledTest::isTransfer)).as("disks on their way").isEmpty();
    }
  }

  /** A whole one; the drafts of dead writers are kept for a while. */
  private static boolean isTransfer(Path file) {
    return file.getParent().endsWith(".transfers")
        && !file.getFileName().toString().startsWith(".draft-");
  }

  private static void begin(LiveNode.Start start) throws Exception {
    node = NODES.start(start);
    admin = node.admin();
  }

  /** Not waited for: moves are answered once there is a host to go to. */
  private static CompletableFuture<NodeClient.Reply> act(String action) {
    return admin.postAsync(SERVERS + id + "/action", action);
  }

  /** What was accepted before the end is not forgotten. */
  private static void killAmid(
      String what, int longestMillis, CompletableFuture<NodeClient.Reply> sent) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      var moment = RANDOM.nextInt(longestMillis);
      Thread.sleep(moment);
      node.kill9();
      say("kill -9 %d ms into %s".formatted(moment, what));
      begin(node.start());
    }
    var answer = sent.handle((reply, _) -> Optional.ofNullable(reply)).join();
    if (answer.isPresent()) {
      var reply = answer.get();
      assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
      var request = reply.response().headers().firstValue("x-openstack-request-id").orElseThrow();
      admin.get("/v1/instances/" + id + "/operations/" + request).expect(200);
    }
  }

  /** The operation that began last, once nothing is in progress. */
  private static JsonNode ended() throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var operations =
          admin.get("/v1/instances/" + id + "/operations").expect(200).path("operations");
      if (operations.valueStream().noneMatch(one -> one.path("finished_at").isNull())) {
        awaitConnections();
        return tell(operations.path(0));
      }
      assertThat(System.nanoTime()).as("%s ends", operations).isLessThan(end);
      Thread.sleep(100);
    }
  }

  /** What is asked of a host that is not there yet waits, and would be killed before it began. */
  private static void awaitConnections() throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var all = admin.get("/v1/connections").expect(200).path("connections");
      if (all.valueStream().allMatch(one -> one.path("state").textValue().equals("up"))) {
        return;
      }
      assertThat(System.nanoTime()).as("%s are up", all).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static JsonNode tell(JsonNode operation) {
    var told = new StringBuilder();
    for (var step : operation.path("steps")) {
      told.append(step.path("result").textValue().equals("failed") ? " FAILED " : " ");
      told.append(step.path("name").textValue()).append(' ');
      told.append(step.path("duration_ms").asText()).append(" ms");
      told.append(step.path("result").textValue().equals("failed") ? step.path("detail") : "");
    }
    say("%s %s:%s".formatted(operation.path("action").asText(), result(operation), told));
    return operation;
  }

  private static String result(JsonNode operation) {
    return operation.path("result").asText();
  }

  private static JsonNode server() {
    return admin.get(SERVERS + id).expect(200).path("server");
  }

  /** By the word of libvirt, of the instance and of the hosts' claims. */
  private static void assertOneHostHasIt() throws Exception {
    var server = server();
    assertThat(Books.status(server)).as("%s", server).isEqualTo("ACTIVE");
    var owner = server.path("OS-EXT-SRV-ATTR:host").textValue();
    assertThat(HOSTS).containsKey(owner);
    for (var host : HOSTS.keySet()) {
      var claims = admin.get("/v1/hosts/" + host).expect(200).at("/host/instances");
      var claimed = claims.valueStream().map(JsonNode::textValue);
      if (host.equals(owner)) {
        assertThat(domains(host)).isEqualTo(id);
        assertThat(volumes(host)).as("root disk, config drive, console and hold").hasSize(4);
        assertThat(claimed).containsExactly(id);
      } else {
        assertThat(domains(host)).isEmpty();
        assertThat(volumes(host)).isEmpty();
        assertThat(claimed).isEmpty();
      }
    }
    assertThat(Peers.virsh(HOSTS.get(owner), "dommemstat", id))
        .contains("actual " + server.at("/flavor/ram").intValue() * 1024);
  }

  private static void assertWhole(JsonNode image) throws Exception {
    assertThat(image.path("status").textValue()).as("%s", image).isEqualTo("active");
    var file = admin.get(IMAGES + "/" + image.path("id").textValue() + "/file");
    assertThat(file.status()).isEqualTo(200);
    var bytes = file.response().body();
    assertThat(image.path("size").longValue()).isEqualTo(bytes.length);
    Peers.checkQcow2(Files.write(dir.resolve("snapshot.qcow2"), bytes));
  }

  private static String bootId() throws Exception {
    var owner = server().path("OS-EXT-SRV-ATTR:host").textValue();
    var read = Peers.bootId(HOSTS.get(owner), id);
    assertThat(read).hasSize(36);
    return read;
  }

  /** UUIDs of the guests that run. */
  private static String domains(String host) throws Exception {
    return Peers.virsh(HOSTS.get(host), "list", "--all", "--uuid").strip();
  }

  /** Of the guest. */
  private static List<String> volumes(String host) throws Exception {
    var all = Peers.virsh(HOSTS.get(host), "vol-list", "--pool", "troupe");
    return all.lines().filter(line -> line.contains(id)).toList();
  }

  private static void say(String what) {
    System.out.println("QemuKilledTest: " + what);
  }
}
