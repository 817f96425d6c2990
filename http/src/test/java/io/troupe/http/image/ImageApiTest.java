package io.troupe.http.image;

import static io.troupe.http.live.LiveServer.ADMIN;
import static io.troupe.http.live.LiveServer.MEMBER;
import static io.troupe.http.live.LiveServer.READER;
import static io.troupe.http.live.LiveServer.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.ImageLimits;
import io.troupe.http.cloud.MemoryCatalog;
import io.troupe.http.live.LiveServer;
import io.troupe.http.live.LiveServer.Reply;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Image API over a real port, with a real store on a real disk. */
class ImageApiTest {
  private static final String IMAGES = "/image/v2/images";
  private static final int MAX_UPLOAD = 1 << 20;

  @TempDir static Path dir;
  private static LiveServer server;

  @BeforeAll
  static void start() throws Exception {
    FileImageStore store = new FileImageStore(dir, 0);
    server =
        LiveServer.start(
            (materializer, registry) ->
                List.of(
                    ImageService.of(
                        new MemoryCatalog(),
                        store,
                        new ImageLimits(MAX_UPLOAD, 10L << 30),
                        1000,
                        Clock.systemUTC(),
                        materializer)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String create(String token, String json) {
    Reply reply = server.post(IMAGES, token, json);
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return reply.json().path("id").textValue();
  }

  private static String queued(String format) {
    return create(
        MEMBER,
        "{\"name\":\"tiny\",\"container_format\":\"bare\",\"disk_format\":\"" + format + "\"}");
  }

  private static JsonNode show(String id) {
    return server.get(IMAGES + "/" + id, MEMBER).json();
  }

  private static Reply upload(String id, byte[] bytes) {
    return server.put(IMAGES + "/" + id + "/file", MEMBER, bytes);
  }

  private static Reply patch(String id, String token, String steps) {
    return server.send(
        "PATCH",
        IMAGES + "/" + id,
        token,
        "application/openstack-images-v2.1-json-patch",
        BodyPublishers.ofString(steps));
  }

  private static void assertRefused(Reply reply, int status, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.json().path("message").textValue()).contains(words);
    assertThat(reply.json().path("code").textValue()).startsWith(status + " ");
  }

  private static void assertNoBytes(String id) {
    assertThat(dir.resolve(id)).doesNotExist();
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("."));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A sound qcow2 of 1 GiB inside; the fields that tests spoil are at their usual offsets. */
  private static ByteBuffer qcow2() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * 65_536);
    bytes.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 16).putLong(24, 1L << 30);
    bytes.putInt(36, 2).putLong(40, 3 * 65_536).putLong(48, 65_536).putInt(56, 1);
    return bytes.putInt(96, 4).putInt(100, 104);
  }

  @Nested
  class Documents {
    @Test
    void versionsNeedNoToken() {
      Reply root = server.get("/image", "");
      assertThat(root.status()).isEqualTo(300);
      assertThat(server.get("/image/versions", "").status()).isEqualTo(200);
      JsonNode newest = root.json().path("versions").get(0);
      assertThat(newest.path("status").textValue()).isEqualTo("CURRENT");
      assertThat(newest.path("links").get(0).path("href").textValue())
          .isEqualTo(server.address() + "/image/v2/");
    }

    @Test
    void schemasNameTheirFields() {
      JsonNode image = server.get("/image/v2/schemas/image", READER).json();
      assertThat(image.path("name").textValue()).isEqualTo("image");
      assertThat(image.path("properties").has("os_hash_value")).isTrue();
      assertThat(server.get("/image/v2/schemas/images", READER).json().path("name").textValue())
          .isEqualTo("images");
    }

    @Test
    void everythingElseNeedsAToken() {
      assertThat(server.get(IMAGES, "").status()).isEqualTo(401);
      assertThat(server.get(IMAGES, "forged").status()).isEqualTo(401);
    }
  }

  @Nested
  class Create {
    @Test
    void answersTheImageWithItsPlace() {
      Reply reply =
          server.post(
              IMAGES,
              MEMBER,
              """
              {"name": "tiny", "container_format": "bare", "disk_format": "qcow2", "min_disk": 1,
               "min_ram": 64, "protected": false, "tags": ["b", "a"], "visibility": "private",
               "os_distro": "none", "owner_specified.openstack.md5": ""}
              """);

      assertThat(reply.status()).isEqualTo(201);
      JsonNode image = reply.json();
      String id = image.path("id").textValue();
      assertThat(reply.header("location")).isEqualTo(server.address() + IMAGES + "/" + id);
      assertThat(image.path("status").textValue()).isEqualTo("queued");
      assertThat(image.path("owner").textValue()).isEqualTo("demo");
      assertThat(image.path("min_ram").intValue()).isEqualTo(64);
      assertThat(image.path("tags").toString()).isEqualTo("[\"a\",\"b\"]");
      assertThat(image.path("os_distro").textValue()).isEqualTo("none");
      assertThat(image.path("owner_specified.openstack.md5").textValue()).isEmpty();
      assertThat(image.path("checksum").isNull()).isTrue();
      assertThat(image.path("size").isNull()).isTrue();
      assertThat(image.path("file").textValue()).isEqualTo("/v2/images/" + id + "/file");
      assertThat(show(id)).isEqualTo(image);
    }

    @Test
    void chosenIdIsKeptAndTakenOnce() {
      String id = UUID.randomUUID().toString();
      assertThat(create(MEMBER, "{\"id\":\"" + id + "\"}")).isEqualTo(id);
      assertRefused(server.post(IMAGES, MEMBER, "{\"id\":\"" + id + "\"}"), 409, "already exists");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{\"id\":\"../../etc/passwd\"} | 400 | uuid",
          "{\"disk_format\":\"vmdk\"} | 400 | Disk format 'vmdk' is not supported; use raw or qcow2",
          "{\"container_format\":\"ova\"} | 400 | container_format",
          "{\"visibility\":\"everybody\"} | 400 | visibility",
          "{\"visibility\":\"public\"} | 403 | administrator",
          "{\"owner\":\"other\"} | 403 | another project",
          "{\"min_disk\":-1} | 400 | min_disk",
          "{\"min_disk\":99999999999} | 400 | min_disk",
          "{\"protected\":\"perhaps\"} | 400 | protected",
          "{\"tags\":\"one\"} | 400 | tags",
          "{\"status\":\"active\"} | 403 | read-only",
          "{\"checksum\":\"0\"} | 403 | read-only",
          "{\"os_distro\":5} | 400 | os_distro",
          "{\"name\":\"a\\u0000b\"} | 400 | name",
          "[] | 400 | object",
          "{ | 400 | not JSON",
        })
    void badBodyIsRefused(String json, int status, String words) {
      assertRefused(server.post(IMAGES, MEMBER, json), status, words);
    }

    @Test
    void longNameAndManyPropertiesAreRefused() {
      assertRefused(
          server.post(IMAGES, MEMBER, "{\"name\":\"" + "n".repeat(256) + "\"}"), 400, "too long");
      StringBuilder many = new StringBuilder("{\"name\":\"many\"");
      for (int i = 0; i <= 128; i++) {
        many.append(",\"p").append(i).append("\":\"v\"");
      }
      assertRefused(server.post(IMAGES, MEMBER, many + "}"), 413, "Maximum: 128");
    }

    @Test
    void readersMayNot() {
      assertThat(server.post(IMAGES, READER, "{}").status()).isEqualTo(403);
    }
  }

  @Nested
  class Upload {
    @Test
    void soundImageBecomesActiveAndComesBackAsItWas() {
      String id = queued("qcow2");
      byte[] bytes = qcow2().array();

      assertThat(upload(id, bytes).status()).isEqualTo(204);

      JsonNode image = show(id);
      assertThat(image.path("status").textValue()).isEqualTo("active");
      assertThat(image.path("size").longValue()).isEqualTo(bytes.length);
      assertThat(image.path("virtual_size").longValue()).isEqualTo(1L << 30);
      assertThat(image.path("os_hash_algo").textValue()).isEqualTo("sha512");
      assertThat(image.path("os_hash_value").textValue()).hasSize(128);
      Reply file = server.get(IMAGES + "/" + id + "/file", READER);
      assertThat(file.status()).isEqualTo(200);
      assertThat(file.body()).isEqualTo(bytes);
      assertThat(file.header("content-md5")).isEqualTo(image.path("checksum").textValue());
      assertThat(file.header("content-length")).isEqualTo("262144");
    }

    @Test
    void chunkedIsTakenToo() {
      String id = queued("raw");

      Reply reply =
          server.send(
              "PUT",
              IMAGES + "/" + id + "/file",
              MEMBER,
              "application/octet-stream",
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[300_000])));

      assertThat(reply.status()).isEqualTo(204);
      assertThat(show(id).path("size").longValue()).isEqualTo(300_000);
    }

    @Test
    void declaredLengthOverTheLimitIsRefused() {
      String id = queued("raw");

      assertRefused(upload(id, new byte[MAX_UPLOAD + 1]), 413, "limit of 1048576 bytes");

      assertThat(show(id).path("status").textValue()).isEqualTo("queued");
      assertNoBytes(id);
    }

    @Test
    void chunkedOverTheLimitIsRefused() {
      String id = queued("raw");

      Reply reply =
          server.send(
              "PUT",
              IMAGES + "/" + id + "/file",
              MEMBER,
              "application/octet-stream",
              BodyPublishers.ofInputStream(
                  () -> new ByteArrayInputStream(new byte[3 * MAX_UPLOAD])));

      assertRefused(reply, 413, "limit of 1048576 bytes");
      assertThat(show(id).path("status").textValue()).isEqualTo("queued");
      assertNoBytes(id);
    }

    @Test
    void backingFileIsRefusedAndTheImageMayBeFilledAgain() {
      String id = queued("qcow2");
      byte[] backed = qcow2().putLong(8, 512).putInt(16, 11).array();

      assertRefused(upload(id, backed), 400, "backing file");
      assertThat(show(id).path("status").textValue()).isEqualTo("queued");
      assertThat(show(id).path("checksum").isNull()).isTrue();
      assertNoBytes(id);

      assertThat(upload(id, qcow2().array()).status()).isEqualTo(204);
    }

    @Test
    void externalDataFileIsRefused() {
      String id = queued("qcow2");
      assertRefused(upload(id, qcow2().putLong(72, 4).array()), 400, "external data file");
      assertNoBytes(id);
    }

    @Test
    void hugeVirtualSizeIsRefused() {
      String id = queued("qcow2");
      assertRefused(upload(id, qcow2().putLong(24, 1L << 50).array()), 400, "virtual size");
      assertNoBytes(id);
    }

    @Test
    void wrongDeclaredFormatIsRefusedBothWays() {
      String raw = queued("raw");
      assertRefused(upload(raw, qcow2().array()), 400, "declared raw, but its bytes are qcow2");
      assertNoBytes(raw);
      String qcow2 = queued("qcow2");
      assertRefused(upload(qcow2, new byte[4096]), 400, "declared qcow2");
      assertNoBytes(qcow2);
    }

    @Test
    void vmdkDescriptorLabelledRawIsRefused() {
      String id = queued("raw");
      String descriptor = "# Disk DescriptorFile\nversion=1\nRW 8 FLAT \"/etc/shadow\" 0\n";
      assertRefused(
          upload(id, descriptor.getBytes(StandardCharsets.UTF_8)), 400, "VMDK descriptor");
      assertNoBytes(id);
    }

    @Test
    void emptyDataIsRefused() {
      String id = queued("raw");
      assertRefused(upload(id, new byte[0]), 400, "empty");
    }

    @Test
    void secondUploadIsAConflict() {
      String id = queued("raw");
      assertThat(upload(id, new byte[512]).status()).isEqualTo(204);
      assertRefused(upload(id, new byte[1024]), 409, "from active to saving");
      assertThat(show(id).path("size").longValue()).isEqualTo(512);
    }

    @Test
    void ofManyUploadsAtOnceOneWinsAndItsBytesAreWhole() throws Exception {
      String id = queued("raw");
      CountDownLatch go = new CountDownLatch(1);
      List<CompletableFuture<Integer>> uploads = new ArrayList<>();
      for (int i = 1; i <= 8; i++) {
        byte[] bytes = new byte[500_000];
        java.util.Arrays.fill(bytes, (byte) i);
        uploads.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  return upload(id, bytes).status();
                },
                task -> Thread.ofVirtual().start(task)));
      }
      go.countDown();

      List<Integer> statuses = new ArrayList<>();
      for (CompletableFuture<Integer> upload : uploads) {
        statuses.add(upload.get(30, TimeUnit.SECONDS));
      }

      assertThat(statuses).containsOnlyOnce(204).containsOnly(204, 409);
      byte[] kept = server.get(IMAGES + "/" + id + "/file", MEMBER).body();
      assertThat(kept).hasSize(500_000).containsOnly(kept[0]);
      assertThat(show(id).path("status").textValue()).isEqualTo("active");
    }

    @Test
    void interruptedUploadIsQueuedAgainWithoutBytes() throws Exception {
      String id = queued("raw");
      URI address = URI.create(server.address());
      try (Socket socket = new Socket(address.getHost(), address.getPort())) {
        OutputStream out = socket.getOutputStream();
        out.write(
            """
            PUT %s/%s/file HTTP/1.1\r
            Host: localhost\r
            X-Auth-Token: %s\r
            Content-Type: application/octet-stream\r
            Content-Length: 900000\r
            \r
            """
                .formatted(IMAGES, id, MEMBER)
                .getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[400_000]);
        out.flush();
        awaitStatus(id, "saving");
      }

      awaitStatus(id, "queued");
      assertNoBytes(id);
      assertThat(upload(id, new byte[512]).status()).isEqualTo(204);
    }

    private static void awaitStatus(String id, String status) throws InterruptedException {
      Instant deadline = Instant.now().plus(Duration.ofSeconds(15));
      while (!show(id).path("status").textValue().equals(status)) {
        assertThat(Instant.now()).as("waiting for " + status).isBefore(deadline);
        Thread.sleep(10);
      }
    }

    @Test
    void deletedWhileUploadingLeavesNothing() throws Exception {
      String id = queued("raw");
      CountDownLatch deleted = new CountDownLatch(1);
      InputStream slow =
          new ByteArrayInputStream(new byte[400_000]) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
              if (pos > 200_000) {
                try {
                  deleted.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
              return super.read(buffer, offset, length);
            }
          };
      CompletableFuture<Reply> upload =
          CompletableFuture.supplyAsync(
              () ->
                  server.send(
                      "PUT",
                      IMAGES + "/" + id + "/file",
                      MEMBER,
                      "application/octet-stream",
                      BodyPublishers.ofInputStream(() -> slow)));
      awaitStatus(id, "saving");

      assertThat(server.delete(IMAGES + "/" + id, MEMBER).status()).isEqualTo(204);
      deleted.countDown();

      assertRefused(upload.get(30, TimeUnit.SECONDS), 410, "deleted during the upload");
      assertThat(server.get(IMAGES + "/" + id, MEMBER).status()).isEqualTo(404);
      assertNoBytes(id);
    }

    @Test
    void contentTypeAndFormatsAreNeeded() {
      String id = queued("raw");
      assertRefused(
          server.send(
              "PUT",
              IMAGES + "/" + id + "/file",
              MEMBER,
              "application/json",
              BodyPublishers.ofString("{}")),
          415,
          "application/octet-stream");
      String formatless = create(MEMBER, "{\"name\":\"formatless\"}");
      assertRefused(upload(formatless, new byte[512]), 400, "disk_format and container_format");
    }

    @Test
    void othersMayNot() {
      String id = queued("raw");
      assertRefused(server.put(IMAGES + "/" + id + "/file", STRANGER, new byte[9]), 404, id);
      String shown = create(MEMBER, "{\"visibility\":\"community\"}");
      assertRefused(
          server.put(IMAGES + "/" + shown + "/file", STRANGER, new byte[9]), 403, "permitted");
    }

    @Test
    void fileOfAQueuedImageIsNoContent() {
      assertThat(server.get(IMAGES + "/" + queued("raw") + "/file", MEMBER).status())
          .isEqualTo(204);
    }
  }

  @Nested
  class Visibility {
    @Test
    void privateAndSharedAreTheirProjectsOwn() {
      for (String visibility : List.of("private", "shared")) {
        String id = create(MEMBER, "{\"visibility\":\"" + visibility + "\"}");
        assertRefused(server.get(IMAGES + "/" + id, STRANGER), 404, "No image found with ID");
        assertRefused(server.get(IMAGES + "/" + id + "/file", STRANGER), 404, id);
        assertRefused(server.delete(IMAGES + "/" + id, STRANGER), 404, id);
        assertThat(server.get(IMAGES + "/" + id, ADMIN).status()).isEqualTo(200);
      }
    }

    @Test
    void publicIsEverybodysToSeeAndItsOwnersToChange() {
      String id = create(ADMIN, "{\"visibility\":\"public\",\"name\":\"for-all\"}");
      assertThat(server.get(IMAGES + "/" + id, STRANGER).status()).isEqualTo(200);
      assertThat(names("?name=for-all", STRANGER)).containsExactly("for-all");
      assertRefused(server.delete(IMAGES + "/" + id, STRANGER), 403, "not permitted");
      assertRefused(
          patch(id, STRANGER, "[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"mine\"}]"),
          403,
          "not permitted");
    }

    @Test
    void communityIsSeenByIdAndListedWhenAskedFor() {
      String id = create(MEMBER, "{\"visibility\":\"community\",\"name\":\"known\"}");
      assertThat(server.get(IMAGES + "/" + id, STRANGER).status()).isEqualTo(200);
      assertThat(names("?name=known", STRANGER)).isEmpty();
      assertThat(names("?name=known&visibility=community", STRANGER)).containsExactly("known");
      assertThat(names("?name=known", MEMBER)).containsExactly("known");
    }
  }

  private static List<String> names(String query, String token) {
    Reply reply = server.get(IMAGES + query, token);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().path("images").valueStream().map(i -> i.path("name").textValue()).toList();
  }

  @Nested
  class Lists {
    @Test
    void filtersAndSorts() {
      String tag = "t" + UUID.randomUUID();
      String a = create(MEMBER, "{\"name\":\"a,1\",\"tags\":[\"%s\"],\"os\":\"x\"}".formatted(tag));
      String b = create(MEMBER, "{\"name\":\"b\",\"tags\":[\"%s\"]}".formatted(tag));
      create(MEMBER, "{\"name\":\"h\",\"tags\":[\"%s\"],\"os_hidden\":true}".formatted(tag));
      String mine = "?tag=" + tag;

      assertThat(names(mine + "&sort=name:asc", MEMBER)).containsExactly("a,1", "b");
      assertThat(names(mine + "&sort_key=name&sort_dir=desc", MEMBER)).containsExactly("b", "a,1");
      assertThat(names(mine + "&id=in:" + a + "," + b, MEMBER)).hasSize(2);
      assertThat(names(mine + "&name=in:%22a,1%22,c", MEMBER)).containsExactly("a,1");
      assertThat(names(mine + "&status=active", MEMBER)).isEmpty();
      assertThat(names(mine + "&status=queued&owner=demo", MEMBER)).hasSize(2);
      assertThat(names(mine + "&os=x", MEMBER)).containsExactly("a,1");
      assertThat(names(mine + "&os_hidden=true", MEMBER)).containsExactly("h");
      assertThat(names(mine + "&updated_at=gte:2020-01-01T00:00:00Z", MEMBER)).hasSize(2);
      assertThat(names(mine + "&created_at=lt:2020-01-01T00:00:00", MEMBER)).isEmpty();
      assertThat(names(mine, STRANGER)).isEmpty();
    }

    @Test
    void pagesFollowTheirNextLink() {
      String tag = "t" + UUID.randomUUID();
      for (int i = 0; i < 5; i++) {
        create(MEMBER, "{\"name\":\"p%d\",\"tags\":[\"%s\"]}".formatted(i, tag));
      }
      List<String> seen = new ArrayList<>();
      String next = "/v2/images?tag=" + tag + "&sort=name:asc&limit=2";
      while (!next.isEmpty()) {
        JsonNode page = server.get("/image" + next, MEMBER).json();
        page.path("images").forEach(image -> seen.add(image.path("name").textValue()));
        assertThat(page.path("images").size()).isLessThanOrEqualTo(2);
        next = page.path("next").asText();
      }

      assertThat(seen).containsExactly("p0", "p1", "p2", "p3", "p4");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "?limit=-1",
          "?limit=many",
          "?marker=nobody",
          "?sort=colour:asc",
          "?sort=name:up",
          "?visibility=mine",
          "?size_min=big",
          "?updated_at=yesterday",
          "?os_hidden=perhaps",
        })
    void badQueryIsRefused(String query) {
      create(MEMBER, "{\"name\":\"one at least\"}");
      assertThat(server.get(IMAGES + query, MEMBER).status()).isEqualTo(400);
    }
  }

  @Nested
  class Patch {
    @Test
    void changesAttributesPropertiesAndTags() {
      String id = create(MEMBER, "{\"name\":\"old\",\"tags\":[\"a\",\"b\"],\"gone\":\"1\"}");

      Reply reply =
          patch(
              id,
              MEMBER,
              """
              [{"op": "replace", "path": "/name", "value": "new"},
               {"op": "add", "path": "/with~1slash", "value": "v"},
               {"op": "remove", "path": "/gone"},
               {"op": "replace", "path": "/min_disk", "value": 3},
               {"op": "replace", "path": "/protected", "value": true},
               {"op": "replace", "path": "/visibility", "value": "community"},
               {"op": "add", "path": "/tags/-", "value": "c"},
               {"op": "remove", "path": "/tags/0"}]
              """);

      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      JsonNode image = show(id);
      assertThat(reply.json()).isEqualTo(image);
      assertThat(image.path("name").textValue()).isEqualTo("new");
      assertThat(image.path("with/slash").textValue()).isEqualTo("v");
      assertThat(image.has("gone")).isFalse();
      assertThat(image.path("min_disk").intValue()).isEqualTo(3);
      assertThat(image.path("protected").booleanValue()).isTrue();
      assertThat(image.path("tags").toString()).isEqualTo("[\"b\",\"c\"]");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"active\"} | 403 | read-only",
          "{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"x\"} | 403 | read-only",
          "{\"op\":\"replace\",\"path\":\"/owner\",\"value\":\"other\"} | 403 | another project",
          "{\"op\":\"replace\",\"path\":\"/visibility\",\"value\":\"public\"} | 403 | administrator",
          "{\"op\":\"remove\",\"path\":\"/name\"} | 403 | may not be removed",
          "{\"op\":\"remove\",\"path\":\"/absent\"} | 409 | does not exist",
          "{\"op\":\"replace\",\"path\":\"/absent\",\"value\":\"x\"} | 409 | does not exist",
          "{\"op\":\"remove\",\"path\":\"/tags/7\"} | 409 | no place 7",
          "{\"op\":\"move\",\"path\":\"/a\",\"from\":\"/b\"} | 400 | op",
          "{\"op\":\"add\",\"path\":\"name\",\"value\":\"x\"} | 400 | begins with /",
          "{\"op\":\"add\",\"path\":\"/a/b\",\"value\":\"x\"} | 400 | only attributes",
          "{\"op\":\"add\",\"path\":\"/a\"} | 400 | value",
          "{\"op\":\"add\",\"path\":\"/a\",\"value\":{}} | 400 | string",
          "{\"op\":\"replace\",\"path\":\"/min_ram\",\"value\":\"much\"} | 400 | min_ram",
          "{\"op\":\"replace\",\"path\":\"/disk_format\",\"value\":\"vhd\"} | 400 | not supported",
          "{\"op\":\"replace\",\"path\":\"/tags\",\"value\":5} | 400 | tags",
        })
    void badStepIsRefusedAndNothingChanges(String step, int status, String words) {
      String id = create(MEMBER, "{\"name\":\"same\"}");
      JsonNode before = show(id);
      String first = "{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"other\"}";

      assertRefused(patch(id, MEMBER, "[" + first + "," + step + "]"), status, words);

      assertThat(show(id)).isEqualTo(before);
    }

    @Test
    void formatsStayOnceThereAreBytes() {
      String id = queued("raw");
      upload(id, new byte[512]);
      assertRefused(
          patch(id, MEMBER, "[{\"op\":\"replace\",\"path\":\"/disk_format\",\"value\":\"qcow2\"}]"),
          403,
          "queued");
    }

    @Test
    void otherMediaTypeIsRefused() {
      String id = queued("raw");
      assertThat(
              server
                  .send(
                      "PATCH",
                      IMAGES + "/" + id,
                      MEMBER,
                      "application/json",
                      BodyPublishers.ofString("[]"))
                  .status())
          .isEqualTo(415);
    }

    @Test
    void patchesAtOnceAreAllCarriedOut() throws Exception {
      String id = queued("raw");
      List<CompletableFuture<Integer>> patches = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String step = "[{\"op\":\"add\",\"path\":\"/p%d\",\"value\":\"v\"}]".formatted(i);
        patches.add(CompletableFuture.supplyAsync(() -> patch(id, MEMBER, step).status()));
      }
      for (CompletableFuture<Integer> patch : patches) {
        assertThat(patch.get(30, TimeUnit.SECONDS)).isEqualTo(200);
      }

      assertThat(show(id).has("p0")).isTrue();
      assertThat(show(id).has("p1")).isTrue();
      assertThat(show(id).has("p2")).isTrue();
      assertThat(show(id).has("p3")).isTrue();
    }
  }

  @Nested
  class DeleteAndTags {
    @Test
    void deletedIsGoneWithItsBytes() {
      String id = queued("raw");
      upload(id, new byte[512]);

      assertThat(server.delete(IMAGES + "/" + id, MEMBER).status()).isEqualTo(204);

      assertRefused(server.get(IMAGES + "/" + id, MEMBER), 404, id);
      assertRefused(server.delete(IMAGES + "/" + id, MEMBER), 404, id);
      assertNoBytes(id);
    }

    @Test
    void protectedIsKept() {
      String id = create(MEMBER, "{\"protected\":true}");
      assertRefused(server.delete(IMAGES + "/" + id, MEMBER), 403, "protected");
      assertThat(server.get(IMAGES + "/" + id, MEMBER).status()).isEqualTo(200);
    }

    @Test
    void tagsComeAndGo() {
      String id = queued("raw");
      String tags = IMAGES + "/" + id + "/tags/";
      assertThat(server.put(tags + "red%20one", MEMBER, new byte[0]).status()).isEqualTo(204);
      assertThat(server.put(tags + "red%20one", MEMBER, new byte[0]).status()).isEqualTo(204);
      assertThat(show(id).path("tags").toString()).isEqualTo("[\"red one\"]");
      assertThat(server.delete(tags + "red%20one", MEMBER).status()).isEqualTo(204);
      assertThat(server.delete(tags + "red%20one", MEMBER).status()).isEqualTo(404);
      assertThat(server.put(tags + "a%0ab", MEMBER, new byte[0]).status()).isEqualTo(400);
      assertThat(server.put(tags + "x".repeat(256), MEMBER, new byte[0]).status()).isEqualTo(400);
      assertThat(server.put(tags + "x", READER, new byte[0]).status()).isEqualTo(403);
    }
  }
}
