package io.troupe.http.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Identity v3 as the openstack client uses it. */
class IdentityTest extends CloudTest {
  private static final String TOKENS = "/identity/v3/auth/tokens";

  @Test
  void versionsNeedNoToken() {
    assertThat(cloud.anonymous().get("/identity").status()).isEqualTo(300);
    var v3 = cloud.anonymous().get("/identity/v3");
    assertThat(v3.body().at("/version/id").asText()).isEqualTo("v3.14");
    assertThat(v3.body().at("/version/links/0/href").asText())
        .isEqualTo(cloud.base() + "/identity/v3/");
  }

  @Test
  void aTokenLooksLikeTheSample() {
    var reply = cloud.anonymous().post(TOKENS, password("alice", "secret", scope("demo")));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("Vary")).isEqualTo("X-Auth-Token");
    var changing = new HashMap<String, String>();
    changing.put(cloud.base(), "http://cloud.example");
    changing.put(reply.body().at("/token/audit_ids/0").asText(), "{audit id}");
    Sample.check("identity/token", reply.body(), changing);
  }

  @Test
  void withoutAScopeItIsTheDefaultProjectAndUnscopedOnRequest() {
    var anonymous = cloud.anonymous();

    var chosen = anonymous.post(TOKENS, password("alice", "secret", ""));
    var unscoped =
        anonymous.post(TOKENS, password("alice", "secret", ", \"scope\": {\"unscoped\": {}}"));

    assertThat(chosen.body().at("/token/project/name").asText()).isEqualTo("demo");
    assertThat(unscoped.body().at("/token").has("project")).isFalse();
    assertThat(unscoped.body().at("/token").has("catalog")).isFalse();
    var client = anonymous.withToken(unscoped.header("X-Subject-Token"));
    assertThat(client.get("/identity/v3/auth/projects").body().at("/projects/0/name").asText())
        .isEqualTo("demo");
    assertThat(client.get("/compute/v2.1/servers").status()).isEqualTo(403);
  }

  @Test
  void aUserAndProjectMayBeNamedById() {
    var reply =
        cloud
            .anonymous()
            .post(
                TOKENS,
                """
                {"auth": {"identity": {"methods": ["password"], "password": {"user": {
                  "id": "user-alice", "password": "secret"}}},
                  "scope": {"project": {"id": "%s"}}}}
                """
                    .formatted(TestCloud.DEMO));

    assertThat(reply.status()).isEqualTo(201);
  }

  @Test
  void whateverIsWrongTheAnswerIsTheSame401() {
    var anonymous = cloud.anonymous();
    String otherDomain = password("alice", "secret", "").replace("default", "elsewhere");

    for (String body :
        new String[] {
          password("alice", "wrong", scope("demo")),
          password("nobody", "secret", scope("demo")),
          password("gone", "secret", scope("demo")),
          password("alice", "secret", scope("other")),
          password("alice", "secret", scope("nosuch")),
          password("alice", "secret", ", \"scope\": {\"domain\": {\"id\": \"default\"}}"),
          otherDomain
        }) {
      var reply = anonymous.post(TOKENS, body);
      assertThat(reply.status()).as(body).isEqualTo(401);
      assertThat(reply.body().at("/error/message").asText())
          .isEqualTo("The request you have made requires authentication.");
      assertThat(reply.header("X-Subject-Token")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"auth\": {}}",
        "{\"auth\": {\"identity\": {\"methods\": []}}}",
        "{\"auth\": {\"identity\": {\"methods\": [\"password\"]}}}",
        "{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": {\"user\": {}}}}}",
        "{\"auth\": {\"identity\": {\"methods\": [\"token\"], \"token\": {\"id\": 5}}}}"
      })
  void aBadRequestIs400InKeystonesForm(String body) {
    var reply = cloud.anonymous().post(TOKENS, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/error/title").asText()).isEqualTo("Bad Request");
  }

  @Test
  void aTokenBuysAnotherThatLivesNoLonger() {
    var alice = cloud.alice();
    cloud.clock.advance(Duration.ofMinutes(30));

    var reply =
        alice.post(
            TOKENS,
            "{\"auth\": {\"identity\": {\"methods\": [\"token\"], \"token\": {\"id\": \"%s\"}}%s}}"
                .formatted(alice.token().orElseThrow(), scope("demo")));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body().at("/token/expires_at").asText())
        .isEqualTo("2026-01-02T04:04:05.000000Z");
    assertThat(reply.body().at("/token/methods").toString()).isEqualTo("[\"password\",\"token\"]");
    assertThat(reply.body().at("/token/audit_ids")).hasSize(2);
  }

  @Test
  void validateAndRevoke() {
    var alice = cloud.alice();
    String token = alice.token().orElseThrow();
    var admin = cloud.admin();

    var shown = about(admin, token, "GET");
    assertThat(shown.status()).isEqualTo(200);
    assertThat(shown.body().at("/token/user/name").asText()).isEqualTo("alice");
    assertThat(about(alice, token, "HEAD").status()).isEqualTo(200);
    assertThat(about(cloud.as("bob", "other"), token, "GET").status()).isEqualTo(403);
    assertThat(about(admin, "nonsense", "GET").status()).isEqualTo(404);
    assertThat(about(alice, token, "DELETE").status()).isEqualTo(204);
    assertThat(alice.get("/compute/v2.1/servers").status()).isEqualTo(401);
    assertThat(about(admin, token, "GET").status()).isEqualTo(404);
  }

  @Test
  void theDirectoryIsForAdministratorsAndOnesOwnForOneself() {
    var admin = cloud.admin();
    var alice = cloud.alice();

    assertThat(admin.get("/identity/v3/users").body().get("users")).hasSize(5);
    assertThat(admin.get("/identity/v3/users?name=bob").body().at("/users/0/id").asText())
        .isEqualTo("user-bob");
    assertThat(admin.get("/identity/v3/users").text()).doesNotContain("argon2");
    assertThat(admin.get("/identity/v3/projects?name=demo").body().get("projects")).hasSize(1);
    assertThat(admin.get("/identity/v3/roles").body().get("roles")).hasSize(5);
    var assignments = admin.get("/identity/v3/role_assignments?include_names=True").body();
    assertThat(assignments.at("/role_assignments/0/user/name").asText()).isEqualTo("alice");
    assertThat(assignments.at("/role_assignments/0/scope/project/name").asText()).isEqualTo("demo");
    for (String path : new String[] {"users", "projects", "roles", "role_assignments"}) {
      assertThat(alice.get("/identity/v3/" + path).status()).isEqualTo(403);
    }
    assertThat(alice.get("/identity/v3/users/user-alice").status()).isEqualTo(200);
    assertThat(alice.get("/identity/v3/users/user-bob").status()).isEqualTo(403);
    assertThat(alice.get("/identity/v3/users/user-alice/projects").body().get("projects"))
        .hasSize(1);
    assertThat(alice.get("/identity/v3/projects/" + TestCloud.DEMO).status()).isEqualTo(200);
    assertThat(alice.get("/identity/v3/projects/" + TestCloud.OTHER).status()).isEqualTo(403);
  }

  private static TestClient.Reply about(TestClient client, String token, String method) {
    return client.send(
        client
            .request(TOKENS)
            .header("X-Subject-Token", token)
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private static String password(String user, String password, String scope) {
    return """
    {"auth": {"identity": {"methods": ["password"], "password": {"user": {
      "name": "%s", "domain": {"id": "default"}, "password": "%s"}}}%s}}
    """
        .formatted(user, password, scope);
  }

  private static String scope(String project) {
    return ", \"scope\": {\"project\": {\"name\": \"%s\", \"domain\": {\"id\": \"default\"}}}"
        .formatted(project);
  }
}
