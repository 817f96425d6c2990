package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration file says to Pekko changes how a node works. */
class EngineSettingsTest {
  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private LiveNode.Start start(String more) throws Exception {
    var data = dir.resolve("data");
    var file = dir.resolve("node.conf");
    Files.writeString(
        file,
        """
        troupe { data-dir = "%s", http.port = 0 }
        %s
        """
            .formatted(data, more));
    return LiveNode.Start.member(data, file);
  }

  @Test
  void theServersNameIsShownWhenTheFileSaysSo() throws Exception {
    var node = nodes.start(start("pekko.http.server.server-header = \"behind-the-wall\""));

    var reply = NodeClient.anonymous(node.url()).get("/health/live");

    assertThat(reply.response().headers().firstValue("Server")).contains("behind-the-wall");
    node.sigterm();
  }

  @Test
  void aValueThatCannotBeIsOneLine() throws Exception {
    var node = nodes.begin(start("pekko.cluster.failure-detector.heartbeat-interval = soon"));

    assertThat(node.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
    assertThat(node.errors().lines().toList())
        .singleElement()
        .asString()
        .startsWith("troupe: ")
        .contains("heartbeat-interval");
  }
}
