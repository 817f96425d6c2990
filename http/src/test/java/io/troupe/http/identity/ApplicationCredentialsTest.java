package io.troupe.http.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.http.access.Role;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Keys for programs: made, used, and never worth more than their user. */
class ApplicationCredentialsTest extends CloudTest {
  private static final String V3 = "/identity/v3";
  private static final String OF_ALICE = V3 + "/users/user-alice/application_credentials";

  private static String wish(String more) {
    return "{\"application_credential\": {\"name\": \"ci\"%s}}".formatted(more);
  }

  private TestClient.Reply make(String more) {
    var made = cloud.alice().post(OF_ALICE, wish(more));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made;
  }

  private TestClient.Reply login(String credential) {
    return cloud
        .anonymous()
        .post(
            V3 + "/auth/tokens",
            """
            {"auth": {"identity": {"methods": ["application_credential"],
              "application_credential": %s}}}
            """
                .formatted(credential));
  }

  private TestClient.Reply loginById(TestClient.Reply made) {
    return login(
        "{\"id\": \"%s\", \"secret\": \"%s\"}"
            .formatted(
                made.body().at("/application_credential/id").asText(),
                made.body().at("/application_credential/secret").asText()));
  }

  private TestClient with(TestClient.Reply login) {
    assertThat(login.status()).as(login.text()).isEqualTo(201);
    return cloud.anonymous().withToken(login.header("X-Subject-Token"));
  }

  @Test
  void itsTokenWorksInItsProject() {
    var made = make("");
    assertThat(made.body().at("/application_credential/roles/0/name").asText()).isEqualTo("member");
    assertThat(made.body().at("/application_credential/project_id").asText())
        .isEqualTo(TestCloud.DEMO);

    var token = loginById(made);

    assertThat(token.body().at("/token/application_credential/restricted").asBoolean()).isTrue();
    assertThat(token.body().at("/token/methods/0").asText()).isEqualTo("application_credential");
    assertThat(token.body().at("/token/project/id").asText()).isEqualTo(TestCloud.DEMO);
    boot(with(token), "by-a-program");
    var byName =
        login(
            "{\"name\": \"ci\", \"user\": {\"name\": \"alice\", \"domain\": {\"id\": \"default\"}}, \"secret\": \"%s\"}"
                .formatted(made.body().at("/application_credential/secret").asText()));
    assertThat(byName.status()).isEqualTo(201);
    assertThat(login("{\"id\": \"nosuch\", \"secret\": \"x\"}").status()).isEqualTo(401);
    assertThat(
            login(
                    "{\"id\": \"%s\", \"secret\": \"wrong\"}"
                        .formatted(made.body().at("/application_credential/id").asText()))
                .status())
        .isEqualTo(401);
  }

  @Test
  void theSecretIsShownOnceAndKeptHashed() {
    String secret = make("").body().at("/application_credential/secret").asText();

    assertThat(secret).hasSizeGreaterThan(60);
    var kept = cloud.catalog.all(ApplicationCredential.class).getFirst();
    assertThat(kept.secretHash()).startsWith("$argon2id$").doesNotContain(secret);
    assertThat(cloud.alice().get(OF_ALICE).text()).doesNotContain(secret).doesNotContain("argon2");
  }

  @Test
  void aRestrictedOneMakesAndDeletesNoOther() {
    var made = make("");
    var program = with(loginById(made));
    String id = made.body().at("/application_credential/id").asText();

    assertThat(
            program.post(OF_ALICE, "{\"application_credential\": {\"name\": \"more\"}}").status())
        .isEqualTo(403);
    assertThat(program.delete(OF_ALICE + "/" + id).status()).isEqualTo(403);
    assertThat(program.get(OF_ALICE + "/" + id).status()).isEqualTo(200);
    var free = with(loginById(named("free", ", \"unrestricted\": true")));
    assertThat(free.post(OF_ALICE, "{\"application_credential\": {\"name\": \"more\"}}").status())
        .isEqualTo(201);
  }

