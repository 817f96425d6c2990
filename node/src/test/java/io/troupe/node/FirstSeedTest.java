package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.node.jmx.BeanCalls;
import io.troupe.node.jmx.BeanValue;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first seed node founds a cluster when nobody answers. One that comes back to a cluster that
 * is only too busy to answer must not: two clusters on one journal are two owners of everything.
 */
@Tag("cluster")
class FirstSeedTest {
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
    cluster = LiveCluster.start(nodes, dir, 2);
    var first = cluster.node(0);
    first.sigterm();
    cluster.node(1).sigstop();
    var log = first.data().resolve("troupe.log");
    var formerLife = Files.readString(log).length();

    var again = cluster.beginNode(0);
    ThreeNodes.until(
        () -> Files.readString(log).substring(formerLife).contains("Started up successfully"));
    Thread.sleep(SILENCE);
    cluster.node(1).sigcont();

    again.awaitReady();
    assertThat(Files.readString(log).substring(formerLife))
        .doesNotContain("forming new cluster")
        .contains("Welcome from");
    ThreeNodes.until(() -> members(1) == 2);
  }

  /** After a power cut: the third seed does not come back, and the second was there first. */
  @Test
  void foundsAClusterWithASeedThatIsInNone() throws Exception {
    cluster = LiveCluster.prepare(nodes, dir, 3);
    var second = cluster.beginNode(1);
    awaitAddress(1);

    cluster.startNode(0);

    second.awaitReady();
    ThreeNodes.until(() -> members(0) == 2);
  }

  private void awaitAddress(int index) throws Exception {
    var port = URI.create(cluster.address(index)).getPort();
    ThreeNodes.until(
        () -> {
          try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          } catch (ConnectException notYet) {
            return false;
          }
        });
  }

  private int members(int asked) throws Exception {
    try (var client = cluster.jmx(asked)) {
      return BeanValue.json(new BeanCalls(client.beans()).get("Cluster", "Members")).size();
    }
  }
}
