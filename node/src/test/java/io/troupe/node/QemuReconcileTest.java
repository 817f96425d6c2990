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
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people do to guests with virsh, on two real libvirt hosts, and what becomes of their servers
 * ({@code docs/adr/0019}), in the order of the methods.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuReconcileTest {
  /** Without KVM, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final String FOREIGN = "somebodys";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  /** URI of each host by its name. */
  private static final Map<String, String> HOSTS = new TreeMap<>();

  private static NodeClient admin;
  private static NodeClient demo;
  private static String id;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    var image = Peers.guestImage();
    var node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.fleet.reconcile", "2s")
                .with("troupe.fleet.heartbeat", "2s")
                .with(
                    "troupe.operations.stop-grace", "2s")); // there is nobody in FOREIGN to heed it
    admin = node.admin();
    demo = node.demo();
    for (var name : List.of("a", "b")) {
      var uri = Peers.startHost(dir.resolve("hosts"), name);
      HOSTS.put(Peers.virsh(uri, "hostname").strip(), uri);
      // KVM may boot the driver's probe and yet no whole kernel: then one says so.
      var type = Optional.ofNullable(System.getenv("TROUPE_TEST_GUEST_TYPE"));
      admin
          .post(
              "/v1/connections",
              "{\"id\": \"host-%s\", \"uri\": \"%s\", \"options\": {\"nic\": \"user\"%s}}"
                  .formatted(
                      name, uri, type.map(it -> ", \"guestType\": \"" + it + "\"").orElse("")))
          .expect(201);
    }
    new StockClient(command, node.cloudsYaml(), "troupe", dir)
        .text(
            "image create tiny-linux --disk-format qcow2 --container-format bare --file " + image);
  }

  @AfterAll
  static void stop() throws Exception {
    for (var uri : HOSTS.values()) {
      if (Peers.virsh(uri, "list", "--state-running", "--name").contains(FOREIGN)) {
        Peers.virsh(uri, "destroy", FOREIGN);
      }
    }
    if (!HOSTS.isEmpty()) {
      Peers.stopHost(dir.resolve("hosts"), "a");
      Peers.stopHost(dir.resolve("hosts"), "b");
    }
  }

  @Test
  @Order(1)
  void aServerBoots() throws Exception {
    var image =
        demo.get("/image/v2/images?name=tiny-linux").expect(200).at("/images/0/id").asText();
    id =
        demo.post(
                "/compute/v2.1/servers",
                """
                {"server": {"name": "mine", "flavorRef": "1", "imageRef": "%s", "networks": "auto"}}
                """
                    .formatted(image))
            .expect(202)
            .at("/server/id")
            .asText();

    awaitServer(server -> Books.status(server).equals("ACTIVE"));
  }

  @Test
  @Order(2)
  void stoppedByHandItIsStoppedStartedByHandItIsActive() throws Exception {
    byHand("destroy");
    awaitServer(server -> Books.status(server).equals("SHUTOFF"));

    byHand("start");
    awaitServer(server -> Books.status(server).equals("ACTIVE"));
  }

  @Test
  @Order(3)
  void pausedByHandItIsPaused() throws Exception {
    byHand("suspend");
    awaitServer(server -> Books.status(server).equals("PAUSED"));

    byHand("resume");
    awaitServer(server -> Books.status(server).equals("ACTIVE"));
  }

  @Test
  @Order(4)
  void removedByHandItIsAnErrorThatIsOverWhenTheGuestIsThereAgain() throws Exception {
    var definition = takeAway(host());
    var server = awaitServer(one -> Books.status(one).equals("ERROR"));
    assertThat(server.at("/fault/details").asText()).contains(host());

    putBack(host(), definition);

    server = awaitServer(one -> Books.status(one).equals("ACTIVE"));
    assertThat(server.has("fault")).isFalse();
  }

  /** Who has it stays an administrator's to say; the books do not follow a guest by themselves. */
  @Test
  @Order(5)
  void movedByHandItsOwnerIsToldWhereItIs() throws Exception {
    var from = host();
    var to = HOSTS.keySet().stream().filter(name -> !name.equals(from)).findFirst().orElseThrow();
    var definition = takeAway(from);
    // Its disks stay where they are: these hosts share none. So it does not run there.
    Peers.virsh(HOSTS.get(to), "define", definition.toString());

    var server =
        awaitServer(one -> one.at("/fault/details").asText().contains(to + " shows the guest"));

    assertThat(Books.status(server)).isEqualTo("ERROR");
    assertThat(host()).isEqualTo(from);
    Peers.virsh(HOSTS.get(to), "undefine", id);
    putBack(from, definition);
    awaitServer(one -> Books.status(one).equals("ACTIVE"));
  }

  @Test
  @Order(6)
  void anUnknownGuestIsAdoptedAsItRuns() throws Exception {
    var host = HOSTS.keySet().iterator().next();
    var xml = Files.createTempFile(dir, "foreign", ".xml");
    Files.writeString(
        xml,
        """
        <domain type='qemu'><name>%s</name><memory unit='MiB'>16</memory>
          <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
        """
            .formatted(FOREIGN));
    Peers.virsh(HOSTS.get(host), "define", xml.toString());
    Peers.virsh(HOSTS.get(host), "start", FOREIGN);
    var process = qemuOf(FOREIGN);
    await(() -> unknownGuests(host).contains(FOREIGN));

    var project = Books.projectOf(demo);
    id =
        admin
            .post(
                "/v1/hosts/" + host + "/adopt",
                "{\"guest\": \"%s\", \"project_id\": \"%s\"}".formatted(FOREIGN, project))
            .expect(202)
            .path("instance_id")
            .asText();

    awaitServer(server -> Books.status(server).equals("ACTIVE"));
    assertThat(qemuOf(FOREIGN)).as("the same process since the same moment").isEqualTo(process);
    await(() -> !unknownGuests(host).contains(FOREIGN));
    demo.post("/compute/v2.1/servers/" + id + "/action", "{\"os-stop\": null}").expect(202);
    awaitServer(server -> Books.status(server).equals("SHUTOFF"));
    assertThat(Peers.virsh(HOSTS.get(host), "domstate", FOREIGN)).isEqualTo("shut off");
  }

  // ---- what people do

  private static void byHand(String verb) throws Exception {
    Peers.virsh(HOSTS.get(host()), verb, id);
  }

  /** Off and undefined; its disks stay. */
  private static Path takeAway(String host) throws Exception {
    var file = Files.createTempFile(dir, "guest", ".xml");
    Files.writeString(file, Peers.virsh(HOSTS.get(host), "dumpxml", "--inactive", id));
    Peers.virsh(HOSTS.get(host), "destroy", id);
    Peers.virsh(HOSTS.get(host), "undefine", id);
    return file;
  }

  private static void putBack(String host, Path definition) throws Exception {
    Peers.virsh(HOSTS.get(host), "define", definition.toString());
    Peers.virsh(HOSTS.get(host), "start", id);
  }

  /** Process id and start of the guest's QEMU. */
  private static List<Object> qemuOf(String guest) {
    return ProcessHandle.allProcesses()
        .filter(
            one ->
                one.info()
                    .arguments()
                    .filter(
                        all ->
                            List.of(all).stream().anyMatch(it -> it.startsWith("guest=" + guest)))
                    .isPresent())
        .findFirst()
        .map(one -> List.<Object>of(one.pid(), one.info().startInstant().orElseThrow()))
        .orElseThrow(() -> new AssertionError("no QEMU runs " + guest));
  }

  // ---- what is shown

  private static String unknownGuests(String host) throws IOException {
    return admin.get("/v1/hosts/" + host).expect(200).at("/host/unknown_guests").toString();
  }

  private static JsonNode server() throws IOException {
    return admin.get("/compute/v2.1/servers/" + id).expect(200).path("server");
  }

  private static String host() throws IOException {
    return server().path("OS-EXT-SRV-ATTR:host").textValue();
  }

  private static JsonNode awaitServer(Predicate<JsonNode> wanted) throws Exception {
    await(() -> wanted.test(server()));
    return server();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + ": " + server());
      }
      Thread.sleep(300);
    }
  }
}
