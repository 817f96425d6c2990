package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./troupe dev}: what it leaves, what it finds again, how it ends, what it refuses. */
class DevCommandTest {
  /** A refused start says so before it starts anything heavy. */
  private static final Duration FAST = Duration.ofSeconds(20);

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  @Test
  void secondStartFindsEverythingAsItWas() throws Exception {
    var node = nodes.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));
    report("ready after %d ms with 20 hosts".formatted(node.age().toMillis()));
    var passwords = CloudsFile.read(node.cloudsYaml());
    var demo = node.demo();
    var image = demo.get("/image/v2/images").expect(200).path("images").get(0);
    var booted =
        demo.post(
                "/compute/v2.1/servers",
                """
                {"server": {"name": "kept", "flavorRef": "1", "imageRef": "%s", "networks": "auto",
                  "key_name": "default"}}
                """
                    .formatted(image.path("id").textValue()))
            .expect(202);
    var path = "/compute/v2.1/servers/" + booted.path("server").path("id").textValue();
    Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
    var server = demo.get(path).expect(200).path("server");
    assertThat(server.path("status").textValue()).isEqualTo("ACTIVE");
    var key = demo.get("/compute/v2.1/os-keypairs/default").expect(200).path("keypair");

    assertThat(node.sigterm()).isEqualTo(143);
    node = nodes.start(node.start());

    assertThat(CloudsFile.read(node.cloudsYaml()).clouds())
        .allSatisfy(
            (name, cloud) ->
                assertThat(cloud.password()).isEqualTo(passwords.cloud(name).password()));
    demo = node.demo();
    var images = demo.get("/image/v2/images").expect(200).path("images");
    assertThat(images).hasSize(1);
    assertThat(images.get(0)).isEqualTo(image);
    var again = demo.get(path).expect(200).path("server");
    for (var field : new String[] {"name", "status", "addresses", "created", "key_name", "image"}) {
      assertThat(withoutLinks(again.path(field))).isEqualTo(withoutLinks(server.path(field)));
    }
    var keyAgain = demo.get("/compute/v2.1/os-keypairs/default").expect(200).path("keypair");
    assertThat(keyAgain.path("fingerprint")).isEqualTo(key.path("fingerprint"));
    assertThat(node.admin().get("/v1/hosts").expect(200).path("hosts")).hasSize(20);
    Books.of(node, node.data().resolve("hypervisor")).assertBalanced();
    demo.delete(path).expect(204);
    Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
    Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
  }

  /** Links name the port, which is another one after a restart on a free port. */
  private static JsonNode withoutLinks(JsonNode value) {
    if (value.isObject()) {
      ((ObjectNode) value).remove("links");
    }
    return value;
  }

  @Test
  void cloudsFileIsItsOwnersAlone() throws Exception {
    var node = nodes.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));

    var url = node.url();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(node.cloudsYaml())))
        .isEqualTo("rw-------");
    assertThat(CloudsFile.read(node.cloudsYaml()).clouds())
        .containsKeys("troupe", "troupe-admin")
        .allSatisfy((_, cloud) -> assertThat(cloud.authUrl()).startsWith(url));
    assertThat(node.output()).contains("openstack server create").contains("clouds.yaml");
    assertThat(node.data().resolve("troupe.log"))
        .content()
        .doesNotContain(CloudsFile.read(node.cloudsYaml()).cloud("troupe").password());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void signalStopsItCleanly(String signal) throws Exception {
    var node = nodes.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));
    report("idle resident memory %d MiB".formatted(residentMib(node.pid())));

    var exit = signal.equals("TERM") ? node.sigterm() : node.sigint();

    assertThat(exit).isEqualTo(signal.equals("TERM") ? 143 : 130);
    assertThat(node.errors()).doesNotContain("ERROR").doesNotContain("Exception");
    // The directory is free at once.
    nodes.start(node.start());
  }

  @Test
  void portInUseIsOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = Integer.toString(taken.getLocalPort());

      var node = nodes.begin(LiveNode.Start.on(dir.resolve("data"), "--port", port));

      assertRefused(node, "troupe: port " + port + " on 127.0.0.1 is in use");
    }
  }

  @Test
  void fileInPlaceOfTheDirectoryIsOneLine() throws Exception {
    var file = Files.writeString(dir.resolve("data"), "not a directory");

    assertRefused(
        nodes.begin(LiveNode.Start.on(file, "--port", "0")),
        "troupe: cannot use the data directory " + file);
    assertThat(file).content().isEqualTo("not a directory");
  }

  @Test
  void directoryThatCannotBeMadeIsOneLine() throws Exception {
    var below = Files.writeString(dir.resolve("file"), "").resolve("data");

    var node = LiveNode.Start.on(below, "--port", "0");

    assertRefused(nodes.begin(node, dir), "troupe: cannot use the data directory " + below);
  }

  @Test
  void secondProcessOnTheDirectoryIsOneLine() throws Exception {
    var first = nodes.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));

    var second = nodes.begin(first.start());

    assertRefused(second, "troupe: ");
    assertThat(second.errors()).contains(first.data().toString()).contains("in use");
    first.demo().get("/compute/v2.1/servers").expect(200);
  }

  @Test
  void wrongOptionIsRefused() throws Exception {
    var node = nodes.begin(LiveNode.Start.on(dir.resolve("data"), "--port", "70000"));

    assertThat(node.awaitExit(FAST)).isEqualTo(2);
    assertThat(node.errors()).contains("--port must be 0 to 65535, was 70000");
    assertThat(node.data()).doesNotExist();
  }

  private static void assertRefused(LiveNode node, String line)
      throws IOException, InterruptedException {
    assertThat(node.awaitExit(FAST)).as(node.logs()).isEqualTo(1);
    report("refused after %d ms".formatted(node.age().toMillis()));
    assertThat(node.errors().lines()).singleElement().asString().startsWith(line);
    assertThat(node.output()).isEmpty();
  }

  private static long residentMib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private static void report(String what) {
    System.out.println("DevCommandTest: " + what);
  }
}
