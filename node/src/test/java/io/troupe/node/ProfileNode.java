package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.journal.JournalServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole node on a journal elsewhere: the operator's way from nothing to a restart after a crash.
 */
abstract class ProfileNode {
  private static final int BOOTS = 20;

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;
  private JournalServer server;

  abstract JournalServer server() throws Exception;

  /** Settings that lead to the server. */
  abstract Map<String, String> settings(JournalServer server);

  @Test
  void startsWithASchemaOnlyAndForgetsNothingWhenKilled() throws Exception {
    server = server();
    var start = LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "4");
    for (var setting : settings(server).entrySet()) {
      start = start.with(setting.getKey(), setting.getValue());
    }

    var refused = nodes.begin(start);
    assertThat(refused.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
    assertThat(refused.errors().lines().toList())
        .singleElement()
        .asString()
        .startsWith("troupe: ")
        .contains("has no table")
        .contains("schema apply");

    assertThat(schemaApply()).isEqualTo("The schema is there.");
    assertThat(schemaApply()).isEqualTo("The schema is there.");

    var first = nodes.start(start);
    var admin = first.admin();
    var image = admin.get("/image/v2/images").expect(200).path("images").get(0).path("id");
    var accepted = new TreeSet<String>();
    for (int i = 0; i < BOOTS; i++) {
      var body =
          """
          {"server": {"name": "s%d", "flavorRef": "1", "imageRef": %s, "networks": "auto"}}
          """
              .formatted(i, image);
      accepted.add(
          admin
              .post("/compute/v2.1/servers", body)
              .expect(202)
              .path("server")
              .path("id")
              .textValue());
    }
    first.kill9();

    var second = nodes.start(start).admin();
    // Between the answer and the next event a server is known to its entity only, until it is
    // woken.
    var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!ids(second).equals(accepted) && System.nanoTime() < deadline) {
      Thread.sleep(100);
    }
    assertThat(ids(second)).isEqualTo(accepted);
    Books.awaitQuiet(second, Duration.ofSeconds(90));
    assertThat(Books.servers(second))
        .extracting(one -> one.path("status").textValue())
        .containsOnly("ACTIVE");
  }

  private static Set<String> ids(NodeClient admin) {
    return Books.servers(admin).stream()
        .map(one -> one.path("id").textValue())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String schemaApply() throws Exception {
    var file = dir.resolve("node.conf");
    Files.writeString(
        file,
        settings(server).entrySet().stream()
            .map(one -> line(one.getKey(), one.getValue()))
            .collect(Collectors.joining("\n", "troupe.data-dir = \"" + dir + "\"\n", "\n")));
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute("schema", "apply", "--config", file.toString());
    assertThat(code).as(err.toString()).isZero();
    return out.toString().strip();
  }

  /** A system property names the element of a list; a file has the list. */
  private static String line(String key, String value) {
    return key.endsWith(".0")
        ? "%s = [\"%s\"]".formatted(key.substring(0, key.length() - 2), value)
        : "%s = \"%s\"".formatted(key, value);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }
}
