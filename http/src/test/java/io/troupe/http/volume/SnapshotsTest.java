package io.troupe.http.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of volumes, as the stock client asks for them. */
class SnapshotsTest extends CloudTest {
  private static final String V = "/volume/v3/volumes";
  private static final String S = "/volume/v3/snapshots";
  private TestClient alice;

  @BeforeEach
  void client() {
    alice = cloud.alice();
  }

  private String volume(int size, String more) {
    var reply = alice.post(V, "{\"volume\": {\"size\": %d%s}}".formatted(size, more));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply.body().at("/volume/id").asText();
  }

  /** As {@code openstack volume snapshot create} writes it. */
  private static String wanted(String volume, boolean force) {
    return """
        {"snapshot": {"volume_id": "%s", "force": %s, "name": "before", "description": null,
          "metadata": {"why": "upgrade"}}}
        """
        .formatted(volume, force);
  }

  private String snapshot(String volume) {
    var reply = alice.post(S, wanted(volume, false));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply.body().at("/snapshot/id").asText();
  }

  @Test
  void madeShownListedChangedDeleted() {
    var volume = volume(2, "");
    var id = snapshot(volume);
    var path = S + "/" + id;

    var shown = alice.get(path).body().path("snapshot");
    assertThat(shown.path("status").asText()).isEqualTo("available");
    assertThat(shown.path("volume_id").asText()).isEqualTo(volume);
    assertThat(shown.path("size").asInt()).isEqualTo(2);
    assertThat(shown.at("/metadata/why").asText()).isEqualTo("upgrade");
    assertThat(shown.path("os-extended-snapshot-attributes:project_id").asText())
        .isEqualTo(TestCloud.DEMO);
    assertThat(alice.get(S + "?volume_id=" + volume).body().path("snapshots")).hasSize(1);
    assertThat(alice.get(S + "/detail?name=other").body().path("snapshots")).isEmpty();
    var changed = alice.put(path, "{\"snapshot\": {\"name\": \"after\", \"description\": \"d\"}}");
    assertThat(changed.status()).as(changed.text()).isEqualTo(200);
    assertThat(changed.body().at("/snapshot/name").asText()).isEqualTo("after");
    assertThat(alice.post(path + "/metadata", "{\"metadata\": {\"a\": \"b\"}}").text())
        .contains("why", "\"a\":\"b\"");
    assertThat(alice.put(path + "/metadata", "{\"metadata\": {\"c\": \"d\"}}").text())
        .doesNotContain("why");
    assertThat(alice.delete(path + "/metadata/c").status()).isEqualTo(200);
    assertThat(alice.delete(path + "/metadata/c").status()).isEqualTo(404);
    assertThat(alice.get(path + "/metadata").body().path("metadata")).isEmpty();

    var kept = alice.delete(V + "/" + volume);
    assertThat(kept.status()).isEqualTo(400);
    assertThat(kept.text()).contains("must not have snapshots");
    assertThat(alice.delete(path).status()).isEqualTo(202);
    assertThat(alice.get(path).status()).isEqualTo(404);
    assertThat(alice.delete(V + "/" + volume).status()).isEqualTo(202);
  }

  @Test
  void ofAVolumeInUseWithForceOrFromItsMicroversion() {
    var volume = volume(1, "");
    cloud.volumes.give(TestCloud.DEMO, volume, InstanceId.fresh(), "host-1");

    var plain = alice.post(S, wanted(volume, false));
    assertThat(plain.status()).isEqualTo(400);
    assertThat(plain.text()).contains("must be available", "in-use");
    assertThat(alice.post(S, wanted(volume, true)).status()).isEqualTo(202);
    assertThat(latest(wanted(volume, false)).status()).isEqualTo(400);
    var bare = "{\"snapshot\": {\"volume_id\": \"" + volume + "\"}}";
    assertThat(latest(bare).status()).isEqualTo(202);
  }

  private TestClient.Reply latest(String body) {
    return alice.send(
        alice
            .json(S)
            .header("OpenStack-API-Version", "volume 3.66")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void aVolumeIsMadeOfOne() {
    var id = snapshot(volume(2, ", \"imageRef\": \"" + TestCloud.IMAGE + "\""));

    var made = alice.post(V, "{\"volume\": {\"snapshot_id\": \"" + id + "\"}}");

    assertThat(made.status()).as(made.text()).isEqualTo(202);
    assertThat(made.body().at("/volume/size").asInt()).isEqualTo(2);
    assertThat(made.body().at("/volume/snapshot_id").asText()).isEqualTo(id);
    assertThat(made.body().at("/volume/bootable").asText()).isEqualTo("true");
    var small = alice.post(V, "{\"volume\": {\"size\": 1, \"snapshot_id\": \"" + id + "\"}}");
    assertThat(small.status()).isEqualTo(400);
    assertThat(small.text()).contains("cannot be smaller than the snapshot size 2GB");
    var none =
        alice.post(
            V, "{\"volume\": {\"size\": 1, \"snapshot_id\": \"" + TestCloud.NETWORK + "\"}}");
    assertThat(none.status()).isEqualTo(404);
  }

  @Test
  void belongsToItsProject() {
    var volume = volume(1, "");
    var id = snapshot(volume);
    var bob = cloud.as("bob", "other");

    assertThat(bob.get(S + "/" + id).status()).isEqualTo(404);
    assertThat(bob.delete(S + "/" + id).status()).isEqualTo(404);
    assertThat(bob.post(S, wanted(volume, false)).status()).isEqualTo(404);
    assertThat(cloud.as("rita", "demo").get(S).body().path("snapshots")).hasSize(1);
    assertThat(cloud.as("rita", "demo").delete(S + "/" + id).status()).isEqualTo(403);
    assertThat(cloud.admin().get(S).body().path("snapshots")).isEmpty();
    assertThat(cloud.admin().get(S + "?all_tenants=1").body().path("snapshots")).hasSize(1);
    assertThat(cloud.admin().get(S + "/" + id).status()).isEqualTo(200);
  }

  @Test
  void theQuotaIs413AndShown() {
    var volume = volume(10, "");
    for (int i = 0; i < 3; i++) {
      snapshot(volume);
    }

    var over = alice.post(S, wanted(volume, false));

    assertThat(over.status()).isEqualTo(413);
    assertThat(over.body().at("/overLimit/message").asText()).startsWith("SnapshotLimitExceeded");
    var quota = alice.get("/volume/v3/os-quota-sets/" + TestCloud.DEMO + "?usage=True").body();
    assertThat(quota.at("/quota_set/snapshots/in_use").asInt()).isEqualTo(3);
    assertThat(quota.at("/quota_set/gigabytes/in_use").asInt()).isEqualTo(40);
    var larger = alice.post(V, "{\"volume\": {\"size\": 11}}");
    assertThat(larger.status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"snapshot\": {}}",
        "{\"snapshot\": {\"volume_id\": \"x\"}}",
        "{\"snapshot\": {\"volume_id\": 7}}",
        "{\"snapshot\": {\"volume_id\": \"33333333-3333-4333-8333-333333333333\","
            + " \"metadata\": []}}",
        "{\"snapshot\": {\"volume_id\": \"33333333-3333-4333-8333-333333333333\","
            + " \"force\": \"maybe\"}}"
      })
  void badBodiesAre400(String body) {
    var reply = alice.post(S, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).isNotBlank();
  }
}
