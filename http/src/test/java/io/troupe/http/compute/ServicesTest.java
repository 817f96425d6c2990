package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compute services: enabled, disabled, forced down, deleted. */
class ServicesTest extends CloudTest {
  private static final String ALL = "/compute/v2.1/os-services";

  private JsonNode first(String version) {
    return cloud.admin().at(version).get(ALL).body().at("/services/0");
  }

  private TestClient.Reply change(String version, String action, String more) {
    return cloud
        .admin()
        .at(version)
        .put(
            ALL + "/" + action,
            "{\"host\": \"host-1\", \"binary\": \"nova-compute\"%s}".formatted(more));
  }

  @Test
  void list() {
    var service = first("2.1");
    assertThat(service.at("/binary").asText()).isEqualTo("nova-compute");
    assertThat(service.at("/host").asText()).isEqualTo("host-1");
    assertThat(service.at("/zone").asText()).isEqualTo("nova");
    assertThat(service.at("/state").asText()).isEqualTo("up");
    assertThat(service.at("/status").asText()).isEqualTo("enabled");
    assertThat(service.at("/id").isIntegralNumber()).isTrue();
    assertThat(service.has("forced_down")).isFalse();
    assertThat(first("2.53").at("/id").asText()).hasSize(36);
    assertThat(cloud.admin().get(ALL + "?host=host-2").body().at("/services")).hasSize(1);
    assertThat(cloud.admin().get(ALL + "?binary=nova-api").body().at("/services")).isEmpty();
  }

  @Test
  void oldFormsNameTheHost() {
    assertThat(change("2.1", "disable", "").body().at("/service/status").asText())
        .isEqualTo("disabled");
    assertThat(first("2.1").at("/status").asText()).isEqualTo("disabled");
    var logged = change("2.1", "disable-log-reason", ", \"disabled_reason\": \"new disk\"");
    assertThat(logged.body().at("/service/disabled_reason").asText()).isEqualTo("new disk");
    assertThat(first("2.1").at("/disabled_reason").asText()).isEqualTo("new disk");
    assertThat(change("2.1", "enable", "").status()).isEqualTo(200);
    assertThat(first("2.1").at("/disabled_reason").isNull()).isTrue();
    assertThat(change("2.10", "force-down", ", \"forced_down\": true").status()).isEqualTo(404);
    assertThat(change("2.11", "force-down", ", \"forced_down\": true").status()).isEqualTo(200);
    assertThat(first("2.11").at("/state").asText()).isEqualTo("down");
    assertThat(change("2.11", "force-down", ", \"forced_down\": false").status()).isEqualTo(200);
    assertThat(first("2.11").at("/forced_down").asBoolean()).isFalse();
    assertThat(change("2.1", "explode", "").status()).isEqualTo(404);
    assertThat(change("2.1", "disable", ", \"why\": \"x\"").status()).isEqualTo(400);
    assertThat(
            cloud
                .admin()
                .put(ALL + "/disable", "{\"host\": \"x\", \"binary\": \"nova-compute\"}")
                .status())
        .isEqualTo(404);
  }

  @Test
  void newFormsNameTheService() {
    var admin = cloud.admin().at("2.53");
    String path = ALL + "/" + first("2.53").at("/id").asText();

    var changed =
        admin.put(
            path,
            "{\"status\": \"disabled\", \"disabled_reason\": \"why\", \"forced_down\": true}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().at("/service/disabled_reason").asText()).isEqualTo("why");
    assertThat(changed.body().at("/service/state").asText()).isEqualTo("down");
    assertThat(changed.body().at("/service/forced_down").asBoolean()).isTrue();
    assertThat(admin.put(path, "{}").status()).isEqualTo(400);
    assertThat(admin.put(path, "{\"status\": \"enabled\", \"disabled_reason\": \"x\"}").status())
        .isEqualTo(400);
    assertThat(admin.put(path, "{\"status\": \"sleepy\"}").status()).isEqualTo(400);
    assertThat(admin.put(ALL + "/enable", "{\"status\": \"enabled\"}").status()).isEqualTo(400);
    assertThat(admin.put(ALL + "/" + InstanceId.fresh(), "{\"status\": \"enabled\"}").status())
        .isEqualTo(404);
  }

  @Test
  void deletedOnlyWithoutServers() {
    var admin = cloud.admin().at("2.53");
    String path = ALL + "/" + first("2.53").at("/id").asText();
    cloud.hosts.occupy("host-1", List.of(InstanceId.fresh()));
    assertThat(admin.delete(path).status()).isEqualTo(409);

    cloud.hosts.occupy("host-1", List.of());
    assertThat(admin.delete(path).status()).isEqualTo(204);

    assertThat(admin.delete(path).status()).isEqualTo(404);
    assertThat(admin.delete(ALL + "/17").status()).isEqualTo(400);
  }

  /** Although the books of this fleet have nothing on either host. */
  @Test
  void notDeletedWhileAMoveToOrFromItIsUnsettled() {
    cloud.instances.hosts("host-1", "host-2");
    String id = boot(cloud.alice(), "a");
    String action = "/compute/v2.1/servers/" + id + "/action";
    cloud.alice().post(action, "{\"resize\": {\"flavorRef\": \"2\"}}");
    cloud.instances.work();
    var admin = cloud.admin().at("2.53");
    String source = ALL + "/" + admin.get(ALL).body().at("/services/0/id").asText();
    String destination = ALL + "/" + admin.get(ALL).body().at("/services/1/id").asText();

    for (String path : List.of(source, destination)) {
      var refused = admin.delete(path);
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body().at("/conflictingRequest/message").asText())
          .startsWith("Unable to delete compute service that has in-progress migrations.");
    }
    cloud.alice().post(action, "{\"confirmResize\": null}");
    cloud.instances.work();

    assertThat(admin.delete(source).status()).isEqualTo(204);
  }
}
