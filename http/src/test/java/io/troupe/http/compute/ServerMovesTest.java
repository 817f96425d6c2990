package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resize, migrate, live migrate, evacuate, and the records they leave. */
class ServerMovesTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";
  private static final String MIGRATIONS = "/compute/v2.1/os-migrations";

  private String id;

  private String booted() {
    cloud.instances.hosts("host-1", "host-2");
    id = boot(cloud.alice(), "a");
    return id;
  }

  private TestClient.Reply act(TestClient who, String body) {
    return who.post(SERVERS + id + "/action", body);
  }

  private String shown() {
    var server = cloud.alice().get(SERVERS + id).body().get("server");
    return server.get("status").asText() + " " + server.get("OS-EXT-STS:task_state").asText();
  }

  private String host() {
    return cloud.admin().get(SERVERS + id).body().at("/server/OS-EXT-SRV-ATTR:host").asText();
  }

  @Test
  void resizeAndConfirm() {
    booted();

    assertThat(act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}").status()).isEqualTo(202);
    assertThat(shown()).isEqualTo("RESIZE resize_prep");
    cloud.instances.work();
    assertThat(shown()).isEqualTo("VERIFY_RESIZE null");
    assertThat(host()).isEqualTo("host-2");
    var confirmed = act(cloud.alice(), "{\"confirmResize\": null}");
    assertThat(confirmed.status()).isEqualTo(204);
    assertThat(shown()).isEqualTo("VERIFY_RESIZE resize_confirming");
    cloud.instances.work();
    assertThat(shown()).isEqualTo("ACTIVE null");
    assertThat(cloud.alice().get(SERVERS + id).body().at("/server/flavor/id").asText())
        .isEqualTo("2");
  }

  /** The guest's remains there could not be taken away. */
  @Test
  void confirmNeedsTheSourcesHost() {
    booted();
    act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}");
    cloud.instances.work();
    forceDown(true);

    var refused = act(cloud.alice(), "{\"confirmResize\": null}");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().at("/conflictingRequest/message").asText())
        .startsWith("Service is unavailable at this time");
    assertThat(shown()).isEqualTo("VERIFY_RESIZE null");
    forceDown(false);
    assertThat(act(cloud.alice(), "{\"confirmResize\": null}").status()).isEqualTo(204);
  }

  private void forceDown(boolean down) {
    var body =
        "{\"host\": \"host-1\", \"binary\": \"nova-compute\", \"forced_down\": %s}".formatted(down);
    cloud.admin().at("2.11").put("/compute/v2.1/os-services/force-down", body);
  }

  @Test
  void resizeAndRevert() {
    booted();
    act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}");
    cloud.instances.work();

    assertThat(act(cloud.alice(), "{\"revertResize\": null}").status()).isEqualTo(202);
    assertThat(shown()).isEqualTo("REVERT_RESIZE resize_reverting");
    cloud.instances.work();

    assertThat(shown()).isEqualTo("ACTIVE null");
    assertThat(host()).isEqualTo("host-1");
    assertThat(cloud.alice().get(SERVERS + id).body().at("/server/flavor/id").asText())
        .isEqualTo("1");
  }

  @Test
  void onAFleetOfOneHostAResizeIsRefusedWithTheReason() {
    booted();
    cloud.instances.hosts("host-1");

    var reply = act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText())
        .isEqualTo("No valid host was found. RetryFilter removed 1 hosts");
    cloud.instances.work();
    assertThat(shown()).isEqualTo("ACTIVE null");
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"flavorRef\": \"1\"}', instances must change flavor",
    "'{\"flavorRef\": \"nope\"}', Flavor nope could not be found",
    "'{}', flavorRef",
    "'{\"flavorRef\": \"2\", \"OS-DCF:diskConfig\": \"SOMETIMES\"}', OS-DCF:diskConfig",
    "'{\"flavorRef\": \"2\", \"host\": \"h\"}', host",
    "'[]', resize"
  })
  void badResizesNameTheField(String argument, String words) {
    booted();

    var reply = act(cloud.alice(), "{\"resize\": " + argument + "}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(words);
  }

  @Test
  void theDiskDoesNotShrink() {
    booted();
    act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}");
    cloud.instances.work();
    act(cloud.alice(), "{\"confirmResize\": null}");
    cloud.instances.work();

    assertThat(act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"1\"}}").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"confirmResize", "revertResize"})
  void whatWasNotResizedIs409(String action) {
    booted();

    var reply = act(cloud.alice(), "{\"" + action + "\": null}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Cannot '%s' instance %s while it is in vm_state active".formatted(action, id));
  }

  @Test
  void migrateIsForAdministratorsAndEndsInVerifyResize() {
    booted();

    assertThat(act(cloud.alice(), "{\"migrate\": null}").status()).isEqualTo(403);
    assertThat(act(cloud.admin(), "{\"migrate\": null}").status()).isEqualTo(202);
    cloud.instances.work();

    assertThat(shown()).isEqualTo("VERIFY_RESIZE null");
    assertThat(host()).isEqualTo("host-2");
  }

  @Test
  void liveMigrateWithItsMicroversions() {
    booted();
    var auto = "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}";

    assertThat(act(cloud.admin(), auto).status()).isEqualTo(400);
    assertThat(act(cloud.admin().at("2.24"), auto).status()).isEqualTo(400);
    var unforced =
        "{\"os-migrateLive\": {\"host\": null, \"block_migration\": true, \"force\": true}}";
    assertThat(act(cloud.admin().at("2.29"), unforced).status()).isEqualTo(400);
    assertThat(act(cloud.admin().at("2.30"), unforced).status()).isEqualTo(400);
    assertThat(act(cloud.alice().at("2.30"), auto).status()).isEqualTo(403);
    assertThat(act(cloud.admin().at("2.30"), auto).status()).isEqualTo(202);
    assertThat(shown()).isEqualTo("MIGRATING migrating");
    cloud.instances.work();
    assertThat(shown()).isEqualTo("ACTIVE null");
    assertThat(host()).isEqualTo("host-2");
  }

  private String migrating() {
    booted();
    act(
        cloud.admin().at("2.30"),
        "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}");
    for (int step = 0; step < 3; step++) { // claim, offer, prepare
      cloud.instances.step();
    }
    var list = cloud.admin().at("2.80").get(SERVERS + id + "/migrations").body();
    return list.at("/migrations/0/id").asText();
  }

  @Test
  void howFarALiveMigrationIs() {
    var number = migrating();

    var one = cloud.admin().at("2.80").get(SERVERS + id + "/migrations/" + number);

    assertThat(one.status()).isEqualTo(200);
    var json = one.body().get("migration");
    assertThat(json.get("status").asText()).isEqualTo("running");
    assertThat(json.get("memory_processed_bytes").asLong()).isEqualTo(600);
    assertThat(json.get("disk_remaining_bytes").asLong()).isZero();
    assertThat(json.get("server_uuid").asText()).isEqualTo(id);
    assertThat(json.get("source_compute").asText()).isEqualTo("host-1");
    assertThat(json.get("dest_compute").asText()).isEqualTo("host-2");
    assertThat(json.has("uuid")).isTrue();
    assertThat(json.has("user_id")).isTrue();
    assertThat(cloud.admin().at("2.23").get(SERVERS + id + "/migrations/" + number).body())
        .hasToString(
            cloud.admin().at("2.58").get(SERVERS + id + "/migrations/" + number).body().toString());
    assertThat(cloud.admin().at("2.22").get(SERVERS + id + "/migrations").status()).isEqualTo(404);
    assertThat(cloud.admin().at("2.23").get(SERVERS + id + "/migrations/7").status())
        .isEqualTo(404);
    cloud.instances.work();
    assertThat(cloud.admin().at("2.23").get(SERVERS + id + "/migrations/" + number).status())
        .as("over")
        .isEqualTo(404);
  }

  @Test
  void abortALiveMigration() {
    var number = migrating();
    var path = SERVERS + id + "/migrations/" + number;
    assertThat(cloud.admin().at("2.23").delete(path).status()).isEqualTo(404);

    assertThat(cloud.admin().at("2.24").delete(path).status()).isEqualTo(202);
    cloud.instances.work();

    assertThat(shown()).isEqualTo("ACTIVE null");
    assertThat(host()).isEqualTo("host-1");
    assertThat(cloud.admin().get(MIGRATIONS).body().at("/migrations/0/status").asText())
        .isEqualTo("cancelled");
    assertThat(cloud.admin().at("2.24").delete(path).status()).isEqualTo(409);
  }

  @Test
  void forceALiveMigrationToComplete() {
    var number = migrating();
    var path = SERVERS + id + "/migrations/" + number + "/action";
    var body = "{\"force_complete\": null}";
    assertThat(cloud.admin().at("2.21").post(path, body).status()).isEqualTo(404);
    assertThat(cloud.admin().at("2.22").post(path, "{}").status()).isEqualTo(400);

    assertThat(cloud.admin().at("2.22").post(path, body).status()).isEqualTo(202);
    cloud.instances.work();

    assertThat(host()).isEqualTo("host-2");
    var actions = cloud.alice().get(SERVERS + id + "/os-instance-actions").body();
    assertThat(actions.findValuesAsText("action")).contains("live_migration_force_complete");
  }

  @Test
  void evacuateNeedsADeadHost() {
    booted();

    assertThat(act(cloud.alice(), "{\"evacuate\": {}}").status()).isEqualTo(403);
    var old = act(cloud.admin(), "{\"evacuate\": {}}");
    assertThat(old.status()).as("onSharedStorage is required until 2.13").isEqualTo(400);
    assertThat(act(cloud.admin().at("2.14"), "{\"evacuate\": {\"host\": \"nowhere\"}}").status())
        .isEqualTo(400);
    var up = act(cloud.admin().at("2.95"), "{\"evacuate\": {}}");
    assertThat(up.status()).isEqualTo(409);
    assertThat(up.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Compute service of host-1 is still in use.");
    var fence =
        cloud
            .admin()
            .at("2.11")
            .put(
                "/compute/v2.1/os-services/force-down",
                "{\"host\": \"host-1\", \"binary\": \"nova-compute\", \"forced_down\": true}");
    assertThat(fence.status()).isEqualTo(200);
    var reply = act(cloud.admin().at("2.95"), "{\"evacuate\": {}}");
    assertThat(reply.status()).isEqualTo(200);
    cloud.instances.work();
    assertThat(host()).isEqualTo("host-2");
    assertThat(shown()).as("from 2.95 it stays off").isEqualTo("SHUTOFF null");
  }

  @Test
  void theRecordsOfAllMoves() {
    booted();
    act(cloud.alice(), "{\"resize\": {\"flavorRef\": \"2\"}}");
    cloud.instances.work();
    act(cloud.alice(), "{\"confirmResize\": null}");
    cloud.instances.work();
    cloud.clock.advance(Duration.ofSeconds(1)); // the newest comes first
    act(cloud.admin(), "{\"migrate\": null}");
    cloud.instances.work();

    assertThat(cloud.alice().get(MIGRATIONS).status()).isEqualTo(403);
    var old = cloud.admin().get(MIGRATIONS).body().get("migrations");
    assertThat(old).hasSize(2);
    assertThat(old.get(0).has("migration_type")).isFalse();
    assertThat(old.get(0).has("uuid")).isFalse();
    var latest = cloud.admin().at("2.80").get(MIGRATIONS).body().get("migrations");
    assertThat(latest.get(0).get("migration_type").asText()).isEqualTo("migration");
    assertThat(latest.get(0).get("status").asText()).isEqualTo("finished");
    assertThat(latest.get(1).get("status").asText()).isEqualTo("confirmed");
    assertThat(latest.get(1).get("old_instance_type_id").asInt()).isEqualTo(1);
    assertThat(latest.get(1).get("new_instance_type_id").asInt()).isEqualTo(2);
    assertThat(latest.get(1).get("instance_uuid").asText()).isEqualTo(id);
    assertThat(latest.get(1).get("project_id").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2.1, status=finished, 1",
    "2.1, status=confirmed, 0",
    "2.23, migration_type=migration, 1",
    "2.23, migration_type=resize, 0",
    "2.1, host=host-2, 1",
    "2.1, host=host-3, 0",
    "2.1, source_compute=host-1, 1",
    "2.1, source_compute=host-2, 0",
    "2.59, changes-since=2000-01-01T00:00:00, 1",
    "2.59, changes-since=2100-01-01T00:00:00, 0",
    "2.66, changes-before=2000-01-01T00:00:00, 0",
    "2.80, project_id=none, 0"
  })
  void filters(String version, String query, int found) {
    booted();
    act(cloud.admin(), "{\"migrate\": null}");
    cloud.instances.work();

    var reply = cloud.admin().at(version).get(MIGRATIONS + "?" + query);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("migrations")).hasSize(found);
  }

  @ParameterizedTest
  @CsvSource({
    "2.59, changes-before=2000-01-01T00:00:00",
    "2.66, user_id=x",
    "2.59, limit=-1",
    "2.59, marker=nothing",
    "2.59, changes-since=yesterday",
    "2.59, colour=blue"
  })
  void badQueriesAre400(String version, String query) {
    booted();

    assertThat(cloud.admin().at(version).get(MIGRATIONS + "?" + query).status()).isEqualTo(400);
  }

  @Test
  void pages() {
    booted();
    for (int times = 0; times < 3; times++) {
      act(cloud.admin(), "{\"migrate\": null}");
      cloud.instances.work();
      act(cloud.alice(), "{\"confirmResize\": null}");
      cloud.instances.work();
    }

    var first = cloud.admin().at("2.59").get(MIGRATIONS + "?limit=2").body();
    assertThat(first.get("migrations")).hasSize(2);
    var marker = first.at("/migrations/1/uuid").asText();
    assertThat(first.at("/migrations_links/0/href").asText()).contains("marker=" + marker);
    var rest = cloud.admin().at("2.59").get(MIGRATIONS + "?limit=2&marker=" + marker).body();
    assertThat(rest.get("migrations")).hasSize(1);
    assertThat(rest.has("migrations_links")).isFalse();
  }
}
