package io.troupe.http.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.access.Role;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Users, projects and roles as an administrator changes them, and what that does to tokens. */
class PeopleTest extends CloudTest {
  private static final String V3 = "/identity/v3";

  private String user(String name, String more) {
    var made =
        cloud.admin().post(V3 + "/users", "{\"user\": {\"name\": \"%s\"%s}}".formatted(name, more));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.body().at("/user/id").asText();
  }

  private String project(String name) {
    var made =
        cloud.admin().post(V3 + "/projects", "{\"project\": {\"name\": \"%s\"}}".formatted(name));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.body().at("/project/id").asText();
  }

  private static String grant(String project, String user, Role role) {
    return V3 + "/projects/%s/users/%s/roles/%s".formatted(project, user, Directory.roleId(role));
  }

  private int works(TestClient client) {
    return client.get("/compute/v2.1/servers").status();
  }

  @Test
  void aNewUserWorksInANewProject() {
    String ops = project("ops");
    String dora = user("dora", ", \"password\": \"pw\", \"email\": \"d@example\"");
    var path = grant(ops, dora, Role.MEMBER);

    assertThat(cloud.admin().head(path).status()).isEqualTo(404);
    assertThat(cloud.admin().put(path, "").status()).isEqualTo(204);
    assertThat(cloud.admin().put(path, "").status()).as("again").isEqualTo(204);

    assertThat(cloud.admin().head(path).status()).isEqualTo(204);
    assertThat(works(cloud.anonymous().login("dora", "pw", "ops"))).isEqualTo(200);
    assertThat(cloud.admin().get(V3 + "/users/" + dora).body().at("/user/email").asText())
        .isEqualTo("d@example");
    var roles = cloud.admin().get(V3 + "/projects/" + ops + "/users/" + dora + "/roles").body();
    assertThat(roles.at("/roles")).hasSize(1);
    var effective =
        cloud.admin().get(V3 + "/role_assignments?effective&include_names&user.id=" + dora).body();
    assertThat(effective.at("/role_assignments")).hasSize(2);
  }

  @Test
  void namesAreUniqueAndInputIsChecked() {
    var admin = cloud.admin();
    user("dora", "");
    assertThat(admin.post(V3 + "/users", "{\"user\": {\"name\": \"dora\"}}").status())
        .isEqualTo(409);
    assertThat(admin.post(V3 + "/users", "{\"user\": {}}").status()).isEqualTo(400);
    assertThat(
            admin
                .post(V3 + "/users", "{\"user\": {\"name\": \"x\", \"default_project_id\": \"y\"}}")
                .status())
        .isEqualTo(400);
    assertThat(
            admin
                .post(V3 + "/users", "{\"user\": {\"name\": \"x\", \"domain_id\": \"y\"}}")
                .status())
        .isEqualTo(400);
    assertThat(admin.post(V3 + "/projects", "{\"project\": {\"name\": \"demo\"}}").status())
        .isEqualTo(409);
    assertThat(admin.patch(V3 + "/projects/nosuch", "{\"project\": {}}").status()).isEqualTo(404);
    assertThat(admin.delete(V3 + "/users/nosuch").status()).isEqualTo(404);
    assertThat(admin.put(grant(TestCloud.DEMO, "nosuch", Role.ADMIN), "").status()).isEqualTo(404);
    assertThat(admin.post(V3 + "/roles", "{\"role\": {\"name\": \"x\"}}").status()).isEqualTo(403);
    var leak = admin.post(V3 + "/users", "{\"user\": {\"name\": \"x\", \"password\": [\"hush\"]}}");
    assertThat(leak.status()).isEqualTo(400);
    assertThat(leak.text()).doesNotContain("hush");
    assertThat(cloud.alice().post(V3 + "/users", "{\"user\": {\"name\": \"x\"}}").status())
        .isEqualTo(403);
  }

  @Test
  void aDisabledUsersTokensEndForGood() {
    var alice = cloud.alice();
    String path = V3 + "/users/user-alice";

    cloud.admin().patch(path, "{\"user\": {\"enabled\": false}}");
    assertThat(works(alice)).isEqualTo(401);
    cloud.admin().patch(path, "{\"user\": {\"enabled\": true}}");
    assertThat(works(alice)).as("enabled again").isEqualTo(401);

    assertThat(works(cloud.alice())).isEqualTo(200);
  }

  @Test
  void aDisabledProjectsTokensEndForGood() {
    var alice = cloud.alice();
    var bob = cloud.as("bob", "other");
    String path = V3 + "/projects/" + TestCloud.DEMO;

    cloud.admin().patch(path, "{\"project\": {\"enabled\": false}}");
    assertThat(works(alice)).isEqualTo(401);
    cloud.admin().patch(path, "{\"project\": {\"enabled\": true, \"description\": \"d\"}}");
    assertThat(works(alice)).as("enabled again").isEqualTo(401);

    assertThat(works(cloud.alice())).isEqualTo(200);
    assertThat(works(bob)).as("another project's").isEqualTo(200);
  }

