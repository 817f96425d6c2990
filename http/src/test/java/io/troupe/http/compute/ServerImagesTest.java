package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The actions {@code createImage} and {@code createBackup}. */
class ServerImagesTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";
  private static final String IMAGES = "/image/v2/images";

  private TestClient.Reply act(TestClient client, String id, String body) {
    return client.post(SERVERS + id + "/action", body);
  }

  private TestClient.Reply act(String id, String body) {
    return act(cloud.alice(), id, body);
  }

  private String task(String id) {
    return cloud.alice().get(SERVERS + id).body().at("/server/OS-EXT-STS:task_state").asText();
  }

  @Test
  void theAnswerSaysWhereTheImageIs() {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, "{\"createImage\": {\"name\": \"snap\", \"metadata\": {\"k\": \"v\"}}}");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.text()).isEmpty();
    var image = reply.header("Location").replaceFirst(".*/image/v2/images/", "");
    var queued = cloud.alice().get(IMAGES + "/" + image).body();
    assertThat(queued.get("status").asText()).isEqualTo("queued");
    assertThat(task(id)).isEqualTo("image_snapshot");
    cloud.instances.work();
    var active = cloud.alice().get(IMAGES + "/" + image).body();
    assertThat(active.get("status").asText()).isEqualTo("active");
    assertThat(active.get("name").asText()).isEqualTo("snap");
    assertThat(active.get("k").asText()).isEqualTo("v");
    assertThat(active.get("instance_uuid").asText()).isEqualTo(id);
    assertThat(active.get("image_type").asText()).isEqualTo("snapshot");
    assertThat(active.get("base_image_ref").asText()).isEqualTo(TestCloud.IMAGE);
    assertThat(active.get("owner").asText()).isEqualTo(TestCloud.DEMO);
    assertThat(active.get("visibility").asText()).isEqualTo("private");
    assertThat(active.get("disk_format").asText()).isEqualTo("qcow2");
    assertThat(active.get("min_disk").asInt()).isEqualTo(1);
    assertThat(task(id)).isEqualTo("null");
    var again =
        cloud
            .alice()
            .post("/compute/v2.1/servers", server("b", "").replace(TestCloud.IMAGE, image));
    assertThat(again.status()).as("booted from it").isEqualTo(202);
  }

  @Test
  void from245TheBodySaysIt() {
    String id = boot(cloud.alice(), "a");

    var reply = act(cloud.alice().at("2.45"), id, "{\"createImage\": {\"name\": \"snap\"}}");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.response().headers().firstValue("Location")).isEmpty();
    assertThat(reply.body()).hasSize(1);
    var image = reply.body().get("image_id").asText();
    assertThat(cloud.alice().get(IMAGES + "/" + image).status()).isEqualTo(200);
    assertThat(cloud.as("bob", "other").get(IMAGES + "/" + image).status()).isEqualTo(404);
  }

  @Test
  void anAdministratorsImageIsTheOwners() {
    String id = boot(cloud.alice(), "a");

    var reply = act(cloud.admin().at("2.45"), id, "{\"createImage\": {\"name\": \"snap\"}}");

    var image = cloud.alice().get(IMAGES + "/" + reply.body().get("image_id").asText()).body();
    assertThat(image.get("owner").asText()).isEqualTo(TestCloud.DEMO);
  }

  @Test
  void alsoOfALockedServerButOneAtATime() {
    String id = boot(cloud.alice(), "a");
    act(id, "{\"lock\": null}");

    assertThat(act(id, "{\"createImage\": {\"name\": \"one\"}}").status()).isEqualTo(202);
    var second = act(id, "{\"createImage\": {\"name\": \"two\"}}");

    assertThat(second.status()).isEqualTo(409);
    assertThat(second.body().at("/conflictingRequest/message").asText())
        .isEqualTo(
            "Cannot 'createImage' instance " + id + " while it is in task_state image_snapshot");
    assertThat(images()).as("of the refused one nothing is left").containsOnlyOnce("one");
    assertThat(images()).doesNotContain("two");
  }

  @Test
  void deletedMeanwhileTheImageGoesToo() {
    String id = boot(cloud.alice(), "a");
    act(id, "{\"createImage\": {\"name\": \"half\"}}");
    assertThat(images()).contains("half");

    cloud.alice().delete(SERVERS + id);
    cloud.instances.work();

    assertThat(images()).doesNotContain("half");
  }

  @Test
  void backupsRotate() {
    String id = boot(cloud.alice(), "a");
    for (int day = 1; day <= 3; day++) {
      cloud.clock.advance(Duration.ofDays(1));
      var reply = backup(id, "daily-" + day, "daily", 2);
      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.header("Location")).contains(IMAGES);
      assertThat(task(id)).isEqualTo("image_backup");
      cloud.instances.work();
    }
    backup(id, "weekly-1", "weekly", 1);
    cloud.instances.work();

    assertThat(images()).contains("daily-2", "daily-3", "weekly-1").doesNotContain("daily-1");
    var made = image("daily-3");
    assertThat(made.get("image_type").asText()).isEqualTo("backup");
    assertThat(made.get("backup_type").asText()).isEqualTo("daily");

    var none = backup(id, "none", "daily", 0);
    assertThat(none.status()).isEqualTo(202);
    assertThat(none.response().headers().firstValue("Location")).isEmpty();
    cloud.instances.work();
    assertThat(images()).contains("weekly-1").doesNotContain("daily-2", "daily-3", "none");
  }

  private TestClient.Reply backup(String id, String name, String type, int rotation) {
    return act(
        id,
        "{\"createBackup\": {\"name\": \"%s\", \"backup_type\": \"%s\", \"rotation\": %d}}"
            .formatted(name, type, rotation));
  }

  private List<String> images() {
    var names = new ArrayList<String>();
    for (JsonNode image : cloud.alice().get(IMAGES).body().get("images")) {
      names.add(image.get("name").asText());
    }
    return names;
  }

  private JsonNode image(String name) {
    return cloud.alice().get(IMAGES + "?name=" + name).body().get("images").get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"createImage\": null}| createImage",
        "{\"createImage\": {}}| is a required property",
        "{\"createImage\": {\"name\": \"\"}}| createImage.name",
        "{\"createImage\": {\"name\": \"x\", \"metadata\": {\"k\": 1}}}| createImage.metadata.k",
        "{\"createImage\": {\"name\": \"x\", \"metadata\": {\"a/b\": \"v\"}}}| createImage.metadata",
        "{\"createImage\": {\"name\": \"x\", \"metadata\": {\"status\": \"v\"}}}|"
            + " createImage.metadata",
        "{\"createImage\": {\"name\": \"x\", \"size\": 1}}| size",
        "{\"createBackup\": {\"name\": \"x\", \"rotation\": 1}}| is a required property",
        "{\"createBackup\": {\"name\": \"x\", \"backup_type\": \"d\", \"rotation\": -1}}|"
            + " createBackup.rotation",
        "{\"createBackup\": {\"name\": \"x\", \"backup_type\": \"d\", \"rotation\": \"many\"}}|"
            + " createBackup.rotation"
      })
  void badInputIs400AndNamesTheField(String body, String named) {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(named);
    assertThat(task(id)).isEqualTo("null");
  }

  @Test
  void moreMetadataThanTheQuotaAllowsIs403() {
    String id = boot(cloud.alice(), "a");
    var items = new ArrayList<String>();
    for (int i = 0; i < 129; i++) {
      items.add("\"k" + i + "\": \"v\"");
    }

    var reply =
        act(
            id,
            "{\"createImage\": {\"name\": \"x\", \"metadata\": {"
                + String.join(", ", items)
                + "}}}");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText())
        .isEqualTo("Image metadata limit exceeded");
  }
}
