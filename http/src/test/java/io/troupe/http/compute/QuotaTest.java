package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestCloud;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits, quotas and availability zones. */
class QuotaTest extends CloudTest {
  @Test
  void limitsShowWhatIsUsed() {
    boot(cloud.alice(), "a");

    Sample.check("compute/limits-2.1", cloud.alice().get("/compute/v2.1/limits").body(), Map.of());
    Sample.check(
        "compute/limits-2.57",
        cloud.alice().at("2.57").get("/compute/v2.1/limits").body(),
        Map.of());
  }

  @Test
  void quotasOfOnesOwnProject() {
    String path = "/compute/v2.1/os-quota-sets/" + TestCloud.DEMO;
    boot(cloud.alice(), "a");

    var quota = cloud.alice().at("2.57").get(path).body().get("quota_set");
    assertThat(quota.get("instances").asInt()).isEqualTo(10);
    assertThat(quota.has("fixed_ips")).isFalse();
    assertThat(cloud.alice().get(path).body().at("/quota_set/fixed_ips").asInt()).isEqualTo(-1);
    assertThat(cloud.alice().get(path + "/detail").body().at("/quota_set/cores/in_use").asInt())
        .isEqualTo(1);
    assertThat(cloud.as("bob", "other").get(path).status()).isEqualTo(403);
    assertThat(cloud.admin().get(path).status()).isEqualTo(200);
    assertThat(cloud.admin().get("/compute/v2.1/os-quota-sets/nosuch").status()).isEqualTo(400);
    assertThat(
            cloud
                .admin()
                .get("/compute/v2.1/os-quota-sets/" + TestCloud.ADMIN)
                .body()
                .at("/quota_set/cores")
                .asInt())
        .isEqualTo(-1);
  }

  @Test
  void zones() {
    var zones = cloud.alice().get("/compute/v2.1/os-availability-zone").body();

    assertThat(zones.at("/availabilityZoneInfo/1/zoneName").asText()).isEqualTo("west");
    assertThat(zones.at("/availabilityZoneInfo/0/zoneState/available").asBoolean()).isTrue();
    assertThat(zones.at("/availabilityZoneInfo/0/hosts").isNull()).isTrue();
    assertThat(cloud.alice().get("/compute/v2.1/os-availability-zone/detail").status())
        .isEqualTo(403);
    assertThat(
            cloud
                .admin()
                .get("/compute/v2.1/os-availability-zone/detail")
                .body()
                .at("/availabilityZoneInfo/1/hosts/host-2/nova-compute/available")
                .asBoolean())
        .isTrue();
  }

  @Test
  void extensionsAreAnEmptyList() {
    assertThat(cloud.alice().get("/compute/v2.1/extensions").body().get("extensions")).isEmpty();
    assertThat(cloud.alice().get("/compute/v2.1/extensions/os-x").status()).isEqualTo(404);
  }
}
