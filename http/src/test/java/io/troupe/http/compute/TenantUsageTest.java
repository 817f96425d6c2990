package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestCloud;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What servers took, from their launch to their end. */
class TenantUsageTest extends CloudTest {
  private static final String ALL = "/compute/v2.1/os-simple-tenant-usage";
  private static final String PERIOD = "?start=2026-01-02T00:00:00&end=2026-01-03T00:00:00";

  @Test
  void hoursFromLaunchToDelete() {
    String first = boot(cloud.alice(), "first");
    cloud.clock.advance(Duration.ofHours(2));
    cloud.alice().delete("/compute/v2.1/servers/" + first);
    cloud.instances.work();
    boot(cloud.alice(), "second");
    cloud.clock.advance(Duration.ofMinutes(30));

    var usage = cloud.alice().get(ALL + "/" + TestCloud.DEMO + PERIOD).body().at("/tenant_usage");

    assertThat(usage.at("/total_hours").asDouble()).isCloseTo(2.5, within(0.001));
    assertThat(usage.at("/total_vcpus_usage").asDouble()).isCloseTo(2.5, within(0.001));
    assertThat(usage.at("/total_memory_mb_usage").asDouble()).isCloseTo(320, within(0.1));
    assertThat(usage.at("/server_usages")).hasSize(2);
    assertThat(usage.at("/server_usages/0/state").asText()).isEqualTo("terminated");
    assertThat(usage.at("/server_usages/0/uptime").asInt()).isEqualTo(7200);
    assertThat(usage.at("/server_usages/1/state").asText()).isEqualTo("active");
    assertThat(usage.at("/server_usages/1/ended_at").isNull()).isTrue();
    assertThat(usage.at("/stop").asText()).as("never past now").startsWith("2026-01-02T05:34:05");
  }

  @Test
  void onlyWhatFallsIntoThePeriodCounts() {
    boot(cloud.alice(), "a");
    cloud.clock.advance(Duration.ofHours(10));

    var hour =
        cloud
            .alice()
            .get(
                ALL
                    + "/"
                    + TestCloud.DEMO
                    + "?start=2026-01-02T04:00:00&end=2026-01-02%2005:00:00.5")
            .body()
            .at("/tenant_usage");
    assertThat(hour.at("/total_hours").asDouble()).isCloseTo(1, within(0.001));
    var before =
        cloud
            .alice()
            .get(ALL + "/" + TestCloud.DEMO + "?start=2025-01-01T00:00:00&end=2025-02-01T00:00:00");
    assertThat(before.body().at("/tenant_usage")).isEmpty();
  }

  @Test
  void everyProjectForAdministrators() {
    boot(cloud.alice(), "a");
    boot(cloud.as("bob", "other"), "b");
    cloud.clock.advance(Duration.ofHours(1));

    var list = cloud.admin().get(ALL + PERIOD).body().at("/tenant_usages");
    assertThat(list).hasSize(2);
    assertThat(list.at("/0").has("server_usages")).isFalse();
    var detailed = cloud.admin().get(ALL + PERIOD + "&detailed=1").body();
    assertThat(detailed.at("/tenant_usages/0/server_usages")).hasSize(1);
    var page = cloud.admin().at("2.40").get(ALL + PERIOD + "&limit=1").body();
    assertThat(page.at("/tenant_usages")).hasSize(1);
    assertThat(page.at("/tenant_usages_links/0/href").asText()).contains("marker=");
    assertThat(cloud.alice().get(ALL + PERIOD).status()).isEqualTo(403);
    assertThat(cloud.as("bob", "other").get(ALL + "/" + TestCloud.DEMO + PERIOD).status())
        .isEqualTo(403);
  }

  @Test
  void badPeriodsAreRefused() {
    assertThat(cloud.admin().get(ALL + "?start=yesterday").status()).isEqualTo(400);
    assertThat(
            cloud.admin().get(ALL + "?start=2026-01-03T00:00:00&end=2026-01-02T00:00:00").status())
        .isEqualTo(400);
  }
}
