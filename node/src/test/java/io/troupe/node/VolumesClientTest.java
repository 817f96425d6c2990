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

/** Debian's stock client gives servers volumes and network cards, and takes them away. */
class VolumesClientTest {
  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static StockClient member;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "1")
                .with("troupe.view.wake-every", "1 s"));
    member = new StockClient(command, node.cloudsYaml(), "troupe", dir);
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
      for (int i = 0; i < 100 && !volumes().isEmpty(); i++) {
        Thread.sleep(100);
      }
      assertThat(volumes()).isEmpty();
    }
  }

  private static JsonNode volumes() throws Exception {
    return node.demo().get("/volume/v3/volumes").expect(200).path("volumes");
  }

  @Test
  void aVolumeIsMadeAttachedDetachedAndDeleted() throws Exception {
    var server = create("holder", "--image", "tiny");
    var volume = member.json("volume create --size 1 --description data --property tier=1 data");
    assertThat(volume.path("status").textValue()).isEqualTo("available");
    var id = volume.path("id").textValue();
    member.text("volume set --name store --property tier=2 --bootable data");
    member.text("volume set --size 2 store");
    member.text("volume unset --property tier store");
    var shown = member.json("volume show store");
    assertThat(shown.path("size").intValue()).isEqualTo(2);
    assertThat(shown.path("bootable").asText()).isEqualTo("true");
    assertThat(column(member.json("volume type list"), "Name")).containsExactly("host-storage");

    member.text("server add volume holder store");
    awaitVolume(id, "in-use");
    assertThat(column(member.json("volume list"), "Status")).containsExactly("in-use");
    assertThat(member.json("volume list").toString()).contains(server, "/dev/vdb");
    assertThat(member.json("server show holder").path("volumes_attached").toString()).contains(id);
    assertThat(member.json("server volume list holder").toString()).contains(id, "/dev/vdb");
    assertThat(member.run("volume delete store").exitCode()).isNotZero();

    member.text("server remove volume holder store");
    awaitVolume(id, "available");
    assertThat(column(member.json("server event list holder"), "Action"))
        .containsExactly("detach_volume", "attach_volume", "create");
    member.text("volume delete store");
    member.text("server delete --wait holder");
  }

  @Test
  void aServerBootsFromAVolumeThatGoesWithIt() throws Exception {
    create("backed", "--image", "tiny", "--boot-from-volume", "1");
    var shown = member.json("server show backed");
    assertThat(shown.path("image").asText()).contains("booted from volume");
    var volumes = member.json("volume list");
    assertThat(volumes).hasSize(1);
    assertThat(column(volumes, "Status")).containsExactly("in-use");

    member.text("server delete --wait backed");

    var id = volumes.get(0).path("ID").textValue();
    awaitVolume(id, "available"); // the client does not ask for it to go with the server
    member.text("volume delete " + id);
  }

  @Test
  void aVolumeInUseIsSnapshottedAndServersAndVolumesAreMadeOfThat() throws Exception {
    create("original", "--image", "tiny", "--boot-from-volume", "1");
    var root = member.json("server volume list original").get(0).path("Volume ID").textValue();
    var made =
        member.json("volume snapshot create --volume " + root + " --force --property a=b before");
    var snapshot = made.path("id").textValue();
    awaitSnapshot(snapshot);
    member.text("volume snapshot set --name first --property c=d before");
    member.text("volume snapshot unset --property a first");
    var shown = member.json("volume snapshot show first");
    assertThat(shown.path("status").textValue()).isEqualTo("available");
    assertThat(shown.path("volume_id").textValue()).isEqualTo(root);
    assertThat(shown.path("properties").toString()).contains("c").doesNotContain("a=");
    assertThat(column(member.json("volume snapshot list"), "Name")).containsExactly("first");

    var copy = member.json("volume create --snapshot first --size 2 copy").path("id").textValue();
    awaitVolume(copy, "available");
    member.text("server create --flavor m1.nano --network private --wait --snapshot first second");
    var second = member.json("server volume list second").get(0).path("Volume ID").textValue();
    assertThat(second).isNotEqualTo(root);

    member.text("server delete --wait original second");
    for (var volume : List.of(root, second)) {
      awaitVolume(volume, "available");
    }
    assertThat(member.run("volume delete " + root).exitCode()).as("has a snapshot").isNotZero();
    member.text("volume snapshot delete first");
    awaitNoSnapshot();
    member.text("volume delete " + String.join(" ", root, second, copy));
  }

  @Test
  void anImageOfAServerThatBootsFromAVolumeIsBooted() throws Exception {
    create("model", "--image", "tiny", "--boot-from-volume", "1");
    var root = member.json("server volume list model").get(0).path("Volume ID").textValue();

    member.text("server image create --name cast model");
    var snapshots = node.demo().get("/volume/v3/snapshots").expect(200).path("snapshots");
    assertThat(snapshots).hasSize(1);
    var snapshot = snapshots.get(0).path("id").asText();
    awaitSnapshot(snapshot);
    create("copy", "--image", "cast");
    var copied = member.json("server volume list copy").get(0).path("Volume ID").textValue();

    assertThat(copied).isNotEqualTo(root);
    assertThat(member.json("volume show " + copied).path("snapshot_id").asText())
        .isEqualTo(snapshot);
    member.text("server delete --wait model copy");
    member.text("image delete cast");
    member.text("volume snapshot delete " + snapshot);
    awaitNoSnapshot();
    for (var volume : List.of(root, copied)) {
      awaitVolume(volume, "available");
      member.text("volume delete " + volume);
    }
  }

  private static void awaitSnapshot(String id) throws Exception {
    for (int i = 0; i < 300; i++) {
      var seen = node.demo().get("/volume/v3/snapshots/" + id).expect(200).path("snapshot");
      if (seen.path("status").asText().equals("available")) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("snapshot " + id + " did not become available");
  }

  private static void awaitNoSnapshot() throws Exception {
    for (int i = 0; i < 300; i++) {
      if (node.demo().get("/volume/v3/snapshots").expect(200).path("snapshots").isEmpty()) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("a snapshot is left");
  }

  @Test
  void aCardIsAddedByNetworkAndByPortAndRemoved() throws Exception {
    create("wired", "--image", "tiny");

    member.text("server add network wired private");
    assertThat(addresses("wired")).hasSize(2);
    var port = member.json("port create --network private further").path("id").textValue();
    member.text("server add port wired " + port);
    assertThat(addresses("wired")).hasSize(3);
    assertThat(member.json("port show " + port).path("device_id").textValue()).isNotEmpty();
    member.text("server remove port wired " + port);
    for (int i = 0; i < 100 && addresses("wired").size() > 2; i++) {
      Thread.sleep(100);
    }
    assertThat(addresses("wired")).hasSize(2);
    assertThat(member.json("port show " + port).path("device_id").asText()).isEmpty();
    member.text("port delete " + port);
    member.text("server delete --wait wired");
  }

  private static List<String> addresses(String server) throws Exception {
    var all = member.json("server show " + server).path("addresses").path("private");
    return StreamSupport.stream(all.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static String create(String name, String... more) throws Exception {
    return member
        .json(
            "server create --flavor m1.nano --network private --wait "
                + String.join(" ", more)
                + " "
                + name)
        .path("id")
        .textValue();
  }

  private static void awaitVolume(String id, String status) throws Exception {
    for (int i = 0; i < 300; i++) {
      var seen = node.demo().get("/volume/v3/volumes/" + id).expect(200).path("volume");
      if (seen.path("status").asText().equals(status)) {
        return;
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
}
