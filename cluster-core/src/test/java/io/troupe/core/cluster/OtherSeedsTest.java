package io.troupe.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.ClusterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtherSeedsTest {
  private static final int OWN = 25_520;

  @Test
  void whoListensMayBeAMemberEvenIfItSaysNothing() throws IOException {
    try (var silent = socket()) {
      var seeds = List.of("127.0.0.1:" + OWN, "127.0.0.1:" + silent.getLocalPort());

      assertThat(OtherSeeds.mayBeMembers(settings(OWN, seeds))).isTrue();
    }
  }

  @Test
  void nobodyListens() throws IOException {
    int free;
    try (var socket = socket()) {
      free = socket.getLocalPort();
    }
    var seeds = List.of("127.0.0.1:" + OWN, "127.0.0.1:" + free);

    assertThat(OtherSeeds.mayBeMembers(settings(OWN, seeds))).isFalse();
  }

  @Test
  void onlyTheFirstSeedLooks() throws IOException {
    try (var silent = socket()) {
      var seeds = List.of("127.0.0.1:" + silent.getLocalPort(), "127.0.0.1:" + OWN);

      assertThat(OtherSeeds.mayBeMembers(settings(OWN, seeds))).isFalse();
      assertThat(OtherSeeds.mayBeMembers(settings(OWN, List.of()))).isFalse();
    }
  }

  private static ServerSocket socket() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static ClusterSettings settings(int port, List<String> seeds) {
    return new ClusterSettings("test", "127.0.0.1", port, seeds, List.of());
  }
}