  private TestClient.Reply named(String name, String more) {
    return cloud
        .alice()
        .post(OF_ALICE, "{\"application_credential\": {\"name\": \"%s\"%s}}".formatted(name, more));
  }

  @Test
  void itsRolesAreTheUsersOrFewer() {
    assertThat(cloud.alice().post(OF_ALICE, wish(", \"roles\": [{\"name\": \"admin\"}]")).status())
        .isEqualTo(400);
    var reader = with(loginById(make(", \"roles\": [{\"name\": \"reader\"}]")));

    assertThat(reader.get("/compute/v2.1/servers").status()).isEqualTo(200);
    assertThat(reader.post("/compute/v2.1/servers", server("x", "")).status()).isEqualTo(403);
    var wider =
        "{\"application_credential\": {\"name\": \"w\", \"roles\": [{\"name\": \"member\"}]}}";
    var free =
        with(
            loginById(
                named("free", ", \"unrestricted\": true, \"roles\": [{\"name\": \"reader\"}]")));
    assertThat(free.post(OF_ALICE, wider).status()).isEqualTo(400);
  }

  @Test
  void itsTokenCannotBecomeAnother() {
    var login = loginById(make(""));

    var again =
        cloud
            .anonymous()
            .post(
                V3 + "/auth/tokens",
                """
                {"auth": {"identity": {"methods": ["token"], "token": {"id": "%s"}}}}
                """
                    .formatted(login.header("X-Subject-Token")));

    assertThat(again.status()).isEqualTo(401);
  }

  @Test
  void itEndsWithWhateverItStandsOn() {
    var made = make("");
    var program = with(loginById(made));
    cloud
        .admin()
        .delete(
            V3
                + "/projects/%s/users/user-alice/roles/%s"
                    .formatted(TestCloud.DEMO, Directory.roleId(Role.MEMBER)));
    assertThat(program.get("/compute/v2.1/servers").status()).isEqualTo(401);
    assertThat(loginById(made).status()).isEqualTo(401);
  }

  @Test
  void deletedItsTokensEndAtOnce() {
    var made = make("");
    var program = with(loginById(made));
    String id = made.body().at("/application_credential/id").asText();

    assertThat(cloud.alice().delete(OF_ALICE + "/" + id).status()).isEqualTo(204);

    assertThat(program.get("/compute/v2.1/servers").status()).isEqualTo(401);
    assertThat(loginById(made).status()).isEqualTo(401);
    assertThat(cloud.alice().get(OF_ALICE + "/" + id).status()).isEqualTo(404);
  }

  @Test
  void itExpires() {
    assertThat(
            cloud
                .alice()
                .post(OF_ALICE, wish(", \"expires_at\": \"2025-01-01T00:00:00Z\""))
                .status())
        .isEqualTo(400);
    var made = make(", \"expires_at\": \"2026-01-02T03:14:05.000000\"");
    var login = loginById(made);
    assertThat(login.body().at("/token/expires_at").asText())
        .isEqualTo("2026-01-02T03:14:05.000000Z");
    var program = with(login);

    cloud.clock.advance(Duration.ofMinutes(11));

    assertThat(program.get("/compute/v2.1/servers").status()).isEqualTo(401);
    assertThat(loginById(made).status()).isEqualTo(401);
  }

  @Test
  void itIsItsUsersOwn() {
    make("");
    assertThat(cloud.alice().post(OF_ALICE, wish("")).status()).as("same name").isEqualTo(409);
    assertThat(cloud.admin().post(OF_ALICE, wish("")).status()).isEqualTo(403);
    assertThat(cloud.as("bob", "other").get(OF_ALICE).status()).isEqualTo(403);
    assertThat(cloud.admin().get(OF_ALICE).body().at("/application_credentials")).hasSize(1);
    assertThat(
            cloud.alice().post(OF_ALICE, wish(", \"access_rules\": [{\"path\": \"/x\"}]")).status())
        .isEqualTo(501);
  }
}
