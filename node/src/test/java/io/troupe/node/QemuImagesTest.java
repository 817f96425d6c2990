package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A running Linux under QEMU gets and loses volumes, becomes an image, is rebuilt from it, shelved
 * and unshelved.
 */
class QemuImagesTest {
  /** What the guest prints at the end of its boot. */
  private static final Pattern READY =
      Pattern.compile("GUEST-READY hostname=\\S+ instance-id=(\\S+)");

  /** Without KVM, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static String uri;
  private static LiveNode node;
  private static StockClient client;
  private static String id;

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
  void becomesAnImageIsRebuiltFromItShelvedAndBack() throws Exception {
    var image = client.json("image list").get(0).path("ID").textValue();
    id =
        client
            .json("server create --flavor m1.nano --network private --wait first --image " + image)
            .path("id")
            .textValue();
    awaitBoot();
    var root = roots();
    aVolumeComesIsSnapshottedSwappedAndGoes();

    client.text("server image create --wait --name picture first");
    var picture = client.json("image show picture");
    assertThat(picture.path("status").textValue()).isEqualTo("active");
    assertThat(picture.path("disk_format").textValue()).isEqualTo("qcow2");
    assertThat(picture.path("size").asLong()).as("holds what was written").isGreaterThan(1 << 20);
    assertThat(Peers.virsh(uri, "list", "--state-running", "--uuid")).contains(id);

    client.text("server rebuild --wait --image picture first");
    awaitBoot();
    assertThat(roots()).as("one disk, of a new generation").hasSize(1).isNotEqualTo(root);

    client.text("server shelve first");
    awaitStatus("SHELVED_OFFLOADED");
    assertThat(Peers.virsh(uri, "list", "--all", "--uuid")).doesNotContain(id);
    assertThat(volumes()).noneMatch(name -> name.contains(id));
    client.text("server unshelve --wait first");
    awaitStatus("ACTIVE");
    awaitBoot();

    client.text("server delete --wait first");
    assertThat(volumes()).noneMatch(name -> name.contains(id));
    assertThat(client.json("image list --private")).as("picture alone").hasSize(1);
  }

  /**
   * Up to 2.92 it keeps what is in it; from 2.93 on it is another file, and the one before goes.
   */
  @Test
  void aRootVolumeIsRebuiltFromAnotherImage() throws Exception {
    var image = client.json("image list --public").get(0).path("ID").textValue();
    client.text("image create --disk-format qcow2 --file " + longerImage() + " other");
    var shown = node.demo().get("/image/v2/images?name=other").expect(200).at("/images/0");
    var other = shown.path("id").textValue();
    var made = client.json("volume create --size 1 --image " + image + " root");
    var volume = made.path("id").textValue();
    id =
        client
            .json("server create --flavor m1.nano --network private --wait --volume root booted")
            .path("id")
            .textValue();
    awaitBoot();
    var first = "troupe-volume-" + volume + ".qcow2";
    var second = "troupe-volume-" + volume + ".1.qcow2";

    rebuild("2.92", other).expect(400);
    rebuild("2.92", image).expect(202);
    awaitStatus("ACTIVE");
    awaitBoot();
    assertThat(disks()).contains(first);

    rebuild("2.93", other).expect(202);
    awaitStatus("ACTIVE");
    awaitBoot();
    assertThat(disks()).contains(second).doesNotContain(first);
    assertThat(Peers.virsh(uri, "vol-dumpxml", "--pool", "troupe", second))
        .as("it stands on the other image")
        .contains("troupe-image-" + shown.path("os_hash_value").textValue().substring(0, 32));
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (volumes().stream().anyMatch(name -> name.contains(first))) {
      assertThat(System.nanoTime()).as("%s", volumes()).isLessThan(end);
      Thread.sleep(200);
    }
    await("/volume/v3/volumes/" + volume, "volume", "in-use");

    client.text("server delete --wait booted");
    await("/volume/v3/volumes/" + volume, "volume", "available");
    client.text("volume delete root");
    awaitGone("/volume/v3/volumes/" + volume);
    client.text("image delete other");
    assertThat(volumes()).noneMatch(name -> name.contains("troupe-volume-"));
  }

  /** Another image with the same system in it. */
  private static Path longerImage() throws Exception {
    var longer = Files.copy(Peers.guestImage(), dir.resolve("longer.qcow2"));
    Files.write(longer, new byte[1 << 16], StandardOpenOption.APPEND);
    return longer;
  }

