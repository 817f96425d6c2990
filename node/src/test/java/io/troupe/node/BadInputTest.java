package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input is answered in the API's own form, and nothing is lost or left behind: after each test
 * there is no server, no claim, no guest, no port and no quota in use.
 */
class BadInputTest {
  private static final String MISSING = "00000000-0000-4000-8000-000000000000";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static CloudUser demo;
  private static CloudUser admin;

  @BeforeAll
  static void start() throws Exception {
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    var uri = "fake://?hosts=4&prefix=slow-&bootMillis=400&state=" + dir.resolve("hypervisor");
    node.admin()
        .post("/v1/connections", "{\"id\": \"slow\", \"uri\": \"%s\"}".formatted(uri))
        .expect(201);
    demo = CloudUser.of(node.demo());
    admin = CloudUser.of(node.admin());
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    Books.awaitQuiet(admin.client(), Duration.ofSeconds(60));
    Books.of(node, dir.resolve("hypervisor")).assertEmpty();
  }

  static Stream<Arguments> badBodies() {
    return Stream.of(
        Arguments.of("malformed JSON", "{\"server\": {\"name\": ", "Malformed request body"),
        Arguments.of("not an object", "[1, 2]", ""),
        Arguments.of("no body", "", ""),
        Arguments.of("unknown field", demo.server("x", "1", ", \"colour\": \"red\""), "colour"),
        Arguments.of("wrong type", demo.server("x", "1", ", \"min_count\": \"many\""), "min_count"),
        Arguments.of("name of 256 characters", demo.server("n".repeat(256), "1", ""), "too long"),
        Arguments.of("empty name", demo.server("", "1", ""), "too short"),
        Arguments.of("missing flavor", demo.server("x", "none-such", ""), "none-such"),
        Arguments.of(
            "missing image",
            demo.server("x", "1", "").replace(demo.image(), MISSING),
            "Image " + MISSING + " could not be found"),
        Arguments.of(
            "missing network",
            demo.server("x", "1", "")
                .replace("\"auto\"", "[{\"uuid\": \"%s\"}]".formatted(MISSING)),
            MISSING),
        Arguments.of("missing key", demo.server("x", "1", ", \"key_name\": \"no-key\""), "no-key"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBodies")
  void badRequest(String what, String body, String words) {
    var reply = demo.create(body);

    assertFault(reply, 400, "badRequest", words);
  }

  private static void assertFault(NodeClient.Reply reply, int status, String key, String words) {
    var fault = reply.expect(status).path(key);
    assertThat(fault.path("code").intValue()).as(reply.text()).isEqualTo(status);
    assertThat(fault.path("message").textValue()).as(reply.text()).isNotBlank().contains(words);
    assertThat(reply.response().headers().firstValue("x-openstack-request-id")).isPresent();
  }

  @Test
  void imageLargerThanTheFlavorsDisk() {
    var upload = upload(qcow2(2L << 30));
    assertThat(upload.reply().status()).as(upload.reply().text()).isEqualTo(204);
    var body = demo.server("x", "1", "").replace(demo.image(), upload.id());

    assertFault(
        demo.create(body), 400, "badRequest", "Flavor's disk is too small for requested image.");
    demo.client().delete("/image/v2/images/" + upload.id()).expect(204);
  }

  @Test
  void imageWithABackingFileIsRejected() {
    var name = "/etc/passwd".getBytes(StandardCharsets.UTF_8);
    var evil = ByteBuffer.wrap(qcow2(1L << 30)).putLong(8, 112).putInt(16, name.length);
    evil.put(112, name);

    var upload = upload(evil.array());

    assertThat(upload.reply().status()).isEqualTo(400);
    assertThat(upload.reply().text()).contains("backing file");
    var image = demo.client().get("/image/v2/images/" + upload.id()).expect(200);
    assertThat(image.path("status").textValue()).isNotEqualTo("active");
    assertFault(
        demo.create(demo.server("x", "1", "").replace(demo.image(), upload.id())),
        400,
        "badRequest",
        upload.id());
    demo.client().delete("/image/v2/images/" + upload.id()).expect(204);
  }

  private record Upload(String id, NodeClient.Reply reply) {}

  private static Upload upload(byte[] bytes) {
    var id =
        demo.client()
            .post(
                "/image/v2/images",
                """
                {"name": "own", "disk_format": "qcow2", "container_format": "bare"}
                """)
            .expect(201)
            .path("id")
            .textValue();
    var path = "/image/v2/images/" + id + "/file";
    return new Upload(id, demo.client().put(path, "application/octet-stream", bytes));
  }

  /** An empty disk: version 3, clusters of 64 KiB, an L1 table, a refcount table. */
  private static byte[] qcow2(long diskBytes) {
    var cluster = 65_536;
    var l1Entries = (int) Math.ceilDiv(diskBytes, (long) cluster * cluster / 8);
    return ByteBuffer.allocate(4 * cluster)
        .put(0, new byte[] {'Q', 'F', 'I', (byte) 0xfb})
        .putInt(4, 3)
        .putInt(20, 16)
        .putLong(24, diskBytes)
        .putInt(36, l1Entries)
        .putLong(40, 3L * cluster)
        .putLong(48, cluster)
        .putInt(56, 1)
        .putInt(96, 4)
        .putInt(100, 104)
        .array();
  }

  @Test
  void quotaExceeded() throws Exception {
    assertFault(
        demo.create(demo.server("all", "1", ", \"min_count\": 11")),
        403,
        "forbidden",
        "Quota exceeded for instances: Requested 11, but already used 0 of 10 instances");
    demo.create(demo.server("ten", "1", ", \"min_count\": 10")).expect(202);

    assertFault(
        demo.create(demo.server("more", "1", "")),
        403,
        "forbidden",
        "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances");

    Books.awaitQuiet(admin.client(), Duration.ofSeconds(60));
    var books = Books.of(node, dir.resolve("hypervisor"));
    assertThat(books.servers())
        .hasSize(10)
        .allSatisfy(server -> assertThat(Books.status(server)).isEqualTo("ACTIVE"));
    books.assertBalanced();
    for (var server : books.servers()) {
      var path = "/compute/v2.1/servers/" + server.path("id").textValue();
      demo.client().delete(path).expect(204);
      demo.awaitGone(path);
    }
  }

  @Test
  void coresExceededLeavesTheOtherCountsAlone() {
    assertFault(
        demo.create(demo.server("wide", "5", ", \"min_count\": 6")),
        403,
        "forbidden",
        "Quota exceeded for cores: Requested 24, but already used 0 of 20 cores");
  }

  @Test
  void anotherProjectsServer() throws Exception {
    var path = admin.boot("theirs", "1");

    for (var reply :
        new NodeClient.Reply[] {
          demo.client().get(path),
          demo.client().delete(path),
          demo.client().post(path + "/action", "{\"os-stop\": null}")
        }) {
      assertFault(reply, 404, "itemNotFound", "could not be found");
    }
    assertThat(demo.client().get("/compute/v2.1/servers").expect(200).path("servers")).isEmpty();

    assertThat(Books.status(admin.settled(path))).isEqualTo("ACTIVE");
    admin.client().delete(path).expect(204);
    admin.awaitGone(path);
  }

  @Test
  void readerMayNotBoot() throws Exception {
    var reader = CloudUser.of(node.client("troupe-reader"));

    assertFault(reader.create(reader.server("x", "1", "")), 403, "forbidden", "");
    reader.client().get("/compute/v2.1/servers/detail").expect(200);
  }

  @Test
  void expiredToken() throws Exception {
    var other =
        NODES.start(
            LiveNode.Start.on(dir.resolve("other"), "--port", "0")
                .with("troupe.api.token-lifetime", "2s"));
    var client = other.demo();
    client.get("/compute/v2.1/servers").expect(200);
    Thread.sleep(2_500);

    var reply = client.get("/compute/v2.1/servers");

    assertThat(reply.expect(401).path("error").path("code").intValue()).isEqualTo(401);
    assertThat(reply.response().headers().firstValue("WWW-Authenticate")).isPresent();
    client.at("2.1").post("/compute/v2.1/servers", demo.server("x", "1", "")).expect(401);
    assertThat(NodeClient.anonymous(other.url()).get("/compute/v2.1/servers").status())
        .isEqualTo(401);
    other.sigterm();
  }

  @Test
  void unknownMicroversion() {
    var reply = demo.client().at("2.999").get("/compute/v2.1/servers");

    reply.expect(406);
    assertThat(reply.text()).contains("2.999").contains("2.96");
    demo.client().at("two").get("/compute/v2.1/servers").expect(400);
  }

  @Test
  void bodyOverTheLimit() {
    var body = demo.server("x", "1", ", \"user_data\": \"%s\"".formatted("QUFB".repeat(100_000)));

    assertFault(demo.create(body), 413, "overLimit", "");
  }

  @Test
  void deleteWhileBuilding() throws Exception {
    var path = demo.boot("short-lived", "1");
    assertThat(Books.status(demo.client().get(path).expect(200).path("server"))).isEqualTo("BUILD");

    demo.client().delete(path).expect(204);

    demo.awaitGone(path);
    // What the hypervisor still had in hand is not there a boot's time later either.
    Thread.sleep(800);
    assertThat(demo.client().get(path).status()).isEqualTo(404);
  }

  @Test
  void sameDeleteTwice() throws Exception {
    var path = demo.boot("once", "1");
    demo.settled(path);

    var first = demo.client().deleteAsync(path);
    var second = demo.client().deleteAsync(path);

    assertThat(first.get().status()).isIn(204, 404);
    assertThat(second.get().status()).isIn(204, 404);
    demo.awaitGone(path);
    assertFault(demo.client().delete(path), 404, "itemNotFound", "could not be found");
  }
}
