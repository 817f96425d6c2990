package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The action {@code rebuild}, and {@code personality} there and at create. */
class ServerRebuildTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";

  private TestClient.Reply rebuild(TestClient client, String id, String more) {
    return client.post(
        SERVERS + id + "/action",
        "{\"rebuild\": {\"imageRef\": \"%s\"%s}}".formatted(TestCloud.IMAGE, more));
  }

  private JsonNode shown(TestClient client, String id) {
    return client.get(SERVERS + id).body().get("server");
  }

  private static String file(String path, int bytes) {
    return "{\"path\": \"%s\", \"contents\": \"%s\"}"
        .formatted(path, Base64.getEncoder().encodeToString(new byte[bytes]));
  }

  @Test
  void theAnswerIsTheServerAsItWillBe() {
    String id = boot(cloud.alice(), "a");

    var reply =
        rebuild(
            cloud.alice(),
            id,
            ", \"name\": \"b\", \"metadata\": {\"k\": \"v\"}, \"adminPass\": \"pw\"");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Location")).endsWith("/servers/" + id);
    var server = reply.body().get("server");
    assertThat(server.get("adminPass").asText()).isEqualTo("pw");
    assertThat(server.get("name").asText()).isEqualTo("b");
    assertThat(server.get("status").asText()).isEqualTo("REBUILD");
    assertThat(server.at("/metadata/k").asText()).isEqualTo("v");
    assertThat(server.has("OS-EXT-STS:task_state")).isFalse();
    assertThat(server.has("key_name")).isFalse();
    cloud.instances.work();
    var after = shown(cloud.alice(), id);
    assertThat(after.get("status").asText()).isEqualTo("ACTIVE");
    assertThat(after.get("name").asText()).isEqualTo("b");
  }

  @Test
  void laterVersionsTakeAndShowMore() {
    String id = boot(cloud.alice(), "a");
    var data = Base64.getEncoder().encodeToString("#!/bin/sh".getBytes());

    var reply =
        rebuild(
            cloud.alice().at("2.90"),
            id,
            ", \"description\": \"d\", \"hostname\": \"h\", \"key_name\": null, \"user_data\": \""
                + data
                + "\"");

    var server = reply.body().get("server");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(server.get("description").asText()).isEqualTo("d");
    assertThat(server.get("OS-EXT-SRV-ATTR:hostname").asText()).isEqualTo("h");
    assertThat(server.get("key_name").isNull()).isTrue();
    assertThat(server.get("user_data").asText()).isEqualTo(data);
    assertThat(server.get("OS-EXT-STS:task_state").asText()).isEqualTo("rebuilding");
    assertThat(server.get("adminPass").asText()).matches("[A-Za-z0-9]{12}");
  }

  @Test
  void ofAStoppedServerStaysStopped() {
    String id = boot(cloud.alice(), "a");
    cloud.alice().post(SERVERS + id + "/action", "{\"os-stop\": null}");
    cloud.instances.work();

    assertThat(rebuild(cloud.alice(), id, "").status()).isEqualTo(202);
    cloud.instances.work();

    assertThat(shown(cloud.alice(), id).get("status").asText()).isEqualTo("SHUTOFF");
  }

  @Test
  void ofAPausedServerIsRefused() {
    String id = boot(cloud.alice(), "a");
    cloud.alice().post(SERVERS + id + "/action", "{\"pause\": null}");
    cloud.instances.work();

    var reply = rebuild(cloud.alice(), id, "");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Cannot 'rebuild' instance " + id + " while it is in vm_state paused");
  }

  @Test
  void anImageThatIsTooLargeForTheFlavorIs400() {
    String id = boot(cloud.alice(), "a");

    var reply =
        cloud
            .alice()
            .post(
                SERVERS + id + "/action",
                "{\"rebuild\": {\"imageRef\": \"" + TestCloud.BIG_IMAGE + "\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).startsWith("Flavor's");
    assertThat(shown(cloud.alice(), id).get("status").asText()).isEqualTo("ACTIVE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2.1| {\"rebuild\": null}| rebuild",
        "2.1| {\"rebuild\": {}}| is a required property",
        "2.1| {\"rebuild\": {\"imageRef\": \"11111111-2222-3333-4444-555555555555\"}}|"
            + " could not be found",
        "2.1| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"metadata\": 7}}| rebuild.metadata",
        "2.1| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"preserve_ephemeral\": true}}| ephemeral",
        "2.1| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"description\": \"d\"}}| description",
        "2.54| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"key_name\": \"none\"}}| Keypair none",
        "2.57| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"user_data\": \"%\"}}| base64",
        "2.57| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"personality\": []}}| personality",
        "2.63| {\"rebuild\": {\"imageRef\": \"IMAGE\", \"trusted_image_certificates\": [\"c\"]}}|"
            + " signature"
      })
  void badInputIs400AndNamesTheField(String version, String body, String named) {
    String id = boot(cloud.alice(), "a");

    var reply =
        cloud
            .alice()
            .at(version)
            .post(SERVERS + id + "/action", body.replace("IMAGE", TestCloud.IMAGE));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(named);
  }

  // ---- personality

  @Test
  void filesAreTakenAtCreateAndRebuildUntil256() {
    var created =
        cloud
            .alice()
            .post(
                "/compute/v2.1/servers",
                server("f", "\"personality\": [" + file("/etc/motd", 10_240) + "]"));
    assertThat(created.status()).isEqualTo(202);
    cloud.instances.work();
    String id = created.body().at("/server/id").asText();

    var rebuilt = rebuild(cloud.alice(), id, ", \"personality\": [" + file("/a", 1) + "]");
    assertThat(rebuilt.status()).isEqualTo(202);
    var late =
        cloud
            .alice()
            .at("2.57")
            .post(
                "/compute/v2.1/servers",
                server("f", "\"networks\": \"none\", \"personality\": []"));
    assertThat(late.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "6| 4| 1| Personality file limit exceeded",
        "1| 256| 1| Personality file path exceeds maximum 255",
        "1| 4| 10241| Personality file content exceeds maximum 10240"
      })
  void overALimitIs403(int files, int pathLength, int bytes, String message) {
    var list = new StringBuilder();
    for (int i = 0; i < files; i++) {
      list.append(i == 0 ? "" : ", ").append(file("/" + "p".repeat(pathLength - 1), bytes));
    }

    var reply =
        cloud.alice().post("/compute/v2.1/servers", server("f", "\"personality\": [" + list + "]"));

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText()).isEqualTo(message);
  }

  @Test
  void contentsThatAreNotBase64Are400() {
    var reply =
        cloud
            .alice()
            .post(
                "/compute/v2.1/servers",
                server("f", "\"personality\": [{\"path\": \"/a\", \"contents\": \"%%\"}]"));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains("contents");
  }
}
