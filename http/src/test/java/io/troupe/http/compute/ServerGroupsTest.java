package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server groups, before and after 2.64 changed their form. */
class ServerGroupsTest extends CloudTest {
  private static final String GROUPS = "/compute/v2.1/os-server-groups";

  @Test
  void aGroupShowsItsLivingMembers() {
    var alice = cloud.alice();
    String group =
        make(alice, "\"policies\": [\"anti-affinity\"]").body().at("/server_group/id").asText();
    String boot =
        server("a", "").replaceFirst("}$", "")
            + ", \"os:scheduler_hints\": {\"group\": \""
            + group
            + "\"}}";
    String id = alice.post("/compute/v2.1/servers", boot).body().at("/server/id").asText();

    var shown = alice.get(GROUPS + "/" + group).body().get("server_group");
    assertThat(shown.at("/members/0").asText()).isEqualTo(id);
    assertThat(shown.at("/policies/0").asText()).isEqualTo("anti-affinity");
    assertThat(shown.has("project_id")).isFalse();

    alice.delete("/compute/v2.1/servers/" + id);
    cloud.instances.work();
    assertThat(alice.get(GROUPS + "/" + group).body().at("/server_group/members")).isEmpty();
  }

  @Test
  void from264ThereIsOnePolicyWithRules() {
    var alice = cloud.alice().at("2.64");

    var made =
        make(alice, "\"policy\": \"anti-affinity\", \"rules\": {\"max_server_per_host\": 3}");

    assertThat(made.status()).isEqualTo(200);
    assertThat(made.body().at("/server_group/rules/max_server_per_host").asInt()).isEqualTo(3);
    assertThat(made.body().at("/server_group/user_id").asText()).isEqualTo("user-alice");
    assertThat(made.body().at("/server_group").has("policies")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2.1, '\"policies\": [\"soft-affinity\"]', 400",
    "2.15, '\"policies\": [\"soft-affinity\"]', 200",
    "2.1, '\"policies\": []', 400",
    "2.1, '\"policies\": [\"affinity\", \"anti-affinity\"]', 400",
    "2.63, '\"policy\": \"affinity\"', 400",
    "2.64, '\"policies\": [\"affinity\"]', 400",
    "2.64, '\"policy\": \"together\"', 400",
    "2.64, '\"policy\": \"affinity\", \"rules\": {\"max_server_per_host\": 2}', 400",
    "2.64, '\"policy\": \"anti-affinity\", \"rules\": {\"max_server_per_host\": 0}', 400"
  })
  void whatMayBeAsked(String version, String members, int status) {
    assertThat(make(cloud.alice().at(version), members).status()).isEqualTo(status);
  }

  @Test
  void anotherProjectsGroupIsNotThere() {
    String group =
        make(cloud.alice(), "\"policies\": [\"affinity\"]").body().at("/server_group/id").asText();
    var bob = cloud.as("bob", "other");

    assertThat(bob.get(GROUPS + "/" + group).status()).isEqualTo(404);
    assertThat(bob.delete(GROUPS + "/" + group).status()).isEqualTo(404);
    assertThat(bob.get(GROUPS + "?all_projects=1").body().get("server_groups")).isEmpty();
    assertThat(cloud.admin().get(GROUPS + "?all_projects=1").body().get("server_groups"))
        .hasSize(1);
    assertThat(cloud.alice().delete(GROUPS + "/" + group).status()).isEqualTo(204);
    assertThat(cloud.alice().delete(GROUPS + "/" + group).status()).isEqualTo(404);
  }

  @Test
  void tooManyGroupsAre403() {
    for (int i = 0; i < 10; i++) {
      assertThat(make(cloud.alice(), "\"policies\": [\"affinity\"]").status()).isEqualTo(200);
    }

    assertThat(make(cloud.alice(), "\"policies\": [\"affinity\"]").status()).isEqualTo(403);
    assertThat(cloud.alice().get(GROUPS + "?limit=3&offset=8").body().get("server_groups"))
        .hasSize(2);
  }

  private static TestClient.Reply make(TestClient client, String members) {
    return client.post(GROUPS, "{\"server_group\": {\"name\": \"g\", " + members + "}}");
  }
}
