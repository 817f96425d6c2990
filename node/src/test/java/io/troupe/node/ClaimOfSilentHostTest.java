package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node was killed while a host was building a guest, and after the restart that host's hypervisor
 * did not answer yet. The host refused its own claim, the instance went to another host, and the
 * claim, or a second guest, stayed behind.
 */
class ClaimOfSilentHostTest {
  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  @Test
  void instanceWaitsForTheHostThatMayHaveItsGuest() throws Exception {
    var first =
        nodes.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    register(first, "silent", "fake://silent?hosts=1&prefix=silent-&bootMillis=2000");
    var path = CloudUser.of(first.demo()).boot("first", "1");
    while (first
        .admin()
        .get(path)
        .expect(200)
        .path("server")
        .path("OS-EXT-SRV-ATTR:host")
        .isNull()) {
      Thread.sleep(20);
    }
    register(first, "other", "fake://other?hosts=3&prefix=other-");
    first.kill9();

    LiveNode second;
    // The fake hypervisor cannot be reached while somebody else has its state.
    try (var file = FileChannel.open(dir.resolve("silent/lock"), StandardOpenOption.WRITE);
        var _ = file.lock()) {
      second = nodes.start(first.start());
      while (second.admin().get("/v1/hosts?up=true").expect(200).path("hosts").size() < 3) {
        Thread.sleep(50);
      }
      Thread.sleep(4_000); // the claim is asked for again at once and every other second
      var server = second.admin().get(path).expect(200).path("server");
      assertThat(Books.status(server)).isEqualTo("BUILD");
    }

    var server = CloudUser.of(second.admin()).settled(path);
    assertThat(Books.status(server)).isEqualTo("ACTIVE");
    assertThat(server.path("OS-EXT-SRV-ATTR:host").textValue()).isEqualTo("silent-1");
    Books.of(second, dir.resolve("silent"), dir.resolve("other")).assertBalanced();
  }

  private void register(LiveNode node, String id, String uri) throws Exception {
    var body = "{\"id\": \"%s\", \"uri\": \"%s&state=%s\"}".formatted(id, uri, dir.resolve(id));
    node.admin().post("/v1/connections", body).expect(201);
  }
}