  @Test
  void aPasswordChangedByItsUserEndsTheirTokens() {
    var alice = cloud.alice();
    String path = V3 + "/users/user-alice/password";

    assertThat(alice.post(path, change("wrong", "new")).status()).isEqualTo(401);
    assertThat(cloud.as("bob", "other").post(path, change("secret", "new")).status())
        .isEqualTo(403);
    assertThat(works(alice)).isEqualTo(200);
    assertThat(alice.post(path, change("secret", "new")).status()).isEqualTo(204);

    assertThat(works(alice)).isEqualTo(401);
    assertThat(works(cloud.anonymous().login("alice", "new", "demo"))).isEqualTo(200);
  }

  private static String change(String original, String password) {
    return "{\"user\": {\"original_password\": \"%s\", \"password\": \"%s\"}}"
        .formatted(original, password);
  }

  @Test
  void aPasswordChangedByAnAdministratorEndsTheUsersTokens() {
    var alice = cloud.alice();

    cloud.admin().patch(V3 + "/users/user-alice", "{\"user\": {\"password\": \"new\"}}");

    assertThat(works(alice)).isEqualTo(401);
    assertThat(works(cloud.anonymous().login("alice", "new", "demo"))).isEqualTo(200);
  }

  @Test
  void aRemovedRoleEndsTokensEvenIfAnotherIsLeft() {
    cloud.admin().put(grant(TestCloud.DEMO, "user-alice", Role.READER), "");
    var alice = cloud.alice();
    var path = grant(TestCloud.DEMO, "user-alice", Role.MEMBER);

    assertThat(cloud.admin().delete(path).status()).isEqualTo(204);

    assertThat(works(alice)).isEqualTo(401);
    assertThat(cloud.admin().delete(path).status()).isEqualTo(404);
    var reader = cloud.alice();
    assertThat(works(reader)).isEqualTo(200);
    assertThat(reader.post("/compute/v2.1/servers", server("x", "")).status()).isEqualTo(403);
  }

  @Test
  void rolesHoldOneAnother() {
    String path = "/compute/v2.1/os-server-groups";
    String body = "{\"server_group\": {\"name\": \"g\", \"policies\": [\"affinity\"]}}";
    Map<Role, Integer> expected =
        Map.of(Role.READER, 403, Role.MEMBER, 200, Role.MANAGER, 200, Role.ADMIN, 200);
    expected.forEach(
        (role, status) -> {
          String id = user(role.word() + "-1", ", \"password\": \"pw\"");
          cloud.admin().put(grant(TestCloud.OTHER, id, role), "");
          var client = cloud.anonymous().login(role.word() + "-1", "pw", "other");
          assertThat(client.post(path, body).status()).as(role.word()).isEqualTo(status);
          assertThat(client.get(path).status()).as(role.word()).isEqualTo(200);
        });
    var rules = cloud.admin().get(V3 + "/role_inferences").body().at("/role_inferences");
    assertThat(rules).hasSize(3);
    assertThat(rules.at("/2/prior_role/name").asText()).isEqualTo("admin");
    assertThat(rules.at("/2/implies/0/name").asText()).isEqualTo("manager");
  }

  @Test
  void deletedUsersAndProjectsLeaveNothing() {
    String ops = project("ops");
    String dora = user("dora", ", \"password\": \"pw\"");
    cloud.admin().put(grant(ops, dora, Role.MEMBER), "");
    var token = cloud.anonymous().login("dora", "pw", "ops");
    token.post(
        V3 + "/users/" + dora + "/application_credentials",
        "{\"application_credential\": {\"name\": \"c\"}}");

    assertThat(cloud.admin().delete(V3 + "/projects/" + ops).status()).isEqualTo(204);

    assertThat(works(token)).isEqualTo(401);
    assertThat(
            cloud
                .admin()
                .get(V3 + "/role_assignments?user.id=" + dora)
                .body()
                .at("/role_assignments"))
        .isEmpty();
    assertThat(cloud.catalog.all(io.troupe.actors.catalog.ApplicationCredential.class)).isEmpty();
    assertThat(cloud.admin().delete(V3 + "/users/" + dora).status()).isEqualTo(204);
    assertThat(cloud.admin().get(V3 + "/users/" + dora).status()).isEqualTo(404);
    boot(cloud.alice(), "a");
    assertThat(cloud.admin().delete(V3 + "/projects/" + TestCloud.DEMO).status()).isEqualTo(409);
  }
}
