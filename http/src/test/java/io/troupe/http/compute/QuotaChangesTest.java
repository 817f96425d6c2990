package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestCloud;
import org.junit.jupiter.api.Test;

/** Quotas as an administrator changes them. */
class QuotaChangesTest extends CloudTest {
  private static final String SETS = "/compute/v2.1/os-quota-sets/";
  private static final String DEMO = SETS + TestCloud.DEMO;
  private static final String CLASS = "/compute/v2.1/os-quota-class-sets/default";

  @Test
  void aChangedLimitHoldsForTheNextRequest() {
    var changed = cloud.admin().put(DEMO, "{\"quota_set\": {\"instances\": 1, \"ram\": \"-1\"}}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().at("/quota_set/instances").asInt()).isEqualTo(1);
    assertThat(changed.body().at("/quota_set/ram").asInt()).isEqualTo(-1);
    assertThat(changed.body().at("/quota_set/cores").asInt()).isEqualTo(20);
    assertThat(changed.body().at("/quota_set").has("id")).isFalse();
    boot(cloud.alice(), "first");
    var second = cloud.alice().post("/compute/v2.1/servers", server("second", ""));
    assertThat(second.status()).isEqualTo(403);
    assertThat(second.body().at("/forbidden/message").asText())
        .isEqualTo("Quota exceeded for instances: Requested 1, but already used 1 of 1 instances");
  }

  @Test
  void belowWhatIsUsedOnlyByForce() {
    boot(cloud.alice(), "one");
    boot(cloud.alice(), "two");

    var refused = cloud.admin().put(DEMO, "{\"quota_set\": {\"instances\": 1}}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().at("/badRequest/message").asText())
        .isEqualTo(
            "Quota limit 1 for instances must be greater than or equal to already used and"
                + " reserved 2.");

    var forced = cloud.admin().put(DEMO, "{\"quota_set\": {\"instances\": 1, \"force\": true}}");
    assertThat(forced.status()).isEqualTo(200);
  }

  @Test
  void deletedLimitsAreTheDefaultsAgain() {
    cloud.admin().put(DEMO, "{\"quota_set\": {\"cores\": 3}}");

    assertThat(cloud.admin().delete(DEMO).status()).isEqualTo(202);

    assertThat(cloud.admin().get(DEMO).body().at("/quota_set/cores").asInt()).isEqualTo(20);
    assertThat(cloud.admin().delete(SETS + "nosuch").status()).isEqualTo(400);
  }

  @Test
  void badInputIsRefused() {
    var admin = cloud.admin();
    assertThat(admin.put(DEMO, "{\"quota_set\": {\"cats\": 3}}").status()).isEqualTo(400);
    assertThat(admin.put(DEMO, "{\"quota_set\": {\"cores\": -2}}").status()).isEqualTo(400);
    assertThat(admin.put(DEMO, "{\"quota_set\": {\"cores\": \"many\"}}").status()).isEqualTo(400);
    assertThat(admin.put(DEMO, "{\"quota_set\": {\"injected_files\": 7}}").status()).isEqualTo(400);
    assertThat(admin.put(SETS + "nosuch", "{\"quota_set\": {}}").status()).isEqualTo(400);
    assertThat(admin.put(DEMO + "?user_id=x", "{\"quota_set\": {}}").status()).isEqualTo(400);
    assertThat(cloud.alice().put(DEMO, "{\"quota_set\": {}}").status()).isEqualTo(403);
    assertThat(cloud.alice().delete(DEMO).status()).isEqualTo(403);
  }

  @Test
  void theDefaultClassHoldsForProjectsWithoutLimitsOfTheirOwn() {
    var admin = cloud.admin().at("2.50");
    admin.put(DEMO, "{\"quota_set\": {\"cores\": 7}}");

    var changed = admin.put(CLASS, "{\"quota_class_set\": {\"cores\": 5, \"key_pairs\": 1}}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().at("/quota_class_set/cores").asInt()).isEqualTo(5);
    assertThat(admin.get(CLASS).body().at("/quota_class_set/server_groups").asInt()).isEqualTo(10);
    assertThat(cloud.admin().get(CLASS).body().at("/quota_class_set").has("server_groups"))
        .isFalse();
    assertThat(admin.get(DEMO).body().at("/quota_set/cores").asInt()).isEqualTo(7);
    assertThat(admin.get(SETS + TestCloud.OTHER).body().at("/quota_set/cores").asInt())
        .isEqualTo(5);
    assertThat(admin.get(DEMO + "/defaults").body().at("/quota_set/cores").asInt()).isEqualTo(5);
    assertThat(admin.put("/compute/v2.1/os-quota-class-sets/x", "{\"quota_class_set\": {}}"))
        .extracting(reply -> reply.status())
        .isEqualTo(400);
    assertThat(cloud.alice().get(CLASS).status()).isEqualTo(403);
  }

  @Test
  void keyPairsAndMetadataAreLimited() {
    cloud.admin().put(DEMO, "{\"quota_set\": {\"key_pairs\": 1, \"metadata_items\": 0}}");

    assertThat(newKey("a").status()).isEqualTo(200);
    var second = newKey("b");
    assertThat(second.status()).isEqualTo(403);
    assertThat(second.body().at("/forbidden/message").asText())
        .isEqualTo("Quota exceeded, too many key pairs.");
    var metadata =
        cloud.alice().post("/compute/v2.1/servers", server("m", "\"metadata\": {\"k\": \"v\"}"));
    assertThat(metadata.status()).isEqualTo(403);
    assertThat(metadata.body().at("/forbidden/message").asText())
        .isEqualTo("Maximum number of metadata items exceeds 0");
  }

  private io.troupe.http.cloud.TestClient.Reply newKey(String name) {
    return cloud
        .alice()
        .post("/compute/v2.1/os-keypairs", "{\"keypair\": {\"name\": \"%s\"}}".formatted(name));
  }
}
