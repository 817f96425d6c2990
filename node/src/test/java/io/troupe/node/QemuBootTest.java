package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stock client, a whole node, libvirt, QEMU and a Linux that boots: the life of one server, in
 * the order of the methods. virsh is the independent witness.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuBootTest {
  /** What the guest prints at the end of its boot. */
  private static final Pattern READY =
      Pattern.compile("GUEST-READY hostname=(\\S+) instance-id=(\\S+) source=(\\S+) .*boot=(\\S+)");

  private static final Pattern STOPPING = Pattern.compile("GUEST-STOPPING");

  /** Without KVM, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static String uri;
  private static LiveNode node;
  private static StockClient client;
  private static String id;
  private static int boots;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    var image = Peers.guestImage();
    uri = Peers.startHost(dir.resolve("host"));
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--hypervisor", uri)
                .environment("TROUPE_GUEST_IMAGE", image.toString()));
    client = new StockClient(command, node.cloudsYaml(), "troupe", dir);
  }

  @AfterAll
  static void stop() throws Exception {
    if (uri != null) {
      Peers.stopHost(dir.resolve("host"));
    }
  }

  @Test
  @Order(1)
  void printedLineBootsALinuxNamedByItsConfigDrive() throws Exception {
    var printed =
        node.output()
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("openstack server create"))
            .findFirst()
            .orElseThrow();

    client.text(printed.substring("openstack ".length()));

    var server = client.json("server show first");
    id = server.path("id").textValue();
    assertThat(server.path("status").textValue()).isEqualTo("ACTIVE");
    var ready = awaitBoot();
    assertThat(ready.group(1)).as("hostname").isEqualTo("first");
    assertThat(ready.group(2)).as("instance id").isEqualTo(id);
    assertThat(ready.group(3)).isEqualTo("config-drive");
    assertThat(client.text("console log show first")).contains(ready.group());
    assertThat(domains("--state-running")).singleElement().asString().contains(id);
    assertThat(volumes()).anyMatch(name -> name.contains(id));
  }

  @Test
  @Order(2)
  void nodeMayDieTheGuestRunsOn() throws Exception {
    node.kill9();
    node = NODES.start(node.start());

    assertThat(node.admin().get("/v1/hosts").expect(200).path("hosts"))
        .singleElement()
        .satisfies(host -> assertThat(host.path("instance_count").intValue()).isEqualTo(1));
    assertThat(server().path("status").textValue()).isEqualTo("ACTIVE");
    assertThat(matches(READY)).as("boots").hasSize(boots);
  }

  @Test
  @Order(3)
  void stopIsHeardByTheGuest() throws Exception {
    client.text("server stop first");

    awaitStatus("SHUTOFF");
    assertThat(matches(STOPPING)).as("the guest's own farewells").hasSize(1);
    assertThat(domains("--state-shutoff")).hasSize(1);
  }

  @Test
  @Order(4)
  void startBootsItAgain() throws Exception {
    client.text("server start first");

    awaitStatus("ACTIVE");
    awaitBoot();
  }

  @Test
  @Order(5)
  void softRebootIsHeardByTheGuestHardIsNot() throws Exception {
    client.text("server reboot --wait first");
    awaitBoot();
    assertThat(matches(STOPPING)).hasSize(2);

    client.text("server reboot --hard --wait first");
    awaitBoot();
    assertThat(matches(STOPPING)).hasSize(2);
  }

  @Test
  @Order(6)
  void whatHappensBehindItsBackIsSeen() throws Exception {
    Peers.virsh(uri, "destroy", domains("--state-running").getFirst());

    awaitStatus("SHUTOFF");
  }

  @Test
  @Order(7)
  void deleteLeavesNothing() throws Exception {
    client.text("server delete --wait first");

    assertThat(domains("--all")).isEmpty();
    assertThat(volumes()).as("only the cached image").noneMatch(name -> name.contains(id));
    var admin = node.admin();
    var host = admin.get("/v1/hosts").expect(200).path("hosts").get(0);
    assertThat(host.path("instance_count").intValue()).isZero();
    assertThat(host.path("claimed").path("ram_mib").intValue()).isZero();
    assertThat(admin.get("/networking/v2.0/ports").expect(200).path("ports")).isEmpty();
  }

  /** One boot more than before, with a boot id that the kernel has not had yet. */
  private static MatchResult awaitBoot() throws Exception {
    boots++;
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (matches(READY).size() < boots) {
      if (System.nanoTime() > end) {
        throw new AssertionError("boot " + boots + " is not ready:\n" + console());
      }
      Thread.sleep(500);
    }
    var all = matches(READY);
    assertThat(all.stream().map(boot -> boot.group(4)).distinct()).hasSize(boots);
    return all.getLast();
  }

  private static void awaitStatus(String status) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!Books.status(server()).equals(status)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + status + ": " + server());
      }
      Thread.sleep(200);
    }
  }

  private static JsonNode server() throws IOException {
    return node.demo().get("/compute/v2.1/servers/" + id).expect(200).path("server");
  }

  private static List<MatchResult> matches(Pattern pattern) throws IOException {
    return pattern.matcher(console()).results().toList();
  }

  private static String console() throws IOException {
    return node.demo()
        .post("/compute/v2.1/servers/" + id + "/action", "{\"os-getConsoleOutput\": {}}")
        .expect(200)
        .path("output")
        .textValue();
  }

  private static List<String> domains(String which) throws Exception {
    return lines(Peers.virsh(uri, "list", "--name", which));
  }

  private static List<String> volumes() throws Exception {
    return lines(Peers.virsh(uri, "vol-list", "--pool", "troupe"));
  }

  private static List<String> lines(String text) {
    return text.lines().filter(line -> !line.isBlank()).toList();
  }
}
