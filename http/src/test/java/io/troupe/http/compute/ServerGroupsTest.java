package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import org.junit.jupiter.api.Test;

/** Server groups in their two shapes. */
class ServerGroupsTest extends CloudTest {
  private static final String ALL = "/compute/v2.1/os-server-groups";

  private static String group(String members) {
    return "{\"server_group\": {\"name\": \"g\", %s}}".formatted(members);
  }

  @Test
  void theOldShapeHasPolicies() {
    var made = cloud.alice().post(ALL, group("\"policies\": [\"affinity\"]"));

    assertThat(made.status()).isEqualTo(200);
    var shown = made.body().at("/server_group");
    assertThat(shown.at("/policies/0").asText()).isEqualTo("affinity");
    assertThat(shown.at("/metadata").isObject()).isTrue();
    assertThat(shown.has("project_id")).isFalse();
    assertThat(shown.has("policy")).isFalse();
  }

  @Test
  void theNewShapeHasAPolicyAndRules() {
    var client = cloud.alice().at("2.64");
    var made =
        client.post(
            ALL, group("\"policy\": \"anti-affinity\", \"rules\": {\"max_server_per_host\": 3}"));

    assertThat(made.status()).isEqualTo(200);
    var shown = made.body().at("/server_group");
    assertThat(shown.at("/policy").asText()).isEqualTo("anti-affinity");
    assertThat(shown.at("/rules/max_server_per_host").asInt()).isEqualTo(3);
    assertThat(shown.at("/project_id").asText()).isEqualTo(TestCloud.DEMO);
    assertThat(shown.has("policies")).isFalse();
    var ruled = group("\"policy\": \"affinity\", \"rules\": {\"max_server_per_host\": 3}");
    assertThat(client.post(ALL, ruled).status()).isEqualTo(400);
    assertThat(client.post(ALL, group("\"policies\": [\"affinity\"]")).status()).isEqualTo(400);
    assertThat(client.post(ALL, group("\"policy\": \"soft-affinity\"")).status()).isEqualTo(200);
  }

  @Test
  void softPoliciesCameWith15() {
    var soft = group("\"policies\": [\"soft-anti-affinity\"]");
    assertThat(cloud.alice().at("2.14").post(ALL, soft).status()).isEqualTo(400);
    assertThat(cloud.alice().at("2.15").post(ALL, soft).status()).isEqualTo(200);
    assertThat(cloud.alice().post(ALL, group("\"policies\": []")).status()).isEqualTo(400);
    assertThat(
            cloud
                .alice()
                .post(ALL, group("\"policies\": [\"affinity\", \"anti-affinity\"]"))
                .status())
        .isEqualTo(400);
  }

  @Test
  void membersAreLiveServersOnly() {
    String id = make(cloud.alice());
    var booted =
        cloud
            .alice()
            .post(
                "/compute/v2.1/servers",
                "{\"server\": {\"name\": \"a\", \"flavorRef\": \"1\", \"imageRef\": \"%s\"}, \"os:scheduler_hints\": {\"group\": \"%s\"}}"
                    .formatted(TestCloud.IMAGE, id));
    assertThat(booted.status()).as(booted.text()).isEqualTo(202);
    String server = booted.body().at("/server/id").asText();
    cloud.instances.work();

    assertThat(cloud.alice().get(ALL + "/" + id).body().at("/server_group/members/0").asText())
        .isEqualTo(server);
    assertThat(cloud.alice().get(ALL).body().at("/server_groups/0/members/0").asText())
        .isEqualTo(server);

    cloud.alice().delete("/compute/v2.1/servers/" + server);
    cloud.instances.work();
    assertThat(cloud.alice().get(ALL + "/" + id).body().at("/server_group/members")).isEmpty();
  }

  @Test
  void groupsOfOtherProjectsAreNotThere() {
    String id = make(cloud.alice());

    assertThat(cloud.as("bob", "other").get(ALL + "/" + id).status()).isEqualTo(404);
    assertThat(cloud.as("bob", "other").delete(ALL + "/" + id).status()).isEqualTo(404);
    assertThat(cloud.as("bob", "other").get(ALL).body().at("/server_groups")).isEmpty();
    assertThat(cloud.as("bob", "other").get(ALL + "?all_projects=true").status()).isEqualTo(403);
    assertThat(cloud.admin().get(ALL + "?all_projects=true").body().at("/server_groups"))
        .hasSize(1);
    assertThat(cloud.as("rita", "demo").get(ALL + "/" + id).status()).isEqualTo(200);
    assertThat(cloud.as("rita", "demo").delete(ALL + "/" + id).status()).isEqualTo(403);
    assertThat(cloud.alice().delete(ALL + "/" + id).status()).isEqualTo(204);
    assertThat(cloud.alice().get(ALL + "/" + id).status()).isEqualTo(404);
  }

  @Test
  void theirNumberIsLimited() {
    cloud
        .admin()
        .put(
            "/compute/v2.1/os-quota-sets/" + TestCloud.DEMO,
            "{\"quota_set\": {\"server_groups\": 1}}");
    make(cloud.alice());

    var second = cloud.alice().post(ALL, group("\"policies\": [\"affinity\"]"));

    assertThat(second.status()).isEqualTo(403);
    assertThat(second.body().at("/forbidden/message").asText())
        .isEqualTo("Quota exceeded, too many server groups.");
    var limits = cloud.alice().get("/compute/v2.1/limits").body();
    assertThat(limits.at("/limits/absolute/totalServerGroupsUsed").asInt()).isEqualTo(1);
  }

  private static String make(TestClient client) {
    var made = client.post(ALL, group("\"policies\": [\"anti-affinity\"]"));
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    return made.body().at("/server_group/id").asText();
  }
}