  private static NodeClient.Reply rebuild(String version, String image) throws Exception {
    return node.demo()
        .at(version)
        .post(
            "/compute/v2.1/servers/" + id + "/action",
            "{\"rebuild\": {\"imageRef\": \"" + image + "\"}}");
  }

  /** What the client is told is what libvirt says, at each step. */
  private static void aVolumeComesIsSnapshottedSwappedAndGoes() throws Exception {
    var volume = client.json("volume create --size 1 data").path("id").textValue();
    client.text("server add volume first data");
    await("/volume/v3/volumes/" + volume, "volume", "in-use");
    assertThat(disks()).contains("troupe-volume-" + volume);

    var made = client.json("volume snapshot create --volume data --force then");
    var snapshot = made.path("id").textValue();
    await("/volume/v3/snapshots/" + snapshot, "snapshot", "available");
    assertThat(volumes())
        .anyMatch(name -> name.contains("troupe-snapshot-" + snapshot))
        .noneMatch(name -> name.contains(".begun"));
    assertThat(disks()).as("the guest goes on with its own").contains("troupe-volume-" + volume);
    var copied = client.json("volume create --snapshot then --size 2 copy");
    var copy = copied.path("id").textValue();
    await("/volume/v3/volumes/" + copy, "volume", "available");
    var file = "troupe-volume-" + copy + ".qcow2";
    assertThat(Peers.virsh(uri, "vol-info", "--pool", "troupe", "--bytes", file))
        .containsPattern("Capacity:\\s+" + (2L << 30));

    var attachments = "/compute/v2.1/servers/" + id + "/os-volume_attachments/";
    var swap = "{\"volumeAttachment\": {\"volumeId\": \"" + copy + "\"}}";
    node.admin()
        .put(attachments + volume, "application/json", swap.getBytes(StandardCharsets.UTF_8))
        .expect(202);
    await("/volume/v3/volumes/" + copy, "volume", "in-use");
    await("/volume/v3/volumes/" + volume, "volume", "available");
    assertThat(disks()).contains("troupe-volume-" + copy).doesNotContain(volume);

    awaitStatus("ACTIVE");
    client.text("server remove volume first copy");
    await("/volume/v3/volumes/" + copy, "volume", "available");
    assertThat(disks()).doesNotContain("troupe-volume-");
    client.text("volume snapshot delete then");
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (volumes().stream().anyMatch(name -> name.contains("troupe-snapshot-"))) {
      assertThat(System.nanoTime()).as("%s", volumes()).isLessThan(end);
      Thread.sleep(200);
    }
    awaitGone("/volume/v3/snapshots/" + snapshot);
    client.text("volume delete data copy");
    awaitGone("/volume/v3/volumes/" + volume);
    awaitGone("/volume/v3/volumes/" + copy);
    assertThat(volumes()).noneMatch(name -> name.contains("troupe-volume-"));
  }

  private static String disks() throws Exception {
    return Peers.virsh(uri, "domblklist", id);
  }

  private static void await(String path, String kind, String status) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var seen = node.demo().get(path).expect(200).path(kind);
      if (seen.path("status").asText().equals(status)) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + status + ": " + seen);
      }
      Thread.sleep(200);
    }
  }

  private static void awaitGone(String path) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (node.demo().get(path).status() != 404) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still there: " + path);
      }
      Thread.sleep(200);
    }
  }

  /** The console's log is the new guest's, so it says it once for each. */
  private static void awaitBoot() throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var ready = READY.matcher(console());
      if (ready.find()) {
        assertThat(ready.group(1)).isEqualTo(id);
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not ready:\n" + console());
      }
      Thread.sleep(500);
    }
  }

  private static void awaitStatus(String status) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var server = node.demo().get("/compute/v2.1/servers/" + id).expect(200).path("server");
      if (Books.isQuiet(server) && Books.status(server).equals(status)) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + status + ": " + server);
      }
      Thread.sleep(200);
    }
  }

  private static String console() throws IOException {
    return node.demo()
        .post("/compute/v2.1/servers/" + id + "/action", "{\"os-getConsoleOutput\": {}}")
        .body()
        .path("output")
        .asText();
  }

  private static List<String> roots() throws Exception {
    return volumes().stream().filter(name -> name.contains(id) && name.contains("root")).toList();
  }

  private static List<String> volumes() throws Exception {
    return Peers.virsh(uri, "vol-list", "--pool", "troupe")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }
}
