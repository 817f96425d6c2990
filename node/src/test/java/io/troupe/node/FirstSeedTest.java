package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.node.jmx.BeanCalls;
import io.troupe.node.jmx.BeanValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first seed node founds a cluster when nobody answers. One that comes back to a cluster that
 * is only too busy to answer must not: two clusters on one journal are two owners of everything.
 */
class FirstSeedTest {
  private static final int NODES = 3;

  /** Longer than it takes the first seed to found a cluster where nobody is. */
  private static final Duration SILENCE = Duration.ofSeconds(14);

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;
  private LiveCluster cluster;

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void comesBackToItsClusterThatIsSilentForAWhile() throws Exception {
    cluster = LiveCluster.start(nodes, dir, NODES);
    cluster.node(0).kill9();
    ThreeNodes.until(() -> members(1) == NODES - 1);
    cluster.node(1).sigstop();
    cluster.node(2).sigstop();

    var log = cluster.node(0).data().resolve("troupe.log");
    var formerLife = Files.readString(log).length();
    var again = cluster.beginNode(0);
    ThreeNodes.until(
        () -> Files.readString(log).substring(formerLife).contains("Started up successfully"));
    Thread.sleep(SILENCE);
    cluster.node(1).sigcont();
    cluster.node(2).sigcont();

    again.awaitReady();
    assertThat(Files.readString(log).substring(formerLife))
        .doesNotContain("forming new cluster")
        .contains("Welcome from");
    ThreeNodes.until(() -> members(1) == NODES && members(2) == NODES);
  }

  private int members(int asked) throws Exception {
    try (var client = cluster.jmx(asked)) {
      return BeanValue.json(new BeanCalls(client.beans()).get("Cluster", "Members")).size();
    }
  }
}
