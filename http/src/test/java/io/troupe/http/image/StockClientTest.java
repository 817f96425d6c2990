package io.troupe.http.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.cloud.TestCloud;
import io.troupe.http.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock {@code openstack} command on images and networks; skipped where it is not. */
class StockClientTest {
  private static final Path OPENSTACK = Path.of("/usr/bin/openstack");

  @TempDir Path dir;
  private TestCloud cloud;

  @BeforeEach
  void start() {
    assumeTrue(Files.isExecutable(OPENSTACK), "openstack is not installed");
    cloud = TestCloud.start();
  }

  @AfterEach
  void stop() {
    if (cloud != null) {
      cloud.close();
    }
  }

  private record Result(int exitCode, String output) {
    JsonNode json() {
      assertThat(exitCode).as(output).isZero();
      return Json.parse(output.getBytes(StandardCharsets.UTF_8));
    }
  }

  private Result openstack(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(OPENSTACK.toString()));
    command.addAll(List.of(arguments));
    Path output = dir.resolve("output");
    Process client =
        client(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!client.waitFor(90, TimeUnit.SECONDS)) {
      client.destroyForcibly();
      throw new AssertionError("no end: " + command + "\n" + Files.readString(output));
    }
    return new Result(client.exitValue(), Files.readString(output));
  }

  private ProcessBuilder client(List<String> command) {
    ProcessBuilder client = new ProcessBuilder(command);
    client.environment().keySet().removeIf(name -> name.startsWith("OS_"));
    client
        .environment()
        .putAll(
            Map.of(
                "OS_AUTH_URL", cloud.base() + "/identity/v3",
                "OS_USERNAME", "root",
                "OS_PASSWORD", TestCloud.PASSWORD,
                "OS_PROJECT_NAME", "admin",
                "OS_USER_DOMAIN_ID", "default",
                "OS_PROJECT_DOMAIN_ID", "default",
                "OS_IDENTITY_API_VERSION", "3",
                "HOME", dir.toString()));
    return client;
  }

  @Test
  void imagesFromCreateToDelete() throws Exception {
    Path disk = Files.write(dir.resolve("disk.raw"), new byte[300_000]);
    JsonNode made =
        openstack(
                "image",
                "create",
                "--disk-format",
                "raw",
                "--property",
                "os_distro=none",
                "--file",
                disk.toString(),
                "-f",
                "json",
                "tiny")
            .json();
    String id = made.path("id").textValue();

    JsonNode shown = openstack("image", "show", "tiny", "-f", "json").json();
    assertThat(shown.path("id").textValue()).isEqualTo(id);
    assertThat(shown.path("status").textValue()).isEqualTo("active");
    assertThat(shown.path("size").longValue()).isEqualTo(300_000);
    assertThat(shown.path("properties").path("os_distro").textValue()).isEqualTo("none");

    Result set =
        openstack(
            "image",
            "set",
            "--name",
            "small",
            "--min-disk",
            "2",
            "--property",
            "a=b",
            "--tag",
            "red",
            "tiny");
    assertThat(set.exitCode()).as(set.output()).isZero();
    JsonNode changed = openstack("image", "show", id, "-f", "json").json();
    assertThat(changed.path("name").textValue()).isEqualTo("small");
    assertThat(changed.path("min_disk").intValue()).isEqualTo(2);
    assertThat(changed.path("tags").toString()).isEqualTo("[\"red\"]");
    assertThat(changed.path("properties").path("a").textValue()).isEqualTo("b");

    Path saved = dir.resolve("saved.raw");
    Result save = openstack("image", "save", "--file", saved.toString(), "small");
    assertThat(save.exitCode()).as(save.output()).isZero();
    assertThat(saved).hasSameBinaryContentAs(disk);

    assertThat(openstack("image", "list", "--long", "--name", "small", "-f", "json").json().size())
        .isEqualTo(1);
    assertThat(openstack("image", "delete", "small").exitCode()).isZero();
    assertThat(openstack("image", "list", "--name", "small", "-f", "json").json().size()).isZero();
  }

  @Test
  void refusedImageSaysWhyAndIsNotLeft() throws Exception {
    Path disk = Files.write(dir.resolve("disk.qcow2"), new byte[4096]);

    Result refused =
        openstack("image", "create", "--disk-format", "qcow2", "--file", disk.toString(), "x");

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.output()).contains("declared qcow2");
    assertThat(openstack("image", "list", "--name", "x", "-f", "json").json().size()).isZero();
  }

  @Test
  void serverFindsItsImageAndNetworkByName() throws Exception {
    JsonNode server =
        openstack(
                "server",
                "create",
                "--image",
                "cirros",
                "--flavor",
                "m1.nano",
                "--network",
                "private",
                "-f",
                "json",
                "s")
            .json();

    assertThat(server.path("image").asText()).contains("cirros");
    cloud.instances.work();
    assertThat(openstack("port", "list", "--server", "s", "-f", "json").json()).hasSize(1);
    assertThat(openstack("server", "list", "-f", "json").json().get(0).path("Image").textValue())
        .isEqualTo("cirros");
  }

  @Test
  void networksAndPorts() throws Exception {
    JsonNode network = openstack("network", "show", "private", "-f", "json").json();
    assertThat(network.path("name").textValue()).isEqualTo("private");
    assertThat(openstack("network", "list", "-f", "json").json().size()).isEqualTo(1);
    assertThat(openstack("subnet", "list", "-f", "json").json().size()).isEqualTo(1);
    assertThat(
            openstack("subnet", "show", "private-subnet", "-f", "json")
                .json()
                .path("cidr")
                .textValue())
        .isEqualTo("10.0.0.0/24");
    JsonNode port =
        openstack(
                "port",
                "create",
                "--network",
                "private",
                "--fixed-ip",
                "ip-address=10.0.0.20",
                "-f",
                "json",
                "p")
            .json();
    assertThat(port.path("fixed_ips").get(0).path("ip_address").textValue()).isEqualTo("10.0.0.20");
    assertThat(openstack("port", "list", "--network", "private", "-f", "json").json()).hasSize(1);
    assertThat(openstack("port", "delete", "p").exitCode()).isZero();
    assertThat(
            openstack("security", "group", "list", "-f", "json")
                .json()
                .get(0)
                .path("Name")
                .textValue())
        .isEqualTo("default");
    JsonNode made = openstack("network", "create", "--share", "-f", "json", "mine").json();
    assertThat(made.path("shared").booleanValue()).isTrue();
    JsonNode subnet =
        openstack(
                "subnet",
                "create",
                "--network",
                "mine",
                "--subnet-range",
                "10.5.0.0/16",
                "-f",
                "json",
                "mine-v4")
            .json();
    assertThat(subnet.path("gateway_ip").textValue()).isEqualTo("10.5.0.1");
    assertThat(openstack("network", "delete", "mine").exitCode()).isZero();
    assertThat(openstack("extension", "list", "--network", "-f", "json").json()).isNotEmpty();
  }
}
