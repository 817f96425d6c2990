package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The actions {@code shelve}, {@code shelveOffload} and {@code unshelve}. */
class ServerShelvingTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";

  private TestClient.Reply act(TestClient client, String id, String body) {
    return client.post(SERVERS + id + "/action", body);
  }

  private JsonNode shown(String id) {
    return cloud.admin().get(SERVERS + id).body().get("server");
  }

  private String status(String id) {
    return shown(id).get("status").asText();
  }

  private String shelved(boolean offloaded) {
    cloud.instances.offloadAfter(offloaded ? 0 : -1);
    String id = boot(cloud.alice(), "a");
    assertThat(act(cloud.alice(), id, "{\"shelve\": null}").status()).isEqualTo(202);
    assertThat(shown(id).get("OS-EXT-STS:task_state").asText()).isEqualTo("shelving");
    cloud.instances.work();
    return id;
  }

  private boolean hasImage() {
    return !cloud.alice().get("/image/v2/images?name=a-shelved").body().get("images").isEmpty();
  }

  @Test
  void offloadedAtOnceAndBack() {
    String id = shelved(true);

    assertThat(status(id)).isEqualTo("SHELVED_OFFLOADED");
    assertThat(shown(id).get("OS-EXT-SRV-ATTR:host").isNull()).isTrue();
    assertThat(shown(id).get("OS-EXT-STS:power_state").asInt()).isEqualTo(4);
    assertThat(hasImage()).isTrue();
    assertThat(act(cloud.alice(), id, "{\"unshelve\": null}").status()).isEqualTo(202);
    assertThat(shown(id).get("OS-EXT-STS:task_state").asText()).isEqualTo("unshelving");
    cloud.instances.work();
    assertThat(status(id)).isEqualTo("ACTIVE");
    assertThat(shown(id).get("OS-EXT-SRV-ATTR:host").isNull()).isFalse();
    assertThat(hasImage()).isFalse();
  }

  @Test
  void stayingOnItsHostUntilAnAdministratorSaysSo() {
    String id = shelved(false);

    assertThat(status(id)).isEqualTo("SHELVED");
    assertThat(shown(id).get("OS-EXT-SRV-ATTR:host").isNull()).isFalse();
    assertThat(act(cloud.alice(), id, "{\"shelveOffload\": null}").status()).isEqualTo(403);
    assertThat(act(cloud.admin(), id, "{\"shelveOffload\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(status(id)).isEqualTo("SHELVED_OFFLOADED");
    assertThat(act(cloud.admin(), id, "{\"shelveOffload\": null}").status()).isEqualTo(409);
  }

  @Test
  void backOnItsHost() {
    String id = shelved(false);

    var elsewhere =
        act(cloud.alice().at("2.77"), id, "{\"unshelve\": {\"availability_zone\": \"nova\"}}");
    assertThat(elsewhere.status()).isEqualTo(409);
    assertThat(act(cloud.alice(), id, "{\"unshelve\": null}").status()).isEqualTo(202);
    cloud.instances.work();
    assertThat(status(id)).isEqualTo("ACTIVE");
    assertThat(hasImage()).isFalse();
  }

  @Test
  void toAZoneFrom277AndToAHostFrom291() {
    String id = shelved(true);
    var alice = cloud.alice().at("2.91");

    assertThat(act(alice, id, "{\"unshelve\": {\"host\": \"host-1\"}}").status()).isEqualTo(403);
    assertThat(act(alice, id, "{\"unshelve\": {\"availability_zone\": \"nowhere\"}}").status())
        .isEqualTo(400);
    assertThat(
            act(cloud.admin().at("2.91"), id, "{\"unshelve\": {\"host\": \"nowhere\"}}").status())
        .isEqualTo(400);
    assertThat(act(alice, id, "{\"unshelve\": {\"availability_zone\": null}}").status())
        .isEqualTo(202);
    cloud.instances.work();
    assertThat(status(id)).isEqualTo("ACTIVE");
  }

  @Test
  void whoseImageIsGoneIs409() {
    String id = shelved(true);
    var image =
        cloud.alice().get("/image/v2/images?name=a-shelved").body().at("/images/0/id").asText();
    assertThat(cloud.alice().delete("/image/v2/images/" + image).status()).isEqualTo(204);

    var reply = act(cloud.alice(), id, "{\"unshelve\": null}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .isEqualTo("Unshelve attempted but the image " + image + " cannot be found.");
    assertThat(status(id)).isEqualTo("SHELVED_OFFLOADED");
  }

  @Test
  void deletedTheImageGoesToo() {
    String id = shelved(true);

    cloud.alice().delete(SERVERS + id);
    cloud.instances.work();

    assertThat(hasImage()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2.77| {\"unshelve\": {}}| availability_zone",
        "2.77| {\"unshelve\": {\"availability_zone\": 7}}| unshelve.availability_zone",
        "2.77| {\"unshelve\": {\"availability_zone\": \"nova\", \"host\": \"h\"}}| host",
        "2.91| {\"unshelve\": {}}| availability_zone",
        "2.91| {\"unshelve\": {\"host\": null}}| unshelve.host",
        "2.91| {\"unshelve\": \"text\"}| unshelve"
      })
  void badInputIs400AndNamesTheField(String version, String body, String named) {
    String id = shelved(true);

    var reply = act(cloud.alice().at(version), id, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(named);
    assertThat(status(id)).isEqualTo("SHELVED_OFFLOADED");
  }
}
