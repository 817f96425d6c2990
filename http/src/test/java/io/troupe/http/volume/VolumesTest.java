package io.troupe.http.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Volume API, as the stock client calls it. */
class VolumesTest extends CloudTest {
  private static final String V = "/volume/v3/volumes";
  private TestClient alice;

  @BeforeEach
  void client() {
    alice = cloud.alice();
  }

  /** As {@code openstack volume create} writes it. */
  private static String wanted(String name, int size, String more) {
    return """
        {"volume": {"name": "%s", "size": %d, "snapshot_id": null, "description": null,
          "volume_type": null, "availability_zone": null, "metadata": {"tier": "1"},
          "source_volid": null, "consistencygroup_id": null, "backup_id": null%s}}
        """
        .formatted(name, size, more);
  }

  private JsonNode create(TestClient client, String name, int size) {
    var reply = client.post(V, wanted(name, size, ""));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply.body().path("volume");
  }

  @Test
  void madeShownListedChangedDeleted() {
    var made = create(alice, "data", 2);
    var path = V + "/" + made.path("id").asText();

    assertThat(made.path("status").asText()).isEqualTo("available");
    assertThat(made.path("bootable").asText()).isEqualTo("false");
    assertThat(alice.get(path).body().at("/volume/size").asInt()).isEqualTo(2);
    assertThat(
            alice
                .get("/volume/v3/" + TestCloud.DEMO + "/volumes/detail?name=data")
                .body()
                .path("volumes"))
        .hasSize(1);
    assertThat(alice.get(V + "?name=other").body().path("volumes")).isEmpty();
    var changed =
        alice.put(path, "{\"volume\": {\"name\": \"logs\", \"description\": \"of the web\"}}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().at("/volume/name").asText()).isEqualTo("logs");
    assertThat(alice.post(path + "/metadata", "{\"metadata\": {\"role\": \"db\"}}").text())
        .contains("tier", "role");
    assertThat(alice.delete(path + "/metadata/tier").status()).isEqualTo(200);
    assertThat(alice.delete(path + "/metadata/tier").status()).isEqualTo(404);
    assertThat(alice.post(path + "/action", "{\"os-extend\": {\"new_size\": 3}}").status())
        .isEqualTo(202);
    assertThat(alice.post(path + "/action", "{\"os-set_bootable\": {\"bootable\": true}}").status())
        .isEqualTo(200);
    var shown = alice.get(path).body().path("volume");
    assertThat(shown.path("size").asInt()).isEqualTo(3);
    assertThat(shown.path("bootable").asText()).isEqualTo("true");
    assertThat(shown.path("metadata").path("role").asText()).isEqualTo("db");
    assertThat(shown.has("os-vol-host-attr:host")).as("only for administrators").isFalse();
    assertThat(alice.delete(path + "?cascade=False").status()).isEqualTo(202);
    assertThat(alice.get(path).status()).isEqualTo(404);
  }

  @Test
  void ofAnImage() {
    var small = alice.post(V, wanted("root", 2, ", \"imageRef\": \"" + TestCloud.BIG_IMAGE + "\""));
    assertThat(small.status()).isEqualTo(400);
    assertThat(small.text()).contains("Size of specified image 3GB is larger than volume size 2GB");

    var made = alice.post(V, wanted("root", 3, ", \"imageRef\": \"" + TestCloud.IMAGE + "\""));

    assertThat(made.body().at("/volume/bootable").asText()).isEqualTo("true");
    assertThat(made.body().at("/volume/volume_image_metadata/image_id").asText())
        .isEqualTo(TestCloud.IMAGE);
  }

  @Test
  void belongsToItsProject() {
    var id = create(alice, "data", 1).path("id").asText();
    var bob = cloud.as("bob", "other");

    assertThat(bob.get(V + "/" + id).status()).isEqualTo(404);
    assertThat(bob.delete(V + "/" + id).status()).isEqualTo(404);
    assertThat(bob.get(V + "/detail?all_tenants=1").body().path("volumes")).isEmpty();
    assertThat(cloud.as("rita", "demo").get(V).body().path("volumes")).hasSize(1);
    assertThat(cloud.as("rita", "demo").post(V, wanted("x", 1, "")).status()).isEqualTo(403);
    assertThat(cloud.anonymous().get(V).status()).isEqualTo(401);
    assertThat(cloud.admin().get(V + "/" + id).body().at("/volume").has("os-vol-host-attr:host"))
        .isTrue();
    assertThat(cloud.admin().get(V).body().path("volumes")).isEmpty();
    assertThat(cloud.admin().get(V + "?all_tenants=1").body().path("volumes")).hasSize(1);
  }

  @Test
  void theQuotaIs413AndShown() {
    create(alice, "data", 40);

    var over = alice.post(V, wanted("more", 11, ""));

    assertThat(over.status()).isEqualTo(413);
    assertThat(over.body().at("/overLimit/message").asText())
        .startsWith("VolumeSizeExceedsAvailableQuota");
    var quota = alice.get("/volume/v3/os-quota-sets/" + TestCloud.DEMO + "?usage=True").body();
    assertThat(quota.at("/quota_set/gigabytes/in_use").asInt()).isEqualTo(40);
    assertThat(
            alice.get("/volume/v3/limits").body().at("/limits/absolute/totalVolumesUsed").asInt())
        .isEqualTo(1);
    assertThat(alice.get("/volume/v3/os-quota-sets/" + TestCloud.OTHER).status()).isEqualTo(403);
  }

  @Test
  void whatIsInUseStays() {
    var id = create(alice, "data", 1).path("id").asText();
    var server = InstanceId.fresh();
    cloud.volumes.give(TestCloud.DEMO, id, server, "host-1");

    var shown = alice.get(V + "/" + id).body().path("volume");
    assertThat(shown.path("status").asText()).isEqualTo("in-use");
    assertThat(shown.at("/attachments/0/server_id").asText()).isEqualTo(server.toString());
    assertThat(shown.at("/attachments/0/device").asText()).isEqualTo("/dev/vdb");
    assertThat(alice.delete(V + "/" + id).status()).isEqualTo(400);
    var extended = alice.post(V + "/" + id + "/action", "{\"os-extend\": {\"new_size\": 3}}");
    assertThat(extended.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"volume\": {\"name\": \"x\"}}",
        "{\"volume\": {\"size\": 0}}",
        "{\"volume\": {\"size\": \"big\"}}",
        "{\"volume\": {\"size\": 1, \"multiattach\": true}}",
        "{\"volume\": {\"size\": 1, \"snapshot_id\": \"s\"}}",
        "{\"volume\": {\"size\": 1, \"imageRef\": \"nosuch\"}}",
        "{\"volume\": {\"size\": 1, \"availability_zone\": \"moon\"}}",
        "{\"volume\": {\"size\": 1, \"metadata\": []}}"
      })
  void badBodiesAre400(String body) {
    var reply = alice.post(V, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).isNotBlank();
  }

  @Test
  void whatCannotBeDoneSaysSo() {
    var id = create(alice, "data", 1).path("id").asText();

    for (String action : List.of("os-attach", "os-reset_status", "os-retype", "nosuch")) {
      var reply = alice.post(V + "/" + id + "/action", "{\"" + action + "\": {}}");
      assertThat(reply.status()).as(action).isEqualTo(400);
    }
    assertThat(alice.post(V + "/" + id + "/action", "{\"os-force_delete\": {}}").status())
        .isEqualTo(403);
    assertThat(
            alice
                .post(
                    V,
                    wanted("x", 1, "")
                        .replace("\"volume_type\": null", "\"volume_type\": \"gold\""))
                .status())
        .isEqualTo(404);
  }

  @Test
  void clientsFindTheirWay() {
    var versions = cloud.anonymous().get("/volume/").body().path("versions");
    assertThat(versions.get(0).path("version").asText()).isEqualTo("3.71");
    assertThat(cloud.anonymous().get("/volume/v3/").status()).isEqualTo(200);
    assertThat(alice.get("/volume/v3/types").body().at("/volume_types/0/name").asText())
        .isEqualTo("host-storage");
    var token = cloud.anonymous().login("alice", TestCloud.PASSWORD, "demo");
    assertThat(token.get("/identity/v3/auth/catalog").text()).contains("volumev3", "/volume/v3");
  }
}
