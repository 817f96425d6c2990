package io.troupe.http.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.actors.volume.Volume;
import io.troupe.config.PoolCapacity;
import io.troupe.core.value.HostId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestCloud;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Pools, zones and reasons of volumes, as Cinder shows them. */
class PoolsTest extends CloudTest {
  private static final String POOLS = "/volume/v3/scheduler-stats/get_pools";
  private static final String V = "/volume/v3/volumes";

  private static StoragePool.Member up(String host) {
    return new StoragePool.Member(new HostId(host), "nova", "", 10);
  }

  @Test
  void administratorsSeeWhatPoolsHave() {
    cloud.pools =
        List.of(
            new StoragePool(
                "h1", false, List.of(up("h1")), new PoolCapacity.Gib(100), 5, 40, 30, 3),
            new StoragePool(
                "san", true, List.of(up("h2"), up("h3")), new PoolCapacity.Infinite(), 0, 7, 7, 1));

    var brief = cloud.admin().get(POOLS).body().path("pools");
    assertThat(brief).hasSize(2);
    assertThat(brief.get(0).path("name").asText()).isEqualTo("h1");
    assertThat(brief.get(0).has("capabilities")).isFalse();
    var detail = cloud.admin().get(POOLS + "?detail=True").body().path("pools");
    var local = detail.get(0).path("capabilities");
    assertThat(local.path("total_capacity_gb").asLong()).isEqualTo(100);
    assertThat(local.path("free_capacity_gb").asLong()).isEqualTo(55);
    assertThat(local.path("allocated_capacity_gb").asLong()).isEqualTo(30);
    assertThat(local.path("provisioned_capacity_gb").asLong()).isEqualTo(40);
    assertThat(local.path("reserved_percentage").asInt()).isZero();
    assertThat(local.path("thin_provisioning_support").asBoolean()).isTrue();
    assertThat(local.path("max_over_subscription_ratio").asText()).isEqualTo("1.0");
    var shared = detail.get(1).path("capabilities");
    assertThat(shared.path("total_capacity_gb").asText()).isEqualTo("infinite");
    assertThat(shared.path("hosts").toString()).isEqualTo("[\"h2\",\"h3\"]");
    assertThat(cloud.alice().get(POOLS).status()).isEqualTo(403);
  }

  @Test
  void zonesAreThoseOfHosts() {
    cloud.hosts.add("h1", "east");

    var zones = cloud.alice().get("/volume/v3/os-availability-zone").body();

    assertThat(names(zones.path("availabilityZoneInfo"))).contains("east", "nova");
  }

  private static List<String> names(JsonNode zones) {
    return StreamSupport.stream(zones.spliterator(), false)
        .map(zone -> zone.path("zoneName").asText())
        .toList();
  }

  @Test
  void aVolumeInAZoneIsGivenAPlaceAtOnce() {
    cloud.hosts.add("h1", "east");

    var made =
        cloud.alice().post(V, "{\"volume\": {\"size\": 1, \"availability_zone\": \"east\"}}");

    assertThat(made.status()).as(made.text()).isEqualTo(202);
    assertThat(made.body().at("/volume/status").asText()).isEqualTo("creating");
    assertThat(made.body().at("/volume/availability_zone").asText()).isEqualTo("east");
    var unknown =
        cloud.alice().post(V, "{\"volume\": {\"size\": 1, \"availability_zone\": \"moon\"}}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text()).contains("Availability zone 'moon' is invalid.");
  }

  @Test
  void whyAVolumeIsInErrorIsAMessage() {
    var wanted = new VolumeChoice.NewVolume("big", 1, Optional.empty());
    var id = "00000000-0000-4000-8000-00000000000a";
    var volume = Volume.fresh(id, TestCloud.DEMO, "alice", wanted, Instant.EPOCH);
    cloud.volumes.keep(
        volume.failed("No valid backend was found. 0 pools considered", Instant.EPOCH));

    var messages = cloud.alice().get("/volume/v3/messages").body().path("messages");

    assertThat(messages).hasSize(1);
    var message = messages.get(0);
    assertThat(message.path("user_message").asText()).startsWith("No valid backend was found.");
    assertThat(message.path("resource_uuid").asText()).isEqualTo(id);
    assertThat(message.path("message_level").asText()).isEqualTo("ERROR");
    var path = "/volume/v3/messages/" + message.path("id").asText();
    assertThat(cloud.alice().get(path).body().path("message")).isEqualTo(message);
    assertThat(cloud.alice().get("/volume/v3/messages/" + id).status()).isEqualTo(404);
    assertThat(cloud.alice().get("/volume/v3/messages?resource_uuid=" + id).body().path("messages"))
        .hasSize(1);
  }
}
