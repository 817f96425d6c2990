package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a volume goes through all that takes it from its host, on the hosts of a fake
 * hypervisor that have their volumes in one pool.
 */
class SharedPoolTest {
  private static final String FLEET =
      "fake://pool?hosts=2&prefix=pool-&ramMib=500000&sharedPool=san";
  private static final String SERVERS = "/compute/v2.1/servers";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "1")
                .with("troupe.view.wake-every", "1 s"));
    var hypervisor = FLEET + "&state=" + dir.resolve("pool");
    node.admin()
        .post("/v1/connections", "{\"id\": \"pool\", \"uri\": \"%s\"}".formatted(hypervisor))
        .expect(201);
    for (int host = 1; host <= 2; host++) {
      for (int i = 0; i < 300 && !isUp("pool-" + host); i++) {
        Thread.sleep(100);
      }
      assertThat(isUp("pool-" + host)).isTrue();
    }
  }

  private static boolean isUp(String host) throws Exception {
    return node.admin().get("/v1/hosts/" + host).body().at("/host/up").asBoolean();
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor"), dir.resolve("pool"), dir.resolve("twins"))
          .assertEmpty();
    }
  }

  @Test
  void volumesFollowTheirServer() throws Exception {
    var server = create("pool-1");
    var volume = volume();
    attach(server, volume, 200);
    awaitVolume(volume, "in-use");

    act(server, "{\"migrate\": {\"host\": \"pool-2\"}}");
    awaitStatus(server, "VERIFY_RESIZE");
    assertThat(host(server)).isEqualTo("pool-2");
    var meanwhile = volume();
    attach(server, meanwhile, 200);
    awaitVolume(meanwhile, "in-use");
    awaitEnd(server);
    var attachments = SERVERS + "/" + server + "/os-volume_attachments/";
    node.admin().at("2.60").delete(attachments + volume).expect(202);
    awaitVolume(volume, "available");
    awaitEnd(server);
    act(server, "{\"revertResize\": null}");
    awaitStatus(server, "ACTIVE");
    assertThat(host(server)).isEqualTo("pool-1");
    assertThat(volumesOfGuests("pool-1")).containsExactly(meanwhile);
    node.admin().at("2.60").delete(attachments + meanwhile).expect(202);
    awaitVolume(meanwhile, "available");
    awaitEnd(server);
    attach(server, volume, 200);
    awaitVolume(volume, "in-use");
    awaitEnd(server);

    act(server, "{\"migrate\": {\"host\": \"pool-2\"}}");
    awaitStatus(server, "VERIFY_RESIZE");
    act(server, "{\"confirmResize\": null}");
    awaitStatus(server, "ACTIVE");
    act(server, "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}");
    awaitStatus(server, "ACTIVE");
    assertThat(host(server)).isEqualTo("pool-1");
    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("in-use");
    assertThat(volumeNow(volume).path("attachments").toString()).contains(server);

    act(server, "{\"shelve\": null}");
    awaitStatus(server, "SHELVED_OFFLOADED");
    awaitVolume(volume, "reserved");
    var second = volume();
    attach(server, second, 200);
    awaitVolume(second, "reserved");
    var third = volume();
    attach(server, third, 200);
    awaitVolume(third, "reserved");
    var path = SERVERS + "/" + server + "/os-volume_attachments/";
    node.admin().at("2.60").delete(path + third).expect(202);
    awaitVolume(third, "available");
    act(server, "{\"unshelve\": null}");
    awaitStatus(server, "ACTIVE");
    awaitVolume(volume, "in-use");
    awaitVolume(second, "in-use");

    node.admin().delete(SERVERS + "/" + server).expect(204);
    for (var each : volumes()) {
      awaitVolume(each, "available");
      node.admin().delete("/volume/v3/volumes/" + each).expect(202);
    }
    for (int i = 0; i < 300 && !volumes().isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(volumes()).isEmpty();
  }

  /** Its image is gone: only from the disk that it had can there be a guest again. */
  @Test
  void evacuatedServerKeepsItsDisk() throws Exception {
    var image =
        node.admin()
            .post(
                "/image/v2/images",
                "{\"name\": \"once\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}")
            .expect(201)
            .path("id")
            .asText();
    node.admin()
        .put("/image/v2/images/" + image + "/file", "application/octet-stream", new byte[1024])
        .expect(204);
    var server = create("pool-1", image);
    node.admin().delete("/image/v2/images/" + image).expect(204);

    forceDown("pool-1", true);
    node.admin()
        .at("2.80")
        .post(SERVERS + "/" + server + "/action", "{\"evacuate\": {}}")
        .expect(200);
    awaitStatus(server, "ACTIVE");

    assertThat(host(server)).isEqualTo("pool-2");
    forceDown("pool-1", false);
    for (int i = 0; i < 300 && hasInstances("pool-1"); i++) {
      Thread.sleep(100);
    }
    assertThat(hasInstances("pool-1")).as("the dead host is rid of it").isFalse();
    act(server, "{\"reboot\": {\"type\": \"HARD\"}}");
    awaitStatus(server, "ACTIVE");
    node.admin().delete(SERVERS + "/" + server).expect(204);
  }

  private static void forceDown(String host, boolean down) throws Exception {
    var fence =
        "{\"host\": \"%s\", \"binary\": \"nova-compute\", \"forced_down\": %s}"
            .formatted(host, down);
    node.admin()
        .at("2.11")
        .put("/compute/v2.1/os-services/force-down", "application/json", fence.getBytes())
        .expect(200);
  }

  private static boolean hasInstances(String host) throws Exception {
    return node.admin().get("/v1/hosts/" + host).body().path("instance_count").asInt() > 0;
  }

  /** What the last lines of the hypervisor's log say that the guests of a host have. */
  private static List<String> volumesOfGuests(String host) throws Exception {
    var has = new TreeMap<String, List<String>>();
    for (var line : Files.readAllLines(dir.resolve("pool").resolve("guests.jsonl"))) {
      var change = NodeClient.parse(line.getBytes(StandardCharsets.UTF_8));
      if (change.path("host").asText().equals(host)) {
        switch (change.path("change").asText()) {
          case "kept" -> {
            var ids = new ArrayList<String>();
            change
                .path("guest")
                .path("volumes")
                .forEach(one -> ids.add(one.asText().split(" ")[1]));
            has.put(change.path("guest").path("name").asText(), ids);
          }
          case "gone" -> has.remove(change.path("name").asText());
          default -> {}
        }
      }
    }
    return has.values().stream().flatMap(List::stream).toList();
  }

  /** What the host that made it does not delete, another one of its pool does. */
  @Test
  void aVolumeIsBootedFromAndDeletedWhereverItsPoolIs() throws Exception {
    var state = "&state=" + dir.resolve("twins");
    var maker =
        "fake://maker?hosts=1&prefix=maker-&sharedPool=twins&failureRate=1"
            + "&failureCommands=DeleteVolume&failureKind=RETRYABLE";
    var other = "fake://other?hosts=1&prefix=other-&sharedPool=twins";
    for (var uri : List.of(maker, other)) {
      var id = uri.contains("maker") ? "maker" : "other";
      node.admin()
          .post("/v1/connections", "{\"id\": \"%s\", \"uri\": \"%s\"}".formatted(id, uri + state))
          .expect(201);
    }
    for (var host : List.of("maker-1", "other-1")) {
      for (int i = 0; i < 300 && !isUp(host); i++) {
        Thread.sleep(100);
      }
      assertThat(isUp(host)).isTrue();
    }
    var first = create("maker-1");
    var volume = bootableVolume();
    attach(first, volume, 200);
    awaitVolume(volume, "in-use");
    node.admin().delete(SERVERS + "/" + first).expect(204);
    awaitVolume(volume, "available");

    var booted = bootFrom(volume, "other-1");
    assertThat(host(booted)).isEqualTo("other-1");
    node.admin().delete(SERVERS + "/" + booted).expect(204);
    awaitVolume(volume, "available");

    node.admin().delete("/volume/v3/volumes/" + volume).expect(202);
    for (int i = 0; i < 600 && volumes().contains(volume); i++) {
      Thread.sleep(100);
    }
    assertThat(volumes()).doesNotContain(volume);
  }

  private static String bootableVolume() throws Exception {
    var image = first("/image/v2/images", "images", "tiny");
    return node.admin()
        .post(
            "/volume/v3/volumes",
            "{\"volume\": {\"size\": 1, \"imageRef\": \"%s\"}}".formatted(image))
        .expect(202)
        .path("volume")
        .path("id")
        .asText();
  }

  private static String bootFrom(String volume, String host) throws Exception {
    var body =
        """
        {"server": {"name": "booted", "flavorRef": "%s", "networks": "none", "host": "%s",
          "block_device_mapping_v2": [{"boot_index": 0, "source_type": "volume",
            "destination_type": "volume", "uuid": "%s"}]}}"""
            .formatted(first("/compute/v2.1/flavors", "flavors", "m1.nano"), host, volume);
    var id =
        node.admin().at("2.74").post(SERVERS, body).expect(202).path("server").path("id").asText();
    awaitStatus(id, "ACTIVE");
    return id;
  }

  private static List<String> volumes() throws Exception {
    var ids = new ArrayList<String>();
    for (JsonNode one : node.admin().get("/volume/v3/volumes").expect(200).path("volumes")) {
      ids.add(one.path("id").asText());
    }
    return ids;
  }

  private static String first(String path, String list, String name) throws Exception {
    for (JsonNode one : node.admin().get(path).expect(200).path(list)) {
      if (one.path("name").asText().equals(name)) {
        return one.path("id").asText();
      }
    }
    throw new AssertionError("no " + name + " at " + path);
  }

  private static String create(String host) throws Exception {
    return create(host, first("/image/v2/images", "images", "tiny"));
  }

  private static String create(String host, String image) throws Exception {
    var flavor = first("/compute/v2.1/flavors", "flavors", "m1.nano");
    var body =
        """
        {"server": {"name": "follows", "flavorRef": "%s", "imageRef": "%s", "networks": "none",
          "host": "%s"}}"""
            .formatted(flavor, image, host);
    var id =
        node.admin().at("2.74").post(SERVERS, body).expect(202).path("server").path("id").asText();
    awaitStatus(id, "ACTIVE");
    return id;
  }

  private static String volume() throws Exception {
    return node.admin()
        .post("/volume/v3/volumes", "{\"volume\": {\"size\": 1}}")
        .expect(202)
        .path("volume")
        .path("id")
        .asText();
  }

  private static JsonNode attach(String server, String volume, int status) throws Exception {
    return node.admin()
        .at("2.60")
        .post(
            SERVERS + "/" + server + "/os-volume_attachments",
            "{\"volumeAttachment\": {\"volumeId\": \"" + volume + "\"}}")
        .expect(status);
  }

  private static void act(String server, String action) throws Exception {
    var answer = node.admin().at("2.56").post(SERVERS + "/" + server + "/action", action);
    assertThat(answer.status()).as("%s: %s", action, answer.body()).isBetween(202, 204);
  }

  private static JsonNode volumeNow(String id) throws Exception {
    return node.admin().get("/volume/v3/volumes/" + id).expect(200).path("volume");
  }

  private static void awaitVolume(String id, String status) throws Exception {
    for (int i = 0; i < 600; i++) {
      if (volumeNow(id).path("status").asText().equals(status)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError(id + " did not become " + status + ": " + volumeNow(id));
  }

  /** Of an operation that shows in no task state. */
  private static void awaitEnd(String server) throws Exception {
    for (int i = 0; i < 600; i++) {
      var all = node.admin().get("/v1/instances/" + server + "/operations").expect(200);
      if (!all.path("operations").path(0).path("finished_at").isNull()) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("never ends: " + server(server));
  }

  private static JsonNode server(String id) throws Exception {
    return node.admin().get(SERVERS + "/" + id).expect(200).path("server");
  }

  private static String host(String id) throws Exception {
    return server(id).path("OS-EXT-SRV-ATTR:host").textValue();
  }

  private static void awaitStatus(String id, String status) throws Exception {
    for (int i = 0; i < 600; i++) {
      var seen = server(id);
      if (Books.status(seen).equals(status) && Books.isQuiet(seen)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError(id + " did not become " + status + ": " + server(id));
  }
}
