package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node of another cluster, or one that speaks otherwise, is told so and stops. */
@Tag("cluster")
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
    "troupe.cluster.name, other, the name other and wire version 1",
    "troupe.cluster.wire-version, 99, the name test and wire version 99"
  })
  void theReasonIsSaidOnBothSides(String setting, String value, String told) throws Exception {
    var stranger = cluster.beginOtherwise(1, setting, value);

    assertThat(stranger.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
    assertThat(stranger.errors().lines().toList())
        .as("the last line for the operator")
        .last(InstanceOfAssertFactories.STRING)
        .startsWith("troupe: the cluster at [127.0.0.1:")
        .contains("has another name or wire version than this node", told);
    assertThat(cluster.node(0).errors())
        .as("what the cluster says")
        .contains(setting + " is " + value + " there and ");
    cluster.admin(0).get("/v1/hosts").expect(200);
  }
}
