package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locks, resets, and servers that are kept after their deletion. */
class ServerLockTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";

  private TestClient alice;
  private String id;

  @BeforeEach
  void bootOne() {
    alice = cloud.alice().at("2.73");
    id = boot(cloud.alice(), "a");
  }

  private TestClient.Reply act(TestClient client, String body) {
    return client.post(SERVERS + id + "/action", body);
  }

  private JsonNode shown() {
    return alice.get(SERVERS + id).body().get("server");
  }

  @Test
  void aLockStopsTheOwnerButNoAdministratorAndShowsItsReason() {
    assertThat(act(alice, "{\"lock\": {\"locked_reason\": \"in production\"}}").status())
        .isEqualTo(202);

    assertThat(shown().get("locked").asBoolean()).isTrue();
    assertThat(shown().get("locked_reason").asText()).isEqualTo("in production");
    var stop = act(alice, "{\"os-stop\": null}");
    assertThat(stop.status()).isEqualTo(409);
    assertThat(stop.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Instance " + id + " is locked");
    assertThat(alice.delete(SERVERS + id).status()).isEqualTo(409);
    assertThat(alice.put(SERVERS + id + "/metadata", "{\"metadata\": {\"k\": \"v\"}}").status())
        .isEqualTo(409);
    assertThat(alice.put(SERVERS + id, "{\"server\": {\"name\": \"b\"}}").status()).isEqualTo(200);
    assertThat(act(cloud.admin(), "{\"os-stop\": null}").status()).isEqualTo(202);
    assertThat(act(alice, "{\"unlock\": null}").status()).isEqualTo(202);
    assertThat(shown().get("locked").asBoolean()).isFalse();
    assertThat(shown().get("locked_reason").isNull()).isTrue();
  }

  @Test
  void anAdministratorsLockIsNotTheOwnersToTakeAway() {
    act(cloud.admin(), "{\"lock\": null}");

    var unlock = act(alice, "{\"unlock\": null}");

    assertThat(unlock.status()).isEqualTo(403);
    assertThat(unlock.text()).contains("os_compute_api:os-lock-server:unlock:unlock_override");
    assertThat(act(cloud.admin(), "{\"unlock\": null}").status()).isEqualTo(202);
  }

  @Test
  void locksAreFoundInListsAndLeaveTheirTrail() {
    act(alice, "{\"lock\": null}");
    boot(cloud.alice(), "b");

    assertThat(alice.get("/compute/v2.1/servers?locked=true").body().get("servers")).hasSize(1);
    assertThat(alice.get("/compute/v2.1/servers?locked=false").body().get("servers")).hasSize(1);
    assertThat(
            alice
                .get("/compute/v2.1/servers?sort_key=locked&sort_dir=desc")
                .body()
                .at("/servers/0/id")
                .asText())
        .isEqualTo(id);
    assertThat(
            cloud
                .admin()
                .get("/compute/v2.1/servers?all_tenants=1&locked_by=owner")
                .body()
                .get("servers"))
        .hasSize(1);
    var actions = alice.get(SERVERS + id + "/os-instance-actions").body();
    assertThat(actions.at("/instanceActions/0/action").asText()).isEqualTo("lock");
    var request = actions.at("/instanceActions/0/request_id").asText();
    assertThat(
            alice
                .get(SERVERS + id + "/os-instance-actions/" + request)
                .body()
                .at("/instanceAction/events/0/event")
                .asText())
        .isEqualTo("api_lock");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"lock\": {\"locked_reason\": \"\"}}",
        "{\"lock\": {\"locked_reason\": 1}}",
        "{\"lock\": {\"because\": \"x\"}}",
        "{\"lock\": \"now\"}"
      })
  void aReasonThatIsNoneIs400(String body) {
    assertThat(act(alice, body).status()).isEqualTo(400);
    assertThat(shown().get("locked").asBoolean()).isFalse();
  }

  @Test
  void anAdministratorResetsTheState() {
    assertThat(act(alice, "{\"os-resetState\": {\"state\": \"error\"}}").status()).isEqualTo(403);
    assertThat(act(cloud.admin(), "{\"os-resetState\": {\"state\": \"stopped\"}}").status())
        .isEqualTo(400);

    assertThat(act(cloud.admin(), "{\"os-resetState\": {\"state\": \"error\"}}").status())
        .isEqualTo(202);
    cloud.instances.work();
    assertThat(shown().get("status").asText()).isEqualTo("ERROR");
    act(cloud.admin(), "{\"os-resetState\": {\"state\": \"active\"}}");
    cloud.instances.work();
    assertThat(shown().get("status").asText()).isEqualTo("ACTIVE");
    assertThat(act(cloud.admin(), "{\"injectNetworkInfo\": null}").status()).isEqualTo(202);
    assertThat(act(cloud.admin(), "{\"resetNetwork\": null}").status()).isEqualTo(410);
  }

  @Test
  void whileDeletedServersAreKeptTheyCanComeBack() {
    cloud.instances.keepDeletedFor(Duration.ofHours(1));

    assertThat(alice.delete(SERVERS + id).status()).isEqualTo(204);
    assertThat(shown().get("OS-EXT-STS:task_state").asText()).isEqualTo("soft-deleting");
    cloud.instances.work();
    assertThat(shown().get("status").asText()).isEqualTo("SOFT_DELETED");
    assertThat(used()).isZero();
    assertThat(act(alice, "{\"os-start\": null}").status()).isEqualTo(409);
    assertThat(act(alice, "{\"restore\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(shown().get("status").asText()).isEqualTo("ACTIVE");
    assertThat(used()).isEqualTo(1);
    alice.delete(SERVERS + id);
    cloud.instances.work();
    assertThat(act(alice, "{\"forceDelete\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(alice.get(SERVERS + id).status()).isEqualTo(404);
  }

  @Test
  void restoringOverTheQuotaIs403() {
    cloud.instances.keepDeletedFor(Duration.ofHours(1));
    alice.delete(SERVERS + id);
    cloud.instances.work();
    for (int i = 0; i < 10; i++) {
      boot(cloud.alice(), "s" + i);
    }

    var reply = act(alice, "{\"restore\": null}");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText())
        .isEqualTo(
            "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances");
    cloud.instances.work();
    assertThat(shown().get("status").asText()).isEqualTo("SOFT_DELETED");
  }

  @Test
  void forceDeleteWorksWithoutSoftDeleteToo() {
    assertThat(act(alice, "{\"restore\": null}").body().at("/conflictingRequest/message").asText())
        .isEqualTo("Cannot 'restore' instance " + id + " while it is in vm_state active");
    assertThat(act(alice, "{\"forceDelete\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(alice.get(SERVERS + id).status()).isEqualTo(404);
  }

  /** What an administrator of another project does there does not make it that project's. */
  @Test
  void theTrailStaysItsOwnersHoweverMuchOthersDo() {
    for (int i = 0; i < 15; i++) {
      act(cloud.admin(), "{\"lock\": null}");
      act(cloud.admin(), "{\"unlock\": null}");
    }

    assertThat(alice.get(SERVERS + id + "/os-instance-actions").status()).isEqualTo(200);
  }

  @Test
  void actionsBetweenTwoTimesThatAreNotInOrder() {
    var reply =
        cloud
            .alice()
            .at("2.66")
            .get(
                SERVERS
                    + id
                    + "/os-instance-actions?changes-since=2026-02-01T00:00:00Z"
                    + "&changes-before=2026-01-01T00:00:00Z");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("changes-since must be less than or equal");
  }

  private int used() {
    return alice
        .get("/compute/v2.1/limits")
        .body()
        .at("/limits/absolute/totalInstancesUsed")
        .asInt();
  }
}
