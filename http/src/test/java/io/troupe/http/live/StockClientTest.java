package io.troupe.http.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.ImageLimits;
import io.troupe.http.image.ImageService;
import io.troupe.http.json.Json;
import io.troupe.http.network.NetworkService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock {@code openstack} command against image and network alone; skipped without it. */
class StockClientTest {
  @TempDir Path dir;
  private LiveServer server;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openstack")), "openstack is not installed");
    FileImageStore store = new FileImageStore(dir.resolve("images"), 0);
    CatalogInMemory catalog = new CatalogInMemory();
    catalog.create(
        new Network(
            "11111111-0000-4000-8000-000000000001",
            "flat",
            "admin",
            true,
            1500,
            List.of(
                new Network.Subnet(
                    "22222222-0000-4000-8000-000000000001",
                    "flat-v4",
                    "10.0.0.0/24",
                    Optional.of("10.0.0.1"),
                    List.of(),
                    "10.0.0.2",
                    "10.0.0.254")),
            Instant.EPOCH));
    server =
        LiveServer.start(
            (materializer, registry) ->
                List.of(
                    ImageService.of(
                        catalog,
                        store,
                        new ImageLimits(1 << 20, 1L << 40),
                        1000,
                        Clock.systemUTC(),
                        materializer),
                    NetworkService.of(
                        catalog, new NetworksInMemory(catalog), 1000, Clock.systemUTC())));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private record Result(int exitCode, String output) {
    JsonNode json() {
      assertThat(exitCode).as(output).isZero();
      return Json.parse(output.getBytes(StandardCharsets.UTF_8));
    }
  }

  private Result openstack(String service, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/openstack",
                "--os-auth-type",
                "admin_token",
                "--os-token",
                LiveServer.ADMIN,
                "--os-endpoint",
                server.address() + service));
    command.addAll(List.of(arguments));
    Path output = dir.resolve("output");
    Process client =
        new ProcessBuilder(command)
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

  @Test
  void imagesFromCreateToDelete() throws Exception {
    Path disk = Files.write(dir.resolve("disk.raw"), new byte[300_000]);
    JsonNode made =
        openstack(
                "/image",
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

    JsonNode shown = openstack("/image", "image", "show", "tiny", "-f", "json").json();
    assertThat(shown.path("id").textValue()).isEqualTo(id);
    assertThat(shown.path("status").textValue()).isEqualTo("active");
    assertThat(shown.path("size").longValue()).isEqualTo(300_000);
    assertThat(shown.path("properties").path("os_distro").textValue()).isEqualTo("none");

    Result set =
        openstack(
            "/image",
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
    JsonNode changed = openstack("/image", "image", "show", id, "-f", "json").json();
    assertThat(changed.path("name").textValue()).isEqualTo("small");
    assertThat(changed.path("min_disk").intValue()).isEqualTo(2);
    assertThat(changed.path("tags").toString()).isEqualTo("[\"red\"]");
    assertThat(changed.path("properties").path("a").textValue()).isEqualTo("b");

    Path saved = dir.resolve("saved.raw");
    Result save = openstack("/image", "image", "save", "--file", saved.toString(), "small");
    assertThat(save.exitCode()).as(save.output()).isZero();
    assertThat(saved).hasSameBinaryContentAs(disk);

    assertThat(openstack("/image", "image", "list", "--long", "-f", "json").json().size())
        .isEqualTo(1);
    assertThat(openstack("/image", "image", "delete", "small").exitCode()).isZero();
    assertThat(openstack("/image", "image", "list", "-f", "json").json().size()).isZero();
  }

  @Test
  void refusedImageSaysWhyAndIsNotLeft() throws Exception {
    Path disk = Files.write(dir.resolve("disk.qcow2"), new byte[4096]);

    Result refused =
        openstack(
            "/image", "image", "create", "--disk-format", "qcow2", "--file", disk.toString(), "x");

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.output()).contains("declared qcow2");
    assertThat(openstack("/image", "image", "list", "-f", "json").json().size()).isZero();
  }

  @Test
  void networksAndPorts() throws Exception {
    JsonNode network = openstack("/networking", "network", "show", "flat", "-f", "json").json();
    assertThat(network.path("name").textValue()).isEqualTo("flat");
    assertThat(openstack("/networking", "network", "list", "-f", "json").json().size())
        .isEqualTo(1);
    assertThat(openstack("/networking", "subnet", "list", "-f", "json").json().size()).isEqualTo(1);
    assertThat(
            openstack("/networking", "subnet", "show", "flat-v4", "-f", "json")
                .json()
                .path("cidr")
                .textValue())
        .isEqualTo("10.0.0.0/24");
    JsonNode port =
        openstack(
                "/networking",
                "port",
                "create",
                "--network",
                "flat",
                "--fixed-ip",
                "ip-address=10.0.0.9",
                "-f",
                "json",
                "p")
            .json();
    assertThat(port.path("fixed_ips").get(0).path("ip_address").textValue()).isEqualTo("10.0.0.9");
    assertThat(openstack("/networking", "port", "list", "--network", "flat", "-f", "json").json())
        .hasSize(1);
    assertThat(openstack("/networking", "port", "delete", "p").exitCode()).isZero();
    assertThat(
            openstack("/networking", "security", "group", "list", "-f", "json")
                .json()
                .get(0)
                .path("Name")
                .textValue())
        .isEqualTo("default");
    JsonNode made =
        openstack("/networking", "network", "create", "--share", "-f", "json", "mine").json();
    assertThat(made.path("shared").booleanValue()).isTrue();
    JsonNode subnet =
        openstack(
                "/networking",
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
    assertThat(openstack("/networking", "network", "delete", "mine").exitCode()).isZero();
    assertThat(openstack("/networking", "extension", "list", "--network", "-f", "json").json())
        .isNotEmpty();
  }
}
