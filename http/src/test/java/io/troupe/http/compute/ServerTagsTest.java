package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /servers/{id}/tags}. */
class ServerTagsTest extends CloudTest {
  private TestClient alice;
  private String id;
  private String path;

  @BeforeEach
  void serverWithoutTags() {
    alice = cloud.alice().at("2.26");
    id = boot(alice, "a");
    path = "/compute/v2.1/servers/" + id + "/tags";
  }

  @Test
  void oneByOneAndAll() {
    var made = alice.put(path + "/blue%20sky", "");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.header("Location")).isEqualTo(cloud.base() + path + "/blue%20sky");
    assertThat(alice.put(path + "/blue%20sky", "").status()).isEqualTo(204);
    assertThat(alice.get(path + "/blue%20sky").status()).isEqualTo(204);
    assertThat(alice.put(path, "{\"tags\": [\"x\", \"y\", \"x\"]}").text())
        .isEqualTo("{\"tags\":[\"x\",\"y\"]}");
    Sample.check("compute/server-tags-2.26", alice.get(path).body(), Map.of());
    assertThat(alice.delete(path + "/x").status()).isEqualTo(204);
    assertThat(alice.get("/compute/v2.1/servers/" + id).body().at("/server/tags/0").asText())
        .isEqualTo("y");
    assertThat(alice.delete(path).status()).isEqualTo(204);
    assertThat(alice.get(path).text()).isEqualTo("{\"tags\":[]}");
  }

  @Test
  void anAbsentOneIs404InNovasWords() {
    var shown = alice.get(path + "/nosuch");
    assertThat(shown.status()).isEqualTo(404);
    assertThat(shown.body().at("/itemNotFound/message").asText())
        .isEqualTo("Server " + id + " has no tag 'nosuch'");
    assertThat(alice.delete(path + "/nosuch").text())
        .contains("Instance " + id + " has no tag 'nosuch'");
  }

  @Test
  void before226ThereAreNone() {
    assertThat(alice.at("2.25").get(path).status()).isEqualTo(404);
    assertThat(alice.at("2.25").put(path + "/x", "").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"tags\": \"x\"}",
        "{\"tags\": [1]}",
        "{\"tags\": [\"\"]}",
        "{\"tags\": [\"a,b\"]}",
        "{\"tags\": [\"a/b\"]}",
        "{\"tags\": [\"1234567890123456789012345678901234567890123456789012345678901\"]}",
        "{\"tags\": [], \"more\": 1}"
      })
  void badInputIs400(String body) {
    assertThat(alice.put(path, body).status()).isEqualTo(400);
  }

  @Test
  void aBadTagInThePathIs400() {
    assertThat(alice.put(path + "/a%2Cb", "").text()).contains("Tag 'a,b' is invalid");
    assertThat(alice.put(path + "/" + "x".repeat(61), "").status()).isEqualTo(400);
    assertThat(alice.put(path + "/" + "x".repeat(60), "").status()).isEqualTo(201);
  }

  @Test
  void fiftyAreTheMost() {
    String fifty =
        IntStream.range(0, 50).mapToObj(n -> "\"t" + n + "\"").collect(Collectors.joining(","));
    assertThat(alice.put(path, "{\"tags\": [" + fifty + "]}").status()).isEqualTo(200);

    var more = alice.put(path + "/more", "");

    assertThat(more.status()).isEqualTo(400);
    assertThat(more.text()).contains("The number of tags exceeded the per-server limit 50");
    assertThat(alice.put(path, "{\"tags\": [\"x\", " + fifty + "]}").status()).isEqualTo(400);
  }

  @Test
  void inTheWrongStateItIs409() {
    String building =
        alice.post("/compute/v2.1/servers", server("b", "")).body().at("/server/id").asText();

    var reply = alice.put("/compute/v2.1/servers/" + building + "/tags/x", "");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text())
        .contains("Cannot 'update tag' instance " + building + " while it is in vm_state building");
  }

  @Test
  void ofAnotherProjectIs404() {
    assertThat(cloud.as("bob", "other").at("2.26").get(path).status()).isEqualTo(404);
    assertThat(cloud.as("rita", "demo").at("2.26").put(path + "/x", "").status()).isEqualTo(403);
  }
}
