package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hypervisors at old and new microversions. */
class HypervisorsTest extends CloudTest {
  private static final String ALL = "/compute/v2.1/os-hypervisors";

  @Test
  void oldVersionsNumberThem() {
    var list = cloud.admin().get(ALL).body().at("/hypervisors");

    assertThat(list).hasSize(2);
    assertThat(list.at("/0/hypervisor_hostname").asText()).isEqualTo("host-1");
    assertThat(list.at("/0/state").asText()).isEqualTo("up");
    assertThat(list.at("/0/status").asText()).isEqualTo("enabled");
    long id = list.at("/0/id").asLong();
    assertThat(id).isPositive();
    var shown = cloud.admin().get(ALL + "/" + id).body().at("/hypervisor");
    assertThat(shown.at("/vcpus").asInt()).isEqualTo(64);
    assertThat(shown.at("/cpu_info").isTextual()).isTrue();
    assertThat(shown.at("/service/host").asText()).isEqualTo("host-1");
    assertThat(cloud.admin().get(ALL + "/17").status()).isEqualTo(404);
  }

  @Test
  void newVersionsGiveThemUuids() {
    var admin = cloud.admin().at("2.53");
    String id = admin.get(ALL + "/detail").body().at("/hypervisors/1/id").asText();

    var shown = admin.get(ALL + "/" + id).body().at("/hypervisor");

    assertThat(shown.at("/hypervisor_hostname").asText()).isEqualTo("host-2");
    assertThat(shown.at("/cpu_info").isObject()).isTrue();
    assertThat(admin.get(ALL + "/17").status()).isEqualTo(400);
    assertThat(admin.get(ALL + "/" + InstanceId.fresh()).status()).isEqualTo(404);
    var newest = cloud.admin().at("2.88").get(ALL + "/" + id).body().at("/hypervisor");
    assertThat(newest.has("vcpus")).isFalse();
    assertThat(newest.at("/uptime").isNull()).isTrue();
  }

  @Test
  void pagesAndPatterns() {
    var admin = cloud.admin().at("2.53");
    var first = admin.get(ALL + "?limit=1").body();
    assertThat(first.at("/hypervisors")).hasSize(1);
    assertThat(first.at("/hypervisors_links/0/href").asText()).contains("marker=");
    String marker = first.at("/hypervisors/0/id").asText();
    var second = admin.get(ALL + "?limit=1&marker=" + marker).body();
    assertThat(second.at("/hypervisors/0/hypervisor_hostname").asText()).isEqualTo("host-2");

    assertThat(admin.get(ALL + "?hypervisor_hostname_pattern=-2").body().at("/hypervisors"))
        .hasSize(1);
    assertThat(admin.get(ALL + "?hypervisor_hostname_pattern=x").status()).isEqualTo(404);
    assertThat(admin.get(ALL + "?hypervisor_hostname_pattern=h&limit=1").status()).isEqualTo(400);
  }

  @Test
  void serversOnThem() {
    var server = InstanceId.parse(boot(cloud.alice(), "a")).orElseThrow();
    cloud.hosts.occupy("host-1", List.of(server));

    var old = cloud.admin().get(ALL + "/host/servers").body().at("/hypervisors");
    assertThat(old.at("/0/servers/0/uuid").asText()).isEqualTo(server.toString());
    assertThat(old.at("/0/servers/0/name").asText()).isEqualTo("a");
    assertThat(old.at("/1").has("servers")).isFalse();
    assertThat(cloud.admin().get(ALL + "/host-2/search").body().at("/hypervisors")).hasSize(1);
    assertThat(cloud.admin().get(ALL + "/x/search").status()).isEqualTo(404);
    assertThat(cloud.admin().at("2.53").get(ALL + "/host/servers").status()).isEqualTo(404);
    var with = cloud.admin().at("2.75").get(ALL + "?with_servers=true").body();
    assertThat(with.at("/hypervisors/0/servers")).hasSize(1);
    assertThat(with.at("/hypervisors/1/servers")).isEmpty();
    assertThat(with.at("/hypervisors/1").has("servers")).isTrue();
  }

  @Test
  void statisticsAreTheSumOverEnabledOnes() {
    var all = cloud.admin().get(ALL + "/statistics").body().at("/hypervisor_statistics");
    assertThat(all.at("/count").asInt()).isEqualTo(2);
    assertThat(all.at("/vcpus").asInt()).isEqualTo(128);

    cloud
        .admin()
        .put(
            "/compute/v2.1/os-services/disable",
            "{\"host\": \"host-1\", \"binary\": \"nova-compute\"}");

    var rest = cloud.admin().get(ALL + "/statistics").body().at("/hypervisor_statistics");
    assertThat(rest.at("/count").asInt()).isEqualTo(1);
    assertThat(cloud.admin().at("2.88").get(ALL + "/statistics").status()).isEqualTo(404);
  }

  @Test
  void uptimeIsNotKnown() {
    long id = cloud.admin().get(ALL).body().at("/hypervisors/0/id").asLong();
    assertThat(cloud.admin().get(ALL + "/" + id + "/uptime").status()).isEqualTo(501);
    cloud
        .admin()
        .at("2.11")
        .put(
            "/compute/v2.1/os-services/force-down",
            "{\"host\": \"host-1\", \"binary\": \"nova-compute\", \"forced_down\": true}");
    assertThat(cloud.admin().get(ALL + "/" + id + "/uptime").status()).isEqualTo(400);
  }

  @Test
  void areForAdministrators() {
    assertThat(cloud.alice().get(ALL).status()).isEqualTo(403);
    assertThat(cloud.alice().get(ALL + "/statistics").status()).isEqualTo(403);
    assertThat(cloud.alice().get("/compute/v2.1/os-services").status()).isEqualTo(403);
  }
}
