package io.troupe.http.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.instance.VmState;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.TestClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A hypervisor that can do little more than run guests: what it cannot do is refused at once, 501
 * or 400 as the API's table of actions says, and leaves the server as it was.
 */
class UnsupportedCallsTest {
  private static WholeCloud cloud;
  private static TestClient admin;
  private static InstanceId running;

  @BeforeAll
  static void start() throws IOException {
    cloud =
        WholeCloud.start(
            "",
            "fake://?hosts=2&lacks=Pause,Unpause,Suspend,Resume,TriggerCrashDump,SetPassword,Snapshot,"
                + "Rescue,Unrescue,Resize,SendMove,LiveMigrate,AttachNic,DetachNic,AttachVolume,"
                + "DetachVolume,SwapVolume,ReadConsole,Diagnostics");
    admin = cloud.admin("2.90");
    running = boot();
  }

  @AfterAll
  static void stop() throws IOException {
    cloud.close();
  }

  private static InstanceId boot() {
    var reply =
        admin.post(
            "/compute/v2.1/servers",
            """
            {"server": {"name": "a", "flavorRef": "small", "imageRef": "%s",
              "networks": [{"uuid": "%s"}]}}
            """
                .formatted(WholeCloud.IMAGE, WholeCloud.NETWORK));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    var id = InstanceId.parse(reply.body().at("/server/id").asText()).orElseThrow();
    WholeCloud.until(() -> cloud.view(id).vmState() == VmState.ACTIVE);
    return id;
  }

  private static TestClient.Reply act(InstanceId id, String body) {
    return admin.post(WholeCloud.SERVERS + id + "/action", body);
  }

  /** A server like the one that runs, that came into this state with another driver. */
  private static InstanceId in(String vmState) {
    return cloud.put(
        cloud.like(
            cloud.stateOf(running),
            tree -> tree.set("vmState", cloud.written(VmState.valueOf(vmState)))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ACTIVE    | 501 | Pause            | {\"pause\": null}",
        "PAUSED    | 501 | Unpause          | {\"unpause\": null}",
        "ACTIVE    | 501 | Suspend          | {\"suspend\": null}",
        "SUSPENDED | 501 | Resume           | {\"resume\": null}",
        "ACTIVE    | 501 | SetPassword      | {\"changePassword\": {\"adminPass\": \"pw\"}}",
        "ACTIVE    | 501 | Rescue           | {\"rescue\": null}",
        "RESCUED   | 501 | Unrescue         | {\"unrescue\": null}",
        "ACTIVE    | 501 | Resize           | {\"resize\": {\"flavorRef\": \"large\"}}",
        "STOPPED   | 501 | SendMove         | {\"migrate\": null}",
        "ACTIVE    | 501 | Snapshot         | {\"createImage\": {\"name\": \"i\"}}",
        "STOPPED   | 501 | Snapshot         | {\"createBackup\": {\"name\": \"i\", \"backup_type\": \"d\", \"rotation\": 1}}",
        "ACTIVE    | 501 | Snapshot         | {\"shelve\": null}",
        "ACTIVE    | 400 | LiveMigrate      | {\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}",
        "PAUSED    | 400 | TriggerCrashDump | {\"trigger_crash_dump\": null}",
        "ACTIVE    | 501 | ReadConsole      | {\"os-getConsoleOutput\": {}}"
      })
  void actions(String vmState, int status, String call, String body) {
    var id = in(vmState);
    var before = cloud.view(id);

    var reply = act(id, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(message(reply)).contains(call);
    assertThat(cloud.view(id)).isEqualTo(before);
    assertThat(
            admin.get(WholeCloud.SERVERS + id + "/os-instance-actions").body().findValues("action"))
        .as("nothing but the boot has begun")
        .hasSize(1);
  }

  private static String message(TestClient.Reply reply) {
    return reply.body().findPath("message").asText();
  }

  @Test
  void aWrongStateIsSaidFirst() {
    var reply = act(running, "{\"unpause\": null}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(message(reply))
        .isEqualTo("Cannot 'unpause' instance " + running + " while it is in vm_state active");
  }

  @Test
  void cards() {
    var before = cloud.view(running);
    var path = WholeCloud.SERVERS + running + "/os-interface";

    assertThat(admin.post(path, "").status()).isEqualTo(501);
    assertThat(admin.delete(path + "/" + before.nics().getFirst().portId()).status())
        .isEqualTo(501);
    assertThat(cloud.view(running)).isEqualTo(before);
  }

  private static String freshVolume() {
    return admin
        .post("/volume/v3/volumes", "{\"volume\": {\"size\": 1}}")
        .body()
        .at("/volume/id")
        .asText();
  }

  @Test
  void volumes() {
    var before = cloud.view(running);
    var volume = freshVolume();

    var reply =
        admin.post(
            WholeCloud.SERVERS + running + "/os-volume_attachments",
            "{\"volumeAttachment\": {\"volumeId\": \"" + volume + "\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(message(reply)).contains("AttachVolume");
    assertThat(cloud.view(running)).isEqualTo(before);
    assertThat(admin.get("/volume/v3/volumes/" + volume).body().at("/volume/status").asText())
        .isEqualTo("available");
  }

  @Test
  void swapsOfVolumes() {
    var id =
        cloud.put(
            cloud.like(
                cloud.stateOf(running),
                tree -> tree.set("volumes", cloud.written(List.of(WholeCloud.ATTACHED)))));
    var before = cloud.view(id);

    var reply =
        admin.put(
            WholeCloud.SERVERS + id + "/os-volume_attachments/" + WholeCloud.ATTACHED.id(),
            "{\"volumeAttachment\": {\"volumeId\": \"" + freshVolume() + "\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(message(reply)).contains("SwapVolume");
    assertThat(cloud.view(id)).isEqualTo(before);
  }

  @Test
  void diagnostics() {
    assertThat(admin.get(WholeCloud.SERVERS + running + "/diagnostics").status()).isEqualTo(400);
  }

  /** A backup that keeps none makes none. */
  @Test
  void whatNeedsNoCallOfTheDriverGoesOn() {
    var id = boot();

    assertThat(
            act(
                    id,
                    "{\"createBackup\": {\"name\": \"i\", \"backup_type\": \"d\", \"rotation\": 0}}")
                .status())
        .isEqualTo(202);
    assertThat(cloud.atRest(id).vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(act(id, "{\"os-stop\": null}").status()).isEqualTo(202);
    assertThat(cloud.atRest(id).vmState()).isEqualTo(VmState.STOPPED);
  }
}
