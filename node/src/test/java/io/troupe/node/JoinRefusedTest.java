package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node of another cluster, or one that speaks otherwise, is told so and stops. */
class JoinRefusedTest {
  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;
  private LiveCluster cluster;

  @BeforeEach
  void startOne() throws Exception {
    cluster = LiveCluster.start(nodes, dir, 1);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @CsvSource({
    "troupe.cluster.name, other, troupe.cluster.name is test there and other here",
    "troupe.cluster.wire-version, 99, troupe.cluster.wire-version is 1 there and 99 here"
  })
  void theReasonIsSaid(String setting, String value, String reason) throws Exception {
    var stranger = cluster.beginOtherwise(1, setting, value);

    assertThat(stranger.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
    assertThat(stranger.errors()).contains(reason);
    assertThat(stranger.errors().lines())
        .as("lines for the operator")
        .anyMatch(line -> line.startsWith("troupe: the cluster did not let this node in"));
    cluster.admin(0).get("/v1/hosts").expect(200);
  }
}
