package io.troupe.http.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.instance.VmState;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.TestClient;
import java.io.IOException;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images that ask for quiesced snapshots, of guests whose agent does not answer. */
class QuiescedSnapshotTest {
  private static WholeCloud cloud;
  private static TestClient admin;

  @BeforeAll
  static void start() throws IOException {
    cloud = WholeCloud.start("", "fake://?hosts=1&noAgent=true");
    admin = cloud.admin("2.90");
  }

  @AfterAll
  static void stop() throws IOException {
    cloud.close();
  }

  private static InstanceId boot(String properties) {
    var image =
        admin
            .post(
                "/image/v2/images",
                """
                {"name": "i", "disk_format": "raw", "container_format": "bare"%s}
                """
                    .formatted(properties))
            .body()
            .get("id")
            .asText();
    admin.send(
        admin
            .request("/image/v2/images/" + image + "/file")
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[4096])));
    var reply =
        admin.post(
            "/compute/v2.1/servers",
            """
            {"server": {"name": "a", "flavorRef": "small", "imageRef": "%s", "networks": "none"}}
            """
                .formatted(image));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    var id = InstanceId.parse(reply.body().at("/server/id").asText()).orElseThrow();
    WholeCloud.until(() -> cloud.view(id).vmState() == VmState.ACTIVE);
    return id;
  }

  private static TestClient.Reply snapshot(InstanceId id) {
    return admin.post(
        WholeCloud.SERVERS + id + "/action", "{\"createImage\": {\"name\": \"snap\"}}");
  }

  private static int imageStatus(TestClient.Reply made) {
    return admin.get("/image/v2/images/" + made.body().get("image_id").asText()).status();
  }

  @Test
  void withoutTheWishItIsTakenAsAfterAPowerCut() {
    var id = boot("");

    var made = snapshot(id);

    assertThat(made.status()).isEqualTo(202);
    cloud.atRest(id);
    assertThat(imageStatus(made)).isEqualTo(200);
  }

  @Test
  void withItTheActionFailsAndThereIsNoImage() {
    var id = boot(", \"os_require_quiesce\": \"yes\"");

    var made = snapshot(id);

    assertThat(made.status()).isEqualTo(202);
    assertThat(cloud.atRest(id).vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(imageStatus(made)).isEqualTo(404);
    var actions = admin.get(WholeCloud.SERVERS + id + "/os-instance-actions").body();
    assertThat(actions.at("/instanceActions/0/message").asText()).isEqualTo("Error");
    var off = admin.post(WholeCloud.SERVERS + id + "/action", "{\"os-stop\": null}");
    assertThat(off.status()).isEqualTo(202);
    cloud.atRest(id);
    var ofOneThatIsOff = snapshot(id);
    cloud.atRest(id);
    assertThat(imageStatus(ofOneThatIsOff)).as("its file systems are in order").isEqualTo(200);
  }

  @Test
  void withAnImageThatHasNoAgentItIsRefused() {
    var id = boot(", \"os_require_quiesce\": \"yes\", \"hw_qemu_guest_agent\": \"no\"");

    var refused = snapshot(id);

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().findPath("message").asText())
        .isEqualTo(
            "Quiescing is not supported in instance %s: QEMU guest agent is not enabled"
                .formatted(id));
  }
}
