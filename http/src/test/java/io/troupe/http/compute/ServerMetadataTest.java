package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /servers/{id}/metadata} and {@code /servers/{id}/ips}. */
class ServerMetadataTest extends CloudTest {
  private String id;
  private String path;

  @BeforeEach
  void serverWithMetadata() {
    id =
        cloud
            .alice()
            .post("/compute/v2.1/servers", server("a", "\"metadata\": {\"role\": \"web\"}"))
            .body()
            .at("/server/id")
            .asText();
    cloud.instances.work();
    path = "/compute/v2.1/servers/" + id + "/metadata";
  }

  @Test
  void wholeAndByItem() {
    var alice = cloud.alice();

    assertThat(alice.get(path).text()).isEqualTo("{\"metadata\":{\"role\":\"web\"}}");
    var merged = alice.post(path, "{\"metadata\": {\"tier\": \"1\"}}");
    assertThat(merged.status()).isEqualTo(200);
    assertThat(merged.body().get("metadata")).hasSize(2);
    var replaced = alice.put(path, "{\"metadata\": {\"a key\": \"x\"}}");
    assertThat(replaced.text()).isEqualTo("{\"metadata\":{\"a key\":\"x\"}}");
    var put = alice.put(path + "/tier", "{\"meta\": {\"tier\": \"2\"}}");
    assertThat(put.text()).isEqualTo("{\"meta\":{\"tier\":\"2\"}}");
    assertThat(alice.get(path + "/a%20key").text()).isEqualTo("{\"meta\":{\"a key\":\"x\"}}");
    assertThat(alice.delete(path + "/a%20key").status()).isEqualTo(204);
    Sample.check("compute/server-metadata", alice.get(path).body(), Map.of());
    assertThat(alice.put(path, "{\"metadata\": {}}").text()).isEqualTo("{\"metadata\":{}}");
  }

  @Test
  void anAbsentItemIs404() {
    for (var reply :
        new TestClient.Reply[] {
          cloud.alice().get(path + "/nosuch"), cloud.alice().delete(path + "/nosuch")
        }) {
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body().at("/itemNotFound/message").asText())
          .isEqualTo("Metadata item was not found");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|''|{}",
        "POST|''|{\"metadata\": []}",
        "POST|''|{\"metadata\": {\"k/\": \"v\"}}",
        "POST|''|{\"metadata\": {\"\": \"v\"}}",
        "POST|''|{\"metadata\": {\"k\": 1}}",
        "POST|''|{\"metadata\": {}, \"more\": 1}",
        "PUT|''|{\"meta\": {\"k\": \"v\"}}",
        "PUT|/k|{\"meta\": {\"other\": \"v\"}}",
        "PUT|/k|{\"meta\": {\"k\": \"v\", \"l\": \"v\"}}",
        "PUT|/k|{\"meta\": {}}"
      })
  void badInputIs400AndChangesNothing(String method, String item, String body) {
    var alice = cloud.alice();

    var reply =
        method.equals("POST") ? alice.post(path + item, body) : alice.put(path + item, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).isNotEmpty();
    assertThat(alice.get(path).text()).isEqualTo("{\"metadata\":{\"role\":\"web\"}}");
  }

  @Test
  void overTheQuotaIs403() {
    var items = new StringBuilder();
    for (int i = 0; i < 128; i++) {
      items.append(i == 0 ? "" : ", ").append("\"k").append(i).append("\": \"v\"");
    }

    var reply = cloud.alice().post(path, "{\"metadata\": {" + items + "}}");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().at("/forbidden/message").asText())
        .isEqualTo("Maximum number of metadata items exceeds 128");
    assertThat(cloud.alice().put(path, "{\"metadata\": {" + items + "}}").status()).isEqualTo(200);
  }

  @Test
  void inTheWrongStateItIs409() {
    var building = cloud.alice().post("/compute/v2.1/servers", server("b", ""));
    String other = building.body().at("/server/id").asText();

    var reply =
        cloud
            .alice()
            .put("/compute/v2.1/servers/" + other + "/metadata/k", "{\"meta\": {\"k\": \"v\"}}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .isEqualTo(
            "Cannot 'update metadata' instance " + other + " while it is in vm_state building");
  }

  @Test
  void ofAnotherProjectIs404AndAReaderMayOnlyRead() {
    var bob = cloud.as("bob", "other");
    var rita = cloud.as("rita", "demo");

    assertThat(bob.get(path).status()).isEqualTo(404);
    assertThat(bob.post(path, "{\"metadata\": {\"k\": \"v\"}}").status()).isEqualTo(404);
    assertThat(rita.get(path + "/role").status()).isEqualTo(200);
    assertThat(rita.delete(path + "/role").status()).isEqualTo(403);
  }

  @Test
  void addressesByNetwork() {
    var alice = cloud.alice();
    String ips = "/compute/v2.1/servers/" + id + "/ips";

    assertThat(alice.get(ips).text())
        .isEqualTo("{\"addresses\":{\"private\":[{\"version\":4,\"addr\":\"10.0.0.10\"}]}}");
    Sample.check("compute/server-ips", alice.get(ips).body(), Map.of());
    assertThat(alice.get(ips + "/private").text())
        .isEqualTo("{\"private\":[{\"version\":4,\"addr\":\"10.0.0.10\"}]}");
    var none = alice.get(ips + "/public");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.text()).contains("Instance is not a member of specified network");
  }
}
