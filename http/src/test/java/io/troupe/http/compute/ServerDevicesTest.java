package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.catalog.Image;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes and network cards of servers: {@code os-volume_attachments}, {@code os-interface}. */
class ServerDevicesTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers";
  private static final String OTHER = "44444444-bbbb-4444-8444-444444444444";
  private static final String LARGE = "44444444-cccc-4444-8444-444444444444";
  private static final String ODD = "44444444-aaaa-4444-8444-444444444444";
  private TestClient alice;

  @BeforeEach
  void client() {
    alice = cloud.alice();
  }

  private String volume(int size, String more) {
    var reply = alice.post("/volume/v3/volumes", "{\"volume\": {\"size\": " + size + more + "}}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply.body().at("/volume/id").asText();
  }

  private JsonNode volumeNow(String id) {
    return alice.get("/volume/v3/volumes/" + id).body().path("volume");
  }

  private static String attachment(String volume) {
    return "{\"volumeAttachment\": {\"volumeId\": \"" + volume + "\"}}";
  }

  private static String path(String server) {
    return SERVERS + "/" + server + "/os-volume_attachments";
  }

  private static String interfaces(String server) {
    return SERVERS + "/" + server + "/os-interface";
  }

  @ParameterizedTest
  @CsvSource({"2.32, true", "2.36, true", "2.37, false", "2.41, false", "2.42, true"})
  void aTagGivenAtBootIsShown(String version, boolean taken) {
    var wish = ", \"tag\": \"front\"";
    var reply =
        alice
            .at(version)
            .post(
                SERVERS,
                server(
                    "web",
                    "\"networks\": [{\"uuid\": \"" + TestCloud.NETWORK + "\"" + wish + "}]"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(taken ? 202 : 400);
    if (taken) {
      cloud.instances.work();
      var id = reply.body().at("/server/id").asText();
      var shown = alice.at("2.70").get(interfaces(id)).body();
      assertThat(shown.at("/interfaceAttachments/0/tag").asText()).isEqualTo("front");
      assertThat(alice.at("2.69").get(interfaces(id)).body().at("/interfaceAttachments/0/tag"))
          .isEmpty();
    }
  }

  // ---- volumes

  @Test
  void aVolumeIsAttachedShownOnBothSidesAndDetached() {
    var server = boot(alice, "web");
    var volume = volume(1, "");

    var answer = alice.post(path(server), attachment(volume));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().path("volumeAttachment").toString())
        .isEqualTo(
            "{\"id\":\"%s\",\"serverId\":\"%s\",\"volumeId\":\"%s\",\"device\":\"/dev/vdb\"}"
                .formatted(volume, server, volume));
    cloud.instances.work();

    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("in-use");
    assertThat(volumeNow(volume).at("/attachments/0/server_id").asText()).isEqualTo(server);
    var shown = alice.at("2.3").get(SERVERS + "/" + server).body();
    assertThat(shown.at("/server/os-extended-volumes:volumes_attached").toString())
        .isEqualTo("[{\"id\":\"" + volume + "\",\"delete_on_termination\":false}]");
    assertThat(alice.get(path(server)).body().path("volumeAttachments")).hasSize(1);
    var latest = alice.at("2.89").get(path(server) + "/" + volume).body().path("volumeAttachment");
    assertThat(latest.has("id")).isFalse();
    assertThat(latest.path("attachment_id").asText()).isNotBlank();
    assertThat(latest.has("bdm_uuid")).isTrue();
    assertThat(latest.has("tag")).isTrue();

    assertThat(alice.delete(path(server) + "/" + volume).status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("available");
    assertThat(alice.get(path(server) + "/" + volume).status()).isEqualTo(404);
    assertThat(alice.delete(path(server) + "/" + volume).status()).isEqualTo(404);
    assertThat(alice.get(SERVERS + "/" + server + "/os-instance-actions").text())
        .contains("attach_volume", "detach_volume");
  }

  @Test
  void tagAndDeleteOnTerminationComeWithTheirMicroversions() {
    var server = boot(alice, "web");
    var volume = volume(1, "");
    var body =
        "{\"volumeAttachment\": {\"volumeId\": \"%s\", \"tag\": \"db\", \"delete_on_termination\": true}}"
            .formatted(volume);
    assertThat(alice.at("2.48").post(path(server), body).status()).isEqualTo(400);
    assertThat(alice.at("2.79").post(path(server), body).body().toString())
        .contains("\"tag\":\"db\"", "\"delete_on_termination\":true");
    cloud.instances.work();

    var put =
        "{\"volumeAttachment\": {\"volumeId\": \"%s\", \"delete_on_termination\": false}}"
            .formatted(volume);
    assertThat(alice.at("2.84").put(path(server) + "/" + volume, put).status()).isEqualTo(400);
    assertThat(alice.at("2.85").put(path(server) + "/" + volume, put).status()).isEqualTo(202);
    assertThat(alice.at("2.79").get(path(server) + "/" + volume).text())
        .contains("\"delete_on_termination\":false", "\"tag\":\"db\"");

    alice.delete(SERVERS + "/" + server);
    cloud.instances.work();
    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("available");
  }

  @Test
  void whatCannotBeAttachedSaysWhy() {
    var server = boot(alice, "web");
    var other = boot(alice, "db");
    var volume = volume(1, "");
    alice.post(path(server), attachment(volume));
    cloud.instances.work();

    var twice = alice.post(path(other), attachment(volume));
    assertThat(twice.status()).isEqualTo(400);
    assertThat(twice.text()).contains("must be 'available'", "in-use");
    assertThat(alice.post(path(server), attachment(TestCloud.NETWORK)).status()).isEqualTo(404);
    assertThat(alice.post(path(server), attachment("x")).status()).isEqualTo(400);
    assertThat(alice.post(path(server), "{\"volumeAttachment\": {}}").status()).isEqualTo(400);
    assertThat(cloud.as("rita", "demo").post(path(server), attachment(volume)).status())
        .isEqualTo(403);
    assertThat(cloud.as("bob", "other").get(path(server)).status()).isEqualTo(404);
    var swap = "{\"volumeAttachment\": {\"volumeId\": \"" + volume(1, "") + "\"}}";
    assertThat(alice.put(path(server) + "/" + volume, swap).status()).isEqualTo(403);
    var root = TestCloud.NETWORK;
    assertThat(cloud.admin().put(path(server) + "/" + root, swap).status()).isEqualTo(404);
  }

  @Test
  void aVolumeServiceSwapsAVolumeForOneAsLarge() {
    var server = boot(alice, "web");
    var former = volume(2, "");
    var latter = volume(2, "");
    alice.post(path(server), attachment(former));
    cloud.instances.work();
    var admin = cloud.admin();
    var smaller = "{\"volumeAttachment\": {\"volumeId\": \"" + volume(1, "") + "\"}}";
    var refused = admin.put(path(server) + "/" + former, smaller);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text()).contains("the new volume has 1 GiB, the old one 2");

    var swap = "{\"volumeAttachment\": {\"volumeId\": \"" + latter + "\"}}";
    assertThat(admin.put(path(server) + "/" + former, swap).status()).isEqualTo(202);
    cloud.instances.work();

    assertThat(volumeNow(former).path("status").asText()).isEqualTo("available");
    assertThat(volumeNow(latter).path("status").asText()).isEqualTo("in-use");
    assertThat(alice.get(path(server)).text()).contains(latter).doesNotContain(former);
  }

  /** As a volume service logs in that moves volumes of servers; an application of it may, too. */
  @Test
  void theRoleOfAServiceIsForTheSwapAlone() {
    var server = boot(alice, "web");
    var former = volume(1, "");
    var latter = volume(1, "");
    alice.post(path(server), attachment(former));
    cloud.instances.work();
    var admin = cloud.admin();
    var user =
        admin
            .post("/identity/v3/users", "{\"user\": {\"name\": \"mover\", \"password\": \"pw\"}}")
            .body()
            .at("/user/id")
            .asText();
    grant(user, "service");
    var mover = cloud.anonymous().login("mover", "pw", "demo");
    var swap = "{\"volumeAttachment\": {\"volumeId\": \"" + latter + "\"}}";
    var same = "{\"volumeAttachment\": {\"volumeId\": \"" + former + "\"}}";

    assertThat(mover.get(path(server)).status()).isEqualTo(403);
    assertThat(mover.post(path(server), attachment(latter)).status()).isEqualTo(403);
    assertThat(mover.at("2.85").put(path(server) + "/" + former, same).status()).isEqualTo(403);
    assertThat(alice.put(path(server) + "/" + former, swap).status()).isEqualTo(403);
    assertThat(mover.put(path(server) + "/" + former, swap).status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(volumeNow(latter).path("status").asText()).isEqualTo("in-use");

    grant(user, "reader");
    var both = cloud.anonymous().login("mover", "pw", "demo");
    assertThat(both.get(path(server)).status()).isEqualTo(200);
    assertThat(both.put(path(server) + "/" + latter, same).status()).isEqualTo(202);
  }

  /** Its user has a project of its own, and moves the volumes of all others. */
  @Test
  void aServiceSeesAndSwapsTheVolumesOfEveryProject() {
    var server = boot(alice, "web");
    var former = volume(1, "");
    var latter = volume(1, "");
    alice.post(path(server), attachment(former));
    cloud.instances.work();
    var snapshot =
        alice
            .post("/volume/v3/snapshots", "{\"snapshot\": {\"volume_id\": \"" + latter + "\"}}")
            .body()
            .at("/snapshot/id")
            .asText();
    var admin = cloud.admin();
    var user =
        admin
            .post("/identity/v3/users", "{\"user\": {\"name\": \"mover\", \"password\": \"pw\"}}")
            .body()
            .at("/user/id")
            .asText();
    var project =
        admin
            .post("/identity/v3/projects", "{\"project\": {\"name\": \"services\"}}")
            .body()
            .at("/project/id")
            .asText();
    grant(user, "member", project);
    var stranger = cloud.anonymous().login("mover", "pw", "services");
    var volumes = "/volume/v3/volumes/";
    assertThat(stranger.get(volumes + latter).status()).isEqualTo(404);
    assertThat(stranger.get(volumes + "detail?all_tenants=1").text()).doesNotContain(latter);

    grant(user, "service", project);
    var mover = cloud.anonymous().login("mover", "pw", "services");
    assertThat(mover.get(volumes + latter).status()).isEqualTo(200);
    assertThat(mover.get(volumes + "detail?all_tenants=1").text()).contains(latter, former);
    assertThat(mover.get(volumes + "detail").text()).doesNotContain(latter);
    assertThat(mover.get("/volume/v3/snapshots/" + snapshot).status()).isEqualTo(200);
    var swap = "{\"volumeAttachment\": {\"volumeId\": \"" + latter + "\"}}";
    assertThat(mover.put(path(server) + "/" + former, swap).status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(volumeNow(latter).path("status").asText()).isEqualTo("in-use");

    var same = "{\"volumeAttachment\": {\"volumeId\": \"" + latter + "\"}}";
    assertThat(mover.delete(volumes + former).status()).as("they are not its own").isEqualTo(404);
    assertThat(mover.delete("/volume/v3/snapshots/" + snapshot).status()).isEqualTo(404);
    assertThat(mover.at("2.85").put(path(server) + "/" + latter, same).status()).isEqualTo(404);
    assertThat(mover.get(path(server)).status()).isEqualTo(404);
  }

  private void grant(String user, String role) {
    grant(user, role, TestCloud.DEMO);
  }

  private void grant(String user, String role, String project) {
    var admin = cloud.admin();
    var id = admin.get("/identity/v3/roles?name=" + role).body().at("/roles/0/id").asText();
    var path = "/identity/v3/projects/" + project + "/users/" + user + "/roles/" + id;
    assertThat(admin.put(path, "").status()).isEqualTo(204);
  }

  @Test
  void aVolumeOfAnotherHostIs409() {
    var server = boot(alice, "web");
    var volume = volume(1, "");
    var elsewhere = io.troupe.core.value.InstanceId.fresh();
    cloud.volumes.give(TestCloud.DEMO, volume, elsewhere, "host-2");
    cloud.volumes.free(new io.troupe.core.value.ProjectId(TestCloud.DEMO), volume, elsewhere);

    var refused = alice.post(path(server), attachment(volume));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("lies on the storage of another host");
  }

  @Test
  void aLockedOrSuspendedServerKeepsItsVolumes() {
    var server = boot(alice, "web");
    var volume = volume(1, "");
    alice.post(SERVERS + "/" + server + "/action", "{\"suspend\": null}");
    cloud.instances.work();

    var suspended = alice.post(path(server), attachment(volume));
    assertThat(suspended.status()).isEqualTo(409);
    assertThat(suspended.text())
        .contains(
            "Cannot 'attach_volume' instance " + server + " while it is in vm_state suspended");
    alice.post(SERVERS + "/" + server + "/action", "{\"resume\": null}");
    cloud.instances.work();
    cloud.admin().post(SERVERS + "/" + server + "/action", "{\"lock\": null}");
    assertThat(alice.post(path(server), attachment(volume)).text()).contains("is locked");
  }

  // ---- block devices at boot

  private TestClient.Reply bootWith(String devices) {
    return alice.post(
        SERVERS,
        "{\"server\": {\"name\": \"v\", \"flavorRef\": \"1\", \"imageRef\": \"\","
            + " \"block_device_mapping_v2\": "
            + devices
            + "}}");
  }

  @Test
  void aServerBootsFromAVolumeMadeOfAnImageThatGoesWithIt() {
    var reply =
        bootWith(
            """
            [{"boot_index": 0, "uuid": "%s", "source_type": "image", "destination_type": "volume",
              "volume_size": 2, "delete_on_termination": true},
             {"boot_index": -1, "source_type": "blank", "destination_type": "volume",
              "volume_size": 1}]
            """
                .formatted(TestCloud.IMAGE));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    cloud.instances.work();
    var id = reply.body().at("/server/id").asText();

    var server = alice.at("2.3").get(SERVERS + "/" + id).body().path("server");
    assertThat(server.path("status").asText()).isEqualTo("ACTIVE");
    assertThat(server.path("image").asText()).isEmpty();
    assertThat(server.path("image").isTextual()).isTrue();
    assertThat(server.path("os-extended-volumes:volumes_attached")).hasSize(2);
    var attached = alice.get(path(id)).body().path("volumeAttachments");
    assertThat(attached.findValuesAsText("device")).containsExactly("/dev/vda", "/dev/vdb");
    var root = attached.get(0).path("volumeId").asText();
    var data = attached.get(1).path("volumeId").asText();
    assertThat(volumeNow(root).path("bootable").asText()).isEqualTo("true");
    assertThat(alice.delete(path(id) + "/" + root).status()).isEqualTo(400);
    assertThat(alice.post(SERVERS + "/" + id + "/action", "{\"rescue\": null}").status())
        .isEqualTo(400);

    alice.delete(SERVERS + "/" + id);
    cloud.instances.work();
    assertThat(volumeNow(root).isMissingNode()).isTrue();
    assertThat(volumeNow(data).path("status").asText()).isEqualTo("available");
  }

  @Test
  void aServerThatBootsFromAVolumeIsRescuedRebuiltAndShelved() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");
    var reply =
        bootWith(
            """
            [{"boot_index": "0", "uuid": "%s", "source_type": "volume",
              "destination_type": "volume"}]
            """
                .formatted(volume));
    cloud.instances.work();
    var id = reply.body().at("/server/id").asText();
    var action = SERVERS + "/" + id + "/action";
    var image = "\"" + TestCloud.IMAGE + "\"";
    var rescue = "{\"rescue\": {\"rescue_image_ref\": " + image + "}}";

    assertThat(alice.at("2.86").post(action, rescue).status()).isEqualTo(400);
    assertThat(alice.at("2.87").post(action, "{\"rescue\": null}").status()).isEqualTo(400);
    assertThat(alice.at("2.87").post(action, rescue).status()).isEqualTo(200);
    cloud.instances.work();
    assertThat(alice.post(action, "{\"unrescue\": null}").status()).isEqualTo(202);
    cloud.instances.work();

    var rebuild = alice.post(action, "{\"rebuild\": {\"imageRef\": " + image + "}}");
    assertThat(rebuild.status()).as(rebuild.text()).isEqualTo(202);
    cloud.instances.work();
    var backup =
        "{\"createBackup\": {\"name\": \"b\", \"backup_type\": \"daily\", \"rotation\": 1}}";
    var noBackup = alice.post(action, backup);
    assertThat(noBackup.status()).isEqualTo(400);
    assertThat(noBackup.text()).contains("Backup is not supported for volume-backed instances.");

    assertThat(alice.post(action, "{\"shelve\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    var shelved = alice.get(SERVERS + "/" + id).body().path("server");
    assertThat(shelved.path("status").asText()).isEqualTo("SHELVED_OFFLOADED");
    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("reserved");
    var data = volume(1, "");
    assertThat(alice.at("2.19").post(path(id), attachment(data)).status()).isEqualTo(409);
    assertThat(alice.at("2.20").post(path(id), attachment(data)).status()).isEqualTo(200);
    cloud.instances.work();
    assertThat(volumeNow(data).path("status").asText()).isEqualTo("reserved");
    assertThat(alice.post(action, "{\"unshelve\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("in-use");
    assertThat(volumeNow(data).path("status").asText()).isEqualTo("in-use");
  }

  /** From 2.93 on the root volume begins anew, also from the image that it began with. */
  @Test
  void aRootVolumeIsRebuiltFromAnotherImage() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");
    var reply =
        bootWith(
            """
            [{"boot_index": "0", "uuid": "%s", "source_type": "volume",
              "destination_type": "volume"}]
            """
                .formatted(volume));
    cloud.instances.work();
    var action = SERVERS + "/" + reply.body().at("/server/id").asText() + "/action";
    var real = cloud.catalog.find(Image.class, TestCloud.IMAGE).orElseThrow();
    cloud.catalog.put(image(OTHER, real, 2));
    cloud.catalog.put(image(LARGE, real, 3));
    var another = "{\"rebuild\": {\"imageRef\": \"" + OTHER + "\"}}";

    var before = alice.at("2.92").post(action, another);
    assertThat(before.status()).isEqualTo(400);
    assertThat(before.text())
        .contains("Unable to rebuild with a different image for a volume-backed server.");
    var larger = alice.at("2.93").post(action, "{\"rebuild\": {\"imageRef\": \"" + LARGE + "\"}}");
    assertThat(larger.status()).isEqualTo(400);
    assertThat(larger.text())
        .contains("Volume is smaller than the minimum size specified in image metadata.");

    var rebuilt = alice.at("2.93").post(action, another);
    assertThat(rebuilt.status()).as(rebuilt.text()).isEqualTo(202);
    assertThat(rebuilt.body().at("/server/status").asText()).isEqualTo("REBUILD");
    cloud.instances.work();

    var now = volumeNow(volume);
    assertThat(now.path("status").asText()).isEqualTo("in-use");
    assertThat(now.at("/volume_image_metadata/image_id").asText()).isEqualTo(OTHER);
    assertThat(alice.at("2.92").post(action, another).status())
        .as("from what it was made of")
        .isEqualTo(202);
    cloud.instances.work();
  }

  private static Image image(String id, Image like, int minDiskGib) {
    return new Image(
        id,
        "other",
        like.owner(),
        like.visibility(),
        like.status(),
        like.diskFormat(),
        like.containerFormat(),
        like.sizeBytes(),
        like.virtualSizeBytes(),
        like.md5(),
        like.sha512(),
        minDiskGib,
        like.minRamMib(),
        like.isProtected(),
        like.hidden(),
        Map.of(),
        like.tags(),
        like.createdAt(),
        like.updatedAt());
  }

  @Test
  void aVolumeThatNobodyHasBeginsAnewFromAnImage() {
    var volume = volume(1, "");
    var action = "/volume/v3/volumes/" + volume + "/action";
    var wanted = "{\"os-reimage\": {\"image_id\": \"" + TestCloud.IMAGE + "\"%s}}";

    assertThat(alice.post(action, wanted.formatted("")).status()).isEqualTo(202);
    assertThat(volumeNow(volume).at("/volume_image_metadata/image_id").asText())
        .isEqualTo(TestCloud.IMAGE);
    assertThat(volumeNow(volume).path("bootable").asText()).isEqualTo("true");
    assertThat(alice.post(action, wanted.formatted(", \"reimage_reserved\": true")).status())
        .isEqualTo(400);
    assertThat(alice.post(action, "{\"os-reimage\": {\"image_id\": \"7\"}}").status())
        .isEqualTo(400);
  }

  @Test
  void aServerBootsFromAVolumeThatIsThere() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");
    var wanted =
        """
        [{"boot_index": "0", "uuid": "%s", "source_type": "volume", "destination_type": "volume"}]
        """
            .formatted(volume);

    var reply = bootWith(wanted);
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    cloud.instances.work();

    assertThat(volumeNow(volume).path("status").asText()).isEqualTo("in-use");
    var again = bootWith(wanted);
    assertThat(again.status()).isEqualTo(400);
    assertThat(again.text()).contains("must be 'available'");
  }

  @Test
  void aServerBootsFromACopyOfASnapshot() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");
    var snapshot =
        alice
            .post("/volume/v3/snapshots", "{\"snapshot\": {\"volume_id\": \"" + volume + "\"}}")
            .body()
            .at("/snapshot/id")
            .asText();
    var device =
        """
        [{"boot_index": 0, "uuid": "%s", "source_type": "snapshot", "destination_type": "volume"%s}]
        """;
    assertThat(bootWith(device.formatted(snapshot, ", \"volume_size\": 1")).text())
        .contains("smaller than its snapshot of 2 GiB");
    assertThat(bootWith(device.formatted(TestCloud.NETWORK, "")).text())
        .contains("failed to get snapshot");

    var reply = bootWith(device.formatted(snapshot, ", \"delete_on_termination\": true"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    cloud.instances.work();

    var id = reply.body().at("/server/id").asText();
    var attached = alice.get(path(id)).body().path("volumeAttachments");
    var root = volumeNow(attached.get(0).path("volumeId").asText());
    assertThat(root.path("snapshot_id").asText()).isEqualTo(snapshot);
    assertThat(root.path("size").asInt()).isEqualTo(2);
    assertThat(root.path("status").asText()).isEqualTo("in-use");
    alice.delete(SERVERS + "/" + id);
    cloud.instances.work();
    assertThat(volumeNow(root.path("id").asText()).isMissingNode()).isTrue();
  }

  @Test
  void anImageOfAServerThatBootsFromAVolumeIsOneOfSnapshots() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");
    var booted =
        bootWith(
            """
            [{"boot_index": 0, "uuid": "%s", "source_type": "volume", "destination_type": "volume",
              "delete_on_termination": true},
             {"source_type": "blank", "destination_type": "volume", "volume_size": 1}]
            """
                .formatted(volume));
    cloud.instances.work();
    var server = booted.body().at("/server/id").asText();
    var action = SERVERS + "/" + server + "/action";
    var wanted = "{\"createImage\": {\"name\": \"golden\", \"metadata\": {\"a\": \"b\"}}}";

    var made = alice.at("2.45").post(action, wanted);
    assertThat(made.status()).as(made.text()).isEqualTo(202);
    var id = made.body().path("image_id").asText();
    var image = alice.get("/image/v2/images/" + id).body();
    assertThat(image.path("status").asText()).isEqualTo("active");
    assertThat(image.path("size").asLong()).isZero();
    assertThat(image.path("bdm_v2").asText()).isEqualTo("True");
    assertThat(image.path("a").asText()).isEqualTo("b");
    var snapshots = alice.get("/volume/v3/snapshots").body().path("snapshots");
    assertThat(snapshots.findValuesAsText("name")).containsOnly("snapshot for golden");
    assertThat(snapshots).hasSize(2);
    assertThat(alice.get("/image/v2/images/" + id + "/file").status()).isEqualTo(204);

    var reply =
        alice.post(
            SERVERS,
            "{\"server\": {\"name\": \"v\", \"flavorRef\": \"1\", \"imageRef\": \"" + id + "\"}}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    cloud.instances.work();
    var copy = reply.body().at("/server/id").asText();
    assertThat(alice.get(SERVERS + "/" + copy).body().at("/server/status").asText())
        .isEqualTo("ACTIVE");
    var attached = alice.get(path(copy)).body().path("volumeAttachments");
    assertThat(attached.findValuesAsText("device")).containsExactly("/dev/vda", "/dev/vdb");
    assertThat(attached.findValuesAsText("volumeId")).doesNotContain(volume);

    var second = alice.at("2.44").post(action, wanted);
    assertThat(second.status()).as("more snapshots than the quota of 3").isEqualTo(403);
    cloud.instances.work();
    assertThat(alice.get("/volume/v3/snapshots").body().path("snapshots"))
        .as("the one that was made before the refusal is gone")
        .hasSize(2);
    var actions =
        alice.get(SERVERS + "/" + server + "/os-instance-actions").body().path("instanceActions");
    assertThat(actions.findValuesAsText("action"))
        .containsExactly("createImage", "createImage", "create");
    assertThat(actions.findValuesAsText("message")).startsWith("Error");
    var rebuild = "{\"rebuild\": {\"imageRef\": \"" + id + "\"}}";
    assertThat(alice.post(action, rebuild).status()).isEqualTo(400);
    assertThat(alice.post("/volume/v3/volumes", ofImage(id)).status()).isEqualTo(400);
    alice.post(action, "{\"pause\": null}");
    assertThat(alice.post(action, wanted).status()).as("while it is pausing").isEqualTo(409);
  }

  private static String ofImage(String id) {
    return "{\"volume\": {\"size\": 1, \"imageRef\": \"" + id + "\"}}";
  }

  /** Whoever owns an image may write what he likes into its properties. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "{}",
        "[]",
        "[7]",
        "[{\"source_type\": \"image\", \"boot_index\": 0}]",
        "[{\"source_type\": \"snapshot\", \"boot_index\": 0, \"snapshot_id\": 7}]",
        "[{\"source_type\": \"snapshot\", \"boot_index\": 0,"
            + " \"snapshot_id\": \"33333333-3333-4333-8333-333333333333\"}]"
      })
  void anImageThatNamesNoSnapshotsIs400(String mapping) {
    var real = cloud.catalog.find(Image.class, TestCloud.IMAGE).orElseThrow();
    var odd = ImageOfVolumes.of(real, List.of(), real.createdAt());
    var properties = new HashMap<>(odd.properties());
    properties.put(Image.MAPPING, mapping);
    cloud.catalog.put(
        new Image(
            ODD,
            "odd",
            odd.owner(),
            odd.visibility(),
            odd.status(),
            odd.diskFormat(),
            odd.containerFormat(),
            odd.sizeBytes(),
            odd.virtualSizeBytes(),
            odd.md5(),
            odd.sha512(),
            0,
            0,
            false,
            false,
            properties,
            Set.of(),
            odd.createdAt(),
            odd.updatedAt()));

    var reply =
        alice.post(
            SERVERS,
            "{\"server\": {\"name\": \"v\", \"flavorRef\": \"1\", \"imageRef\": \"" + ODD + "\"}}");

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).isNotBlank();
  }

  @Test
  void theOlderFormBootsFromAVolumeToo() {
    var volume = volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\"");

    var reply =
        alice.post(
            SERVERS,
            "{\"server\": {\"name\": \"v\", \"flavorRef\": \"1\", \"block_device_mapping\": ["
                + "{\"device_name\": \"vda\", \"volume_id\": \""
                + volume
                + "\", \"delete_on_termination\": \"0\"}]}}");

    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"source_type\": \"blank\", \"destination_type\": \"volume\", \"volume_size\": 1}]",
        "[{\"boot_index\": 0, \"source_type\": \"image\", \"destination_type\": \"volume\"}]",
        "[{\"boot_index\": 0, \"source_type\": \"volume\"}]",
        "[{\"boot_index\": 0, \"uuid\": \"nosuch\", \"source_type\": \"volume\"}]",
        "[{\"boot_index\": 0, \"uuid\": \"s\", \"source_type\": \"snapshot\"}]",
        "[{\"boot_index\": 0, \"source_type\": \"moon\"}]",
        "[{\"boot_index\": 0, \"uuid\": \"11111111-1111-4111-8111-111111111111\","
            + " \"source_type\": \"image\", \"destination_type\": \"volume\", \"volume_size\": 0}]",
        "[{\"boot_index\": 0, \"uuid\": \"22222222-2222-4222-8222-222222222222\","
            + " \"source_type\": \"image\", \"destination_type\": \"volume\", \"volume_size\": 2}]"
      })
  void devicesThatDoNotFitAre400(String devices) {
    var reply = bootWith(devices);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).isNotBlank();
  }

  // ---- network cards

  @Test
  void aCardComesAndGoes() {
    var server = boot(alice, "web");
    assertThat(alice.get(interfaces(server)).body().path("interfaceAttachments")).hasSize(1);

    var wanted =
        "{\"interfaceAttachment\": {\"net_id\": \"%s\", \"tag\": \"back\"}}"
            .formatted(TestCloud.NETWORK);
    var posted = alice.at("2.70").post(interfaces(server), wanted);
    assertThat(posted.status()).as(posted.text()).isEqualTo(200);
    cloud.instances.work();

    var cards = alice.at("2.70").get(interfaces(server)).body().path("interfaceAttachments");
    assertThat(cards).hasSize(2);
    var card = cards.get(1);
    assertThat(card).isEqualTo(posted.body().path("interfaceAttachment"));
    assertThat(card.path("net_id").asText()).isEqualTo(TestCloud.NETWORK);
    assertThat(card.path("tag").asText()).isEqualTo("back");
    assertThat(card.at("/fixed_ips/0/ip_address").asText()).startsWith("10.0.0.");
    var port = card.path("port_id").asText();
    assertThat(alice.get(interfaces(server) + "/" + port).status()).isEqualTo(200);
    assertThat(alice.delete(interfaces(server) + "/" + port).status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(alice.get(interfaces(server)).body().path("interfaceAttachments")).hasSize(1);
    assertThat(alice.delete(interfaces(server) + "/" + port).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"interfaceAttachment\": {\"net_id\": \"33333333-3333-4333-8333-333333333333\","
            + " \"port_id\": \"33333333-3333-4333-8333-333333333333\"}}",
        "{\"interfaceAttachment\": {\"fixed_ips\": [{\"ip_address\": \"10.0.0.5\"}]}}",
        "{\"interfaceAttachment\": {\"net_id\": \"44444444-3333-4333-8333-333333333333\"}}",
        "{\"interfaceAttachment\": {\"port_id\": \"44444444-3333-4333-8333-333333333333\"}}",
        "{\"interfaceAttachment\": {\"net_id\": 7}}"
      })
  void cardsThatCannotBeAre400(String body) {
    var server = boot(alice, "web");

    var reply = alice.post(interfaces(server), body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
  }
}
