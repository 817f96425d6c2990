package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input is answered in Nova's form, and nothing is left behind. */
class BadInputTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers";

  static Stream<Arguments> bodies() {
    return Stream.of(
        Arguments.of("{\"server\": ", "not JSON at line 1"),
        Arguments.of("", "it is empty"),
        Arguments.of("[1, 2]", "is not of type 'object'"),
        Arguments.of("{}", "'server' is a required property"),
        Arguments.of("{\"server\": {}}", "'name' is a required property"),
        Arguments.of("{\"server\": {\"name\": \"a\", \"name\": \"b\"}}", "not JSON"),
        Arguments.of(server("a", "\"colour\": 1"), "('colour' was unexpected)"),
        Arguments.of(server("a", "\"min_count\": \"many\""), "server.min_count. Value: many."),
        Arguments.of(server("a", "\"min_count\": 0"), "less than the minimum of 1"),
        Arguments.of(server("a", "\"min_count\": 3, \"max_count\": 2"), "must be <= max_count"),
        Arguments.of(server("a", "\"metadata\": {\"k\": 1}"), "server.metadata.k. Value: 1."),
        Arguments.of(server("a", "\"networks\": [{\"uuid\": \"x\"}]"), "server.networks[0].uuid"),
        Arguments.of(server("a", "\"user_data\": \"%%\""), "not a 'base64'"),
        Arguments.of(server("a", "\"accessIPv4\": \"10.1\""), "not a 'ipv4'"),
        Arguments.of(server("a".repeat(256), ""), "is too long"),
        Arguments.of(server(" a", ""), "no blank at either end"),
        Arguments.of(server("a\\u0007", ""), "printable"),
        Arguments.of(
            "{\"server\": {\"name\": \"a\", \"imageRef\": \"" + TestCloud.IMAGE + "\"}}",
            "'flavorRef' is a required property"),
        Arguments.of(
            "{\"server\": {\"name\": \"a\", \"flavorRef\": \"1\"}}", "Invalid imageRef provided"),
        Arguments.of(
            "{\"server\": {\"name\": \"a\", \"flavorRef\": \"77\", \"imageRef\": \"x\"}}",
            "Flavor 77 could not be found"),
        Arguments.of(
            "{\"server\": {\"name\": \"a\", \"flavorRef\": \"1\", \"imageRef\": \"x\"}}",
            "Image x could not be found"),
        Arguments.of(server("a", "\"key_name\": \"nokey\""), "Keypair nokey could not be found"),
        Arguments.of(
            server("a", "\"networks\": [{\"uuid\": \"99999999-9999-4999-8999-999999999999\"}]"),
            "Network 99999999-9999-4999-8999-999999999999 could not be found"),
        Arguments.of(server("a", "\"availability_zone\": \"moon\""), "availability zone"),
        Arguments.of(
            server("a", "\"block_device_mapping_v2\": [{\"boot_index\": 0, \"uuid\": \"v\"}]"),
            "'source_type' is a required property"),
        Arguments.of(
            "{\"server\": {\"name\": \"a\", \"flavorRef\": \"1\", \"imageRef\": \""
                + TestCloud.BIG_IMAGE
                + "\"}}",
            "Flavor's disk is too small for requested image"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void aBodyThatDoesNotFitIs400AndSaysWhy(String body, String reason) {
    var reply = cloud.alice().post(SERVERS, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/code").asInt()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(reason);
    assertNothingLeftBehind();
  }

  @Test
  void overTheQuotaIs403InNovasWords() {
    var alice = cloud.alice();
    var body = server("big", "").replace("\"flavorRef\": \"1\"", "\"flavorRef\": \"5\"");
    for (int i = 0; i < 5; i++) {
      assertThat(alice.post(SERVERS, body).status()).isEqualTo(202);
    }

    var reply = alice.post(SERVERS, body);

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText())
        .isEqualTo("Quota exceeded for cores: Requested 4, but already used 20 of 20 cores");
    assertThat(cloud.instances.all()).hasSize(5);
  }

  @Test
  void severalThatDoNotAllFitLeaveNothing() {
    var reply = cloud.alice().post(SERVERS, server("many", "\"min_count\": 11"));

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText())
        .isEqualTo(
            "Quota exceeded for instances: Requested 11, but already used 0 of 10 instances");
    assertNothingLeftBehind();
  }

  @Test
  void anotherProjectsServerIs404() {
    String id = boot(cloud.alice(), "mine");
    var bob = cloud.as("bob", "other");

    for (var reply :
        new TestClient.Reply[] {
          bob.get(SERVERS + "/" + id),
          bob.delete(SERVERS + "/" + id),
          bob.put(SERVERS + "/" + id, "{\"server\": {\"name\": \"his\"}}"),
          bob.post(SERVERS + "/" + id + "/action", "{\"os-stop\": null}"),
          bob.get(SERVERS + "/" + id + "/os-instance-actions"),
          bob.at("2.21").get(SERVERS + "/" + id + "/os-instance-actions")
        }) {
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body().at("/itemNotFound/message").asText())
          .isEqualTo("Instance " + id + " could not be found.");
    }
    assertThat(bob.get(SERVERS).body().get("servers")).isEmpty();
    assertThat(cloud.alice().get(SERVERS + "/" + id).body().at("/server/name").asText())
        .isEqualTo("mine");
  }

  @Test
  void anExpiredTokenIs401() {
    var alice = cloud.alice();
    assertThat(alice.get(SERVERS).status()).isEqualTo(200);

    cloud.clock.advance(Duration.ofSeconds(3601));

    assertThat(alice.get(SERVERS).status()).isEqualTo(401);
  }

  @Test
  void aReaderMayNotCreate() {
    var rita = cloud.as("rita", "demo");

    assertThat(rita.get(SERVERS).status()).isEqualTo(200);
    var reply = rita.post(SERVERS, server("a", ""));
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText()).contains("Policy doesn't allow");
    assertNothingLeftBehind();
  }

  @Test
  void aBodyOverTheLimitIs413AlsoInChunks() {
    byte[] body =
        server("a", "\"user_data\": \"" + "A".repeat(400_000) + "\"")
            .getBytes(StandardCharsets.UTF_8);
    var alice = cloud.alice();

    var whole = alice.send(alice.json(SERVERS).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    var chunked =
        alice.send(
            alice
                .json(SERVERS)
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(body))));

    assertThat(whole.status()).isEqualTo(413);
    assertThat(whole.body().at("/overLimit/code").asInt()).isEqualTo(413);
    assertThat(chunked.status()).isEqualTo(413);
    assertNothingLeftBehind();
  }

  @Test
  void aBodyInChunksIsReadLikeAnother() {
    var alice = cloud.alice();
    byte[] body = server("chunky", "").getBytes(StandardCharsets.UTF_8);

    var reply =
        alice.send(
            alice
                .json(SERVERS)
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(body))));

    assertThat(reply.status()).isEqualTo(202);
  }

  @Test
  void anotherContentTypeIs415() {
    var alice = cloud.alice();

    var reply =
        alice.send(
            alice
                .request(SERVERS)
                .header("Content-Type", "application/xml")
                .POST(HttpRequest.BodyPublishers.ofString("<server/>")));

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.body().at("/badMediaType/code").asInt()).isEqualTo(415);
  }

  @Test
  void aNestingBombIs400Quickly() {
    var alice = cloud.alice();
    long started = System.nanoTime();

    var reply = alice.post(SERVERS, "[".repeat(100_000));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void deletingWhileBuildingAndTwiceIsAccepted() {
    var alice = cloud.alice();
    String id = alice.post(SERVERS, server("a", "")).body().at("/server/id").asText();

    assertThat(alice.delete(SERVERS + "/" + id).status()).isEqualTo(204);
    assertThat(alice.delete(SERVERS + "/" + id).status()).isEqualTo(204);
    cloud.instances.work();
    assertThat(alice.get(SERVERS + "/" + id).status()).isEqualTo(404);
    assertThat(alice.delete(SERVERS + "/" + id).status()).isEqualTo(404);
    assertThat(alice.get(SERVERS).body().get("servers")).isEmpty();
  }

  @Test
  void theLooseOldVersionDropsWhatItDoesNotKnow() {
    var reply = cloud.alice().post("/compute/v2/servers", server(" a ", "\"colour\": 1"));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(cloud.instances.all().iterator().next().name()).isEqualTo("a");
  }

  @Test
  void secretsAreNotEchoed() {
    var reply = cloud.alice().post(SERVERS, server("a", "\"adminPass\": [\"topsecret\"]"));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).doesNotContain("topsecret");
  }

  private void assertNothingLeftBehind() {
    assertThat(cloud.instances.all()).isEmpty();
  }
}
