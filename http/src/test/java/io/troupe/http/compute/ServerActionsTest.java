package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /servers/{id}/action} and the trail it leaves. */
class ServerActionsTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";

  @Test
  void stopAndStart() {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, "{\"os-stop\": null}").status()).isEqualTo(202);
    assertThat(shown(id)).isEqualTo("ACTIVE powering-off");
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("SHUTOFF null");
    assertThat(act(id, "{\"os-start\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("ACTIVE null");
  }

  @ParameterizedTest
  @CsvSource({"SOFT, REBOOT", "Soft, REBOOT", "hard, HARD_REBOOT", "HARD, HARD_REBOOT"})
  void reboot(String type, String status) {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, "{\"reboot\": {\"type\": \"" + type + "\"}}").status()).isEqualTo(202);
    assertThat(shown(id)).startsWith(status + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "pause, pausing, PAUSED, unpause, unpausing, 3",
    "suspend, suspending, SUSPENDED, resume, resuming, 7"
  })
  void heldAndReleased(
      String hold, String holding, String held, String release, String releasing, int power) {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, "{\"" + hold + "\": null}").status()).isEqualTo(202);
    assertThat(shown(id)).isEqualTo("ACTIVE " + holding);
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo(held + " null");
    assertThat(cloud.alice().get(SERVERS + id).body().at("/server/OS-EXT-STS:power_state").asInt())
        .isEqualTo(power);
    assertThat(act(id, "{\"" + hold + "\": null}").body().at("/conflictingRequest/message"))
        .hasToString(
            "\"Cannot '%s' instance %s while it is in vm_state %s\""
                .formatted(hold, id, held.toLowerCase(java.util.Locale.ROOT)));
    assertThat(act(id, "{\"" + release + "\": null}").status()).isEqualTo(202);
    assertThat(shown(id)).isEqualTo(held + " " + releasing);
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("ACTIVE null");
  }

  @Test
  void aCrashDumpFrom217() {
    String id = boot(cloud.alice(), "a");
    String body = "{\"trigger_crash_dump\": null}";

    assertThat(act(id, body).status()).isEqualTo(404);
    var reply = cloud.alice().at("2.17").post(SERVERS + id + "/action", body);
    assertThat(reply.status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("ACTIVE null");
    assertThat(
            cloud
                .alice()
                .get(SERVERS + id + "/os-instance-actions")
                .body()
                .at("/instanceActions/0/action")
                .asText())
        .isEqualTo("trigger_crash_dump");
  }

  @Test
  void inTheWrongStateItIs409InTheWordsClientsMatch() {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, "{\"os-start\": null}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Cannot 'start' instance " + id + " while it is in vm_state active");
  }

  @ParameterizedTest
  @CsvSource({
    "null, 'one\ntwo\nlogin:'",
    "-1, 'one\ntwo\nlogin:'",
    "1, login:",
    "'\"2\"', 'two\nlogin:'"
  })
  void consoleOutput(String length, String output) {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, "{\"os-getConsoleOutput\": {\"length\": " + length + "}}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("output").asText()).isEqualTo(output);
  }

  @Test
  void consoleOutputBeforePlacementIs409() {
    var reply = cloud.alice().post("/compute/v2.1/servers", server("a", ""));
    String id = reply.body().at("/server/id").asText();

    assertThat(act(id, "{\"os-getConsoleOutput\": {}}").status()).isEqualTo(409);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"explode\": null}",
        "{}",
        "{\"os-start\": null, \"os-stop\": null}",
        "{\"reboot\": null}",
        "{\"reboot\": {\"type\": \"WARM\"}}",
        "{\"reboot\": {\"type\": \"SOFT\", \"fast\": true}}",
        "{\"os-getConsoleOutput\": {\"length\": -2}}"
      })
  void whatIsNoActionIs400(String body) {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, body).status()).isEqualTo(400);
  }

  @Test
  void anUnknownActionIsNamed() {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, "{\"explode\": null}").body().at("/badRequest/message").asText())
        .isEqualTo("There is no such action: explode");
  }

  @Test
  void actionsToComeSayThatTheyAreNotBuilt() {
    String id = boot(cloud.alice(), "a");

    assertThat(act(id, "{\"addSecurityGroup\": null}").body().at("/notImplemented/code").asInt())
        .isEqualTo(501);
    assertThat(act(id, "{\"evacuate\": {}}").status()).isEqualTo(403);
    assertThat(act(id, "{\"resetNetwork\": null}").status()).isEqualTo(410);
    assertThat(act(id, "{\"trigger_crash_dump\": null}").status()).isEqualTo(404);
  }

  @Test
  void aReaderMayNotAct() {
    String id = boot(cloud.alice(), "a");

    assertThat(
            cloud.as("rita", "demo").post(SERVERS + id + "/action", "{\"os-stop\": null}").status())
        .isEqualTo(403);
  }

  @Test
  void theTrailIsReadableAndOutlivesTheServerFrom221() {
    var alice = cloud.alice();
    String id = boot(alice, "a");
    String request = alice.delete(SERVERS + id).header("x-openstack-request-id");
    cloud.instances.work();
    String path = SERVERS + id + "/os-instance-actions";

    assertThat(alice.at("2.20").get(path).status()).isEqualTo(404);
    var list = alice.at("2.58").get(path + "?limit=1").body();
    assertThat(list.at("/instanceActions/0/action").asText()).isEqualTo("delete");
    assertThat(list.at("/links/0/rel").asText()).isEqualTo("next");
    var one = alice.at("2.51").get(path + "/" + request).body();
    assertThat(one.at("/instanceAction/events/0/result").asText()).isEqualTo("Success");
    assertThat(one.at("/instanceAction/events/0").has("traceback")).isFalse();
    assertThat(alice.at("2.50").get(path + "/" + request).body().at("/instanceAction"))
        .noneMatch(node -> node.has("events"));
    assertThat(alice.at("2.51").get(path + "/req-nosuch").status()).isEqualTo(404);
    Sample.check(
        "compute/instance-action-show-2.84",
        alice.at("2.84").get(path + "/" + request).body(),
        Map.of(id, "{id}", request, "{request}"));
  }

  private TestClient.Reply act(String id, String body) {
    return cloud.alice().post(SERVERS + id + "/action", body);
  }

  private String shown(String id) {
    var server = cloud.alice().get(SERVERS + id).body().get("server");
    return server.get("status").asText() + " " + server.get("OS-EXT-STS:task_state").asText();
  }
}
