package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key pairs: imported, generated, listed, deleted. */
class KeyPairsTest extends CloudTest {
  private static final String KEYS = "/compute/v2.1/os-keypairs";

  /** Made with ssh-keygen; its MD5 fingerprint is what {@code ssh-keygen -l -E md5} says. */
  private static final String PUBLIC =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEjLh8RhCscSDh8xvyYc4DL41OX1dWPoafjowTP5+7zr alice";

  private static final String FINGERPRINT = "27:27:8f:6d:fe:5e:b7:8a:01:5f:a0:c6:ea:21:b7:66";

  static final String IMPORT =
      "{\"keypair\": {\"name\": \"mine\", \"public_key\": \"" + PUBLIC + "\"}}";

  @Test
  void anImportedKeyHasItsFingerprint() {
    var alice = cloud.alice();

    var made = alice.post(KEYS, IMPORT);

    assertThat(made.status()).isEqualTo(200);
    assertThat(made.body().at("/keypair/fingerprint").asText()).isEqualTo(FINGERPRINT);
    assertThat(made.body().at("/keypair").has("type")).isFalse();
    assertThat(alice.at("2.2").post(KEYS, IMPORT).status()).isEqualTo(409);
    assertThat(alice.get(KEYS).body().at("/keypairs/0/keypair/name").asText()).isEqualTo("mine");
    var shown = alice.at("2.2").get(KEYS + "/mine").body().get("keypair");
    assertThat(shown.get("type").asText()).isEqualTo("ssh");
    assertThat(shown.get("deleted").asBoolean()).isFalse();
    assertThat(alice.at("2.2").delete(KEYS + "/mine").status()).isEqualTo(204);
    assertThat(alice.get(KEYS + "/mine").status()).isEqualTo(404);
  }

  @Test
  void aGeneratedPairBelongsTogether(@TempDir Path folder) throws Exception {
    var made = cloud.alice().at("2.2").post(KEYS, "{\"keypair\": {\"name\": \"new\"}}").body();

    String derived = derivePublicKey(folder, made.at("/keypair/private_key").asText());
    assertThat(made.at("/keypair/public_key").asText()).startsWith(derived);
    assertThat(cloud.alice().get(KEYS + "/new").text()).doesNotContain("PRIVATE");
  }

  @Test
  void nothingIsGeneratedFrom292() {
    var reply = cloud.alice().at("2.92").post(KEYS, "{\"keypair\": {\"name\": \"new\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("'public_key' is a required property");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssh-rsa",
        "ssh-rsa %%%",
        "ssh-rsa AAAA",
        "ssh-unknown AAAAC3NzaC1lZDI1NTE5",
        "hello"
      })
  void whatIsNoKeyIs400(String key) {
    String body = "{\"keypair\": {\"name\": \"mine\", \"public_key\": \"" + key + "\"}}";

    assertThat(cloud.alice().post(KEYS, body).status()).isEqualTo(400);
    assertThat(cloud.alice().get(KEYS).body().get("keypairs")).isEmpty();
  }

  @Test
  void namesMayHaveMoreFrom292() {
    String body = IMPORT.replace("mine", "me@home.net");

    assertThat(cloud.alice().at("2.91").post(KEYS, body).status()).isEqualTo(400);
    assertThat(cloud.alice().at("2.92").post(KEYS, body).status()).isEqualTo(201);
    assertThat(cloud.alice().get(KEYS + "/me@home.net").status()).isEqualTo(200);
  }

  @Test
  void anotherUsersKeysAreForAdministrators() {
    cloud.alice().post(KEYS, IMPORT);
    var bob = cloud.as("bob", "other").at("2.10");

    assertThat(bob.get(KEYS).body().get("keypairs")).isEmpty();
    assertThat(bob.get(KEYS + "?user_id=user-alice").status()).isEqualTo(403);
    assertThat(bob.delete(KEYS + "/mine?user_id=user-alice").status()).isEqualTo(403);
    String forAlice = IMPORT.replace("\"name\"", "\"user_id\": \"user-alice\", \"name\"");
    assertThat(bob.post(KEYS, forAlice).status()).isEqualTo(403);
    assertThat(cloud.admin().at("2.10").get(KEYS + "?user_id=user-alice").body().get("keypairs"))
        .hasSize(1);
  }

  private static String derivePublicKey(Path folder, String privateKey)
      throws IOException, InterruptedException {
    Path file = folder.resolve("key");
    Files.writeString(file, privateKey);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    var process =
        new ProcessBuilder("ssh-keygen", "-y", "-f", file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output.substring(
        0,
        output.indexOf(' ', output.indexOf(' ') + 1) > 0
            ? output.indexOf(' ', output.indexOf(' ') + 1)
            : output.length());
  }
}
