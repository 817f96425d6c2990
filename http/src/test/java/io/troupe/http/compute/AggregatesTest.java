package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Aggregates, and the zones they make. */
class AggregatesTest extends CloudTest {
  private static final String ALL = "/compute/v2.1/os-aggregates";

  private TestClient.Reply create(String name, String zone) {
    return cloud
        .admin()
        .post(
            ALL,
            "{\"aggregate\": {\"name\": \"%s\", \"availability_zone\": %s}}".formatted(name, zone));
  }

  private String made(String name, String zone) {
    var reply = create(name, zone);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return ALL + "/" + reply.body().at("/aggregate/id").asLong();
  }

  private TestClient.Reply act(String aggregate, String action) {
    return cloud.admin().post(aggregate + "/action", action);
  }

  private TestClient.Reply add(String aggregate, String host) {
    return act(aggregate, "{\"add_host\": {\"host\": \"%s\"}}".formatted(host));
  }

  @Test
  void lifeOfAnAggregate() {
    String racks = made("racks", "null");
    assertThat(create("racks", "null").status()).isEqualTo(409);

    var changed =
        cloud.admin().at("2.41").put(racks, "{\"aggregate\": {\"name\": \"rows\"}}").body();
    assertThat(changed.at("/aggregate/name").asText()).isEqualTo("rows");
    assertThat(changed.at("/aggregate/uuid").asText()).hasSize(36);
    assertThat(changed.at("/aggregate/updated_at").asText())
        .isEqualTo("2026-01-02T03:04:05.000000");
    act(racks, "{\"set_metadata\": {\"metadata\": {\"ssd\": \"true\", \"old\": \"x\"}}}");
    act(racks, "{\"set_metadata\": {\"metadata\": {\"old\": null}}}");
    var shown = cloud.admin().get(racks).body().at("/aggregate");
    assertThat(shown.at("/metadata").toString()).isEqualTo("{\"ssd\":\"true\"}");
    assertThat(shown.has("uuid")).isFalse();
    assertThat(cloud.admin().get(ALL).body().at("/aggregates")).hasSize(1);

    assertThat(add(racks, "host-1").status()).isEqualTo(200);
    assertThat(cloud.admin().delete(racks).status()).isEqualTo(400);
    assertThat(act(racks, "{\"remove_host\": {\"host\": \"host-1\"}}").status()).isEqualTo(200);
    assertThat(cloud.admin().delete(racks).status()).isEqualTo(200);
    assertThat(cloud.admin().get(racks).status()).isEqualTo(404);
    assertThat(made("again", "null")).as("no number is given twice").isNotEqualTo(racks);
  }

  @Test
  void badInputIsRefused() {
    String racks = made("racks", "null");
    assertThat(create("colon", "\"a:b\"").status()).isEqualTo(400);
    assertThat(create(" blank", "null").status()).isEqualTo(400);
    assertThat(cloud.admin().post(ALL, "{\"aggregate\": {}}").status()).isEqualTo(400);
    assertThat(cloud.admin().put(racks, "{\"aggregate\": {}}").status()).isEqualTo(400);
    assertThat(cloud.admin().get(ALL + "/x").status()).isEqualTo(400);
    assertThat(cloud.admin().get(ALL + "/99").status()).isEqualTo(404);
    assertThat(act(racks, "{\"dance\": {}}").status()).isEqualTo(400);
    assertThat(act(racks, "{\"add_host\": {\"host\": \"a\"}, \"remove_host\": {}}").status())
        .isEqualTo(400);
    assertThat(add(racks, "nosuch").status()).isEqualTo(404);
    assertThat(act(racks, "{\"remove_host\": {\"host\": \"host-1\"}}").status()).isEqualTo(404);
    assertThat(cloud.alice().get(ALL).status()).isEqualTo(403);
    assertThat(cloud.alice().post(ALL, "{}").status()).isEqualTo(403);
  }

  @Nested
  class Zones {
    @Test
    void anAggregateMakesAZone() {
      add(made("a", "\"east\""), "host-1");

      var zones = cloud.admin().get("/compute/v2.1/os-availability-zone/detail").body();

      assertThat(zones.at("/availabilityZoneInfo/0/zoneName").asText()).isEqualTo("east");
      assertThat(zones.at("/availabilityZoneInfo/0/hosts").has("host-1")).isTrue();
    }

    @Test
    void aHostIsInOneZoneOnly() {
      String east = made("a", "\"east\"");
      String other = made("b", "\"north\"");
      assertThat(add(east, "host-1").status()).isEqualTo(200);
      assertThat(add(east, "host-1").status()).as("twice").isEqualTo(409);

      var refused = add(other, "host-1");

      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body().at("/conflictingRequest/message").asText())
          .contains("already in different availability zones [east]");
      String plain = made("c", "null");
      assertThat(add(plain, "host-1").status()).isEqualTo(200);
      assertThat(
              cloud
                  .admin()
                  .put(plain, "{\"aggregate\": {\"availability_zone\": \"north\"}}")
                  .status())
          .isEqualTo(400);
      assertThat(add(made("d", "\"east\""), "host-1").status()).as("same zone").isEqualTo(200);
    }

    @Test
    void aHostWithServersKeepsItsZone() {
      String east = made("a", "\"east\"");
      add(east, "host-1");
      cloud.hosts.occupy("host-1", List.of(InstanceId.fresh()));

      assertThat(
              cloud
                  .admin()
                  .put(east, "{\"aggregate\": {\"availability_zone\": \"north\"}}")
                  .status())
          .isEqualTo(400);
      assertThat(
              act(east, "{\"set_metadata\": {\"metadata\": {\"availability_zone\": null}}}")
                  .status())
          .isEqualTo(400);
      assertThat(act(east, "{\"remove_host\": {\"host\": \"host-1\"}}").status()).isEqualTo(409);
      cloud.hosts.occupy("host-2", List.of(InstanceId.fresh()));
      assertThat(add(east, "host-2").status()).isEqualTo(409);
      assertThat(act(east, "{\"set_metadata\": {\"metadata\": {\"ssd\": \"1\"}}}").status())
          .isEqualTo(200);
    }
  }
}
