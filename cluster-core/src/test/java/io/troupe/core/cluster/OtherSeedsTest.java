package io.troupe.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.troupe.config.ClusterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtherSeedsTest {
  private static final String SELF = "127.0.0.1:25520";
  private String nobody;

  @BeforeEach
  void findAPortThatRefuses() throws IOException {
    try (var socket = socket()) {
      nobody = address(socket);
    }
  }

  @Test
  void whoListensIsWaitedForEvenIfItSaysNothing() throws IOException {
    try (var silent = socket()) {
      var seeds = List.of(SELF, nobody, address(silent));

      var config = ClusterConfig.toJoin(settings(seeds));

      assertThat(asked(config))
          .containsExactly("pekko://troupe@" + SELF, "pekko://troupe@" + address(silent));
      assertThat(config.getDuration("pekko.cluster.seed-node-timeout"))
          .isGreaterThan(Duration.ofMinutes(2));
    }
  }

  @Test
  void whereNobodyListensAllAreAskedForTheUsualTime() {
    var config = ClusterConfig.toJoin(settings(List.of(SELF, nobody)));

    assertThat(asked(config)).containsExactly("pekko://troupe@" + SELF, "pekko://troupe@" + nobody);
    assertThat(config.hasPath("pekko.cluster.seed-node-timeout")).isFalse();
  }

  @Test
  void onlyTheFirstSeedLooks() throws IOException {
    try (var silent = socket()) {
      var seeds = List.of(address(silent), SELF);

      assertThat(ClusterConfig.toJoin(settings(seeds)))
          .isEqualTo(ClusterConfig.of(settings(seeds)));
      assertThat(OtherSeeds.listening(settings(List.of()))).isEmpty();
    }
  }

  private static List<String> asked(Config config) {
    return config.getStringList("pekko.cluster.seed-nodes");
  }

  private static ServerSocket socket() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static String address(ServerSocket socket) {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private static ClusterSettings settings(List<String> seeds) {
    return new ClusterSettings("test", "127.0.0.1", 25_520, seeds, List.of());
  }
}
