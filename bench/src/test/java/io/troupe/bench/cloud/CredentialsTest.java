package io.troupe.bench.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  @TempDir Path folder;

  @Test
  void environmentAsTheStockClientReadsIt() {
    var credentials =
        Credentials.fromEnvironment(
            Map.of(
                "OS_AUTH_URL", "http://cloud/identity/v3",
                "OS_USERNAME", "ann",
                "OS_PASSWORD", "secret",
                "OS_PROJECT_NAME", "demo",
                "OS_USER_DOMAIN_NAME", "people",
                "OS_REGION_NAME", "north"));

    assertThat(credentials)
        .isEqualTo(
            new Credentials(
                "http://cloud/identity/v3",
                "ann",
                "people",
                "secret",
                "demo",
                "Default",
                Optional.of("north"),
                "public"));
    assertThat(credentials.toString()).doesNotContain("secret");
  }

  @Test
  void missingVariableIsNamed() {
    assertThatThrownBy(() -> Credentials.fromEnvironment(Map.of("OS_AUTH_URL", "http://cloud")))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("OS_USERNAME");
  }

  @Test
  void cloudOfAFile() throws IOException {
    var file = folder.resolve("clouds.yaml");
    Files.writeString(
        file,
        """
        clouds:
          far:
            region_name: south
            interface: internal
            auth: {auth_url: "https://far:5000", username: u, password: "0123", project_name: p}
          broken:
            auth: {auth_url: "https://far:5000"}
        """);

    assertThat(Credentials.fromFile(file, "far"))
        .isEqualTo(
            new Credentials(
                "https://far:5000",
                "u",
                "Default",
                "0123",
                "p",
                "Default",
                Optional.of("south"),
                "internal"));
    assertThatThrownBy(() -> Credentials.fromFile(file, "broken"))
        .hasMessageContaining("no auth.username");
    assertThatThrownBy(() -> Credentials.fromFile(folder.resolve("none"), "far"))
        .hasMessageContaining("cannot read");
  }
}
