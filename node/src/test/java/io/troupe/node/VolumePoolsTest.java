package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Volumes have a place from their creation on, and servers that have them go there. */
class VolumePoolsTest {
  private static final String VOLUMES = "/volume/v3/volumes";
  private static final String SERVERS = "/compute/v2.1/servers";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "1")
                .with("troupe.view.wake-every", "1 s")
                .with("troupe.volumes.gigabytes-per-project", "-1")
                .with("troupe.volumes.placement", "on-creation"));
    var other = "fake://other?hosts=1&prefix=other-&ramMib=500000&diskGib=40&state=";
    node.admin()
        .post(
            "/v1/connections",
            "{\"id\": \"other\", \"uri\": \"%s\"}".formatted(other + dir.resolve("other")))
        .expect(201);
    for (int i = 0; i < 300 && !isUp("other-1"); i++) {
      Thread.sleep(100);
    }
    assertThat(isUp("other-1")).isTrue();
  }

  private static boolean isUp(String host) throws Exception {
    return node.admin().get("/v1/hosts/" + host).body().at("/host/up").asBoolean();
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor"), dir.resolve("other")).assertEmpty();
    }
  }

  private static String create(long gib) throws Exception {
    return node.admin()
        .post(VOLUMES, "{\"volume\": {\"size\": %d}}".formatted(gib))
        .expect(202)
        .at("/volume/id")
        .asText();
  }

  private static JsonNode settled(String id) throws Exception {
    for (int i = 0; i < 300; i++) {
      var volume = node.admin().get(VOLUMES + "/" + id).expect(200).path("volume");
      if (!volume.path("status").asText().equals("creating")) {
        return volume;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("volume " + id + " stays creating");
  }

  private static JsonNode pool(String name) throws Exception {
    var pools = node.admin().get("/volume/v3/scheduler-stats/get_pools?detail=true").expect(200);
    for (JsonNode pool : pools.path("pools")) {
      if (pool.path("name").asText().equals(name)) {
        return pool.path("capabilities");
      }
    }
    throw new AssertionError("no pool " + name + " in " + pools);
  }

  private static String bootFrom(String volume) throws Exception {
    var body =
        """
        {"server": {"name": "s", "flavorRef": "%s", "networks": "none",
          "block_device_mapping_v2": [{"boot_index": -1, "uuid": "%s", "source_type": "volume",
            "destination_type": "volume"}], "imageRef": "%s"}}
        """
            .formatted(flavor(), volume, image());
    return node.admin().at("2.60").post(SERVERS, body).expect(202).at("/server/id").asText();
  }

  private static String flavor() throws Exception {
    for (JsonNode flavor : node.admin().get("/compute/v2.1/flavors").body().path("flavors")) {
      if (flavor.path("name").asText().equals("m1.nano")) {
        return flavor.path("id").asText();
      }
    }
    throw new AssertionError("no flavor m1.nano");
  }

  private static String image() throws Exception {
    return node.admin().get("/image/v2/images").body().at("/images/0/id").asText();
  }

  @Test
  void theServerGoesWhereTheVolumeLies() throws Exception {
    var volume = create(2);
    var placed = settled(volume);
    assertThat(placed.path("status").asText()).isEqualTo("available");
    var host = placed.path("os-vol-host-attr:host").asText();
    assertThat(pool(host).path("allocated_capacity_gb").asLong()).isEqualTo(2);
    assertThat(pool(host).path("total_volumes").asInt()).isEqualTo(1);

    var server = bootFrom(volume);
    JsonNode shown = null;
    for (int i = 0; i < 300; i++) {
      shown = node.admin().get(SERVERS + "/" + server).expect(200).path("server");
      if (!shown.path("status").asText().equals("BUILD")) {
        break;
      }
      Thread.sleep(100);
    }
    assertThat(shown.path("status").asText()).as(shown.toString()).isEqualTo("ACTIVE");
    assertThat(shown.path("OS-EXT-SRV-ATTR:host").asText()).isEqualTo(host);

    node.admin().delete(SERVERS + "/" + server).expect(204);
    for (int i = 0; i < 300 && !settled(volume).path("status").asText().equals("available"); i++) {
      Thread.sleep(100);
    }
    delete(volume);
  }

  private static void delete(String volume) throws Exception {
    node.admin().delete(VOLUMES + "/" + volume).expect(202);
    for (int i = 0; i < 300; i++) {
      if (node.admin().get(VOLUMES + "/" + volume).status() == 404) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("volume " + volume + " is not gone");
  }

  @Test
  void whatFitsNowhereIsInErrorAndSaysWhy() throws Exception {
    var volume = create(5_000);

    assertThat(settled(volume).path("status").asText()).isEqualTo("error");
    var messages = new ArrayList<String>();
    node.admin()
        .get("/volume/v3/messages?resource_uuid=" + volume)
        .expect(200)
        .path("messages")
        .forEach(message -> messages.add(message.path("user_message").asText()));
    assertThat(messages)
        .singleElement()
        .asString()
        .startsWith("No valid backend was found. 2 pools considered; CapacityFilter refused 2")
        .contains("capacity 5000 GiB asked");
    delete(volume);
  }

  /** A root volume that no host has room for is refused by the scheduler, not on some host. */
  @Test
  void aServerWithAVolumeThatIsTooLargeFindsNoHost() throws Exception {
    var body =
        """
        {"server": {"name": "s", "flavorRef": "%s", "networks": "none",
          "block_device_mapping_v2": [{"boot_index": 0, "uuid": "%s", "source_type": "image",
            "destination_type": "volume", "volume_size": 5000, "delete_on_termination": true}]}}
        """
            .formatted(flavor(), image());
    var server = node.admin().at("2.60").post(SERVERS, body).expect(202).at("/server/id").asText();

    JsonNode shown = null;
    for (int i = 0; i < 300; i++) {
      shown = node.admin().get(SERVERS + "/" + server).expect(200).path("server");
      if (!shown.path("status").asText().equals("BUILD")) {
        break;
      }
      Thread.sleep(100);
    }
    assertThat(shown.path("status").asText()).isEqualTo("ERROR");
    assertThat(shown.path("fault").toString())
        .contains("CapacityFilter", "capacity for volumes 5000 GiB asked");
    node.admin().delete(SERVERS + "/" + server).expect(204);
  }
}
