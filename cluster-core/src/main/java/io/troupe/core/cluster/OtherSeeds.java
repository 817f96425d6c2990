package io.troupe.core.cluster;

import io.troupe.config.ClusterSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other seed nodes as they are seen from outside, before this node says anything: a process
 * that listens where one should be may be a member of a cluster that is only too busy to answer
 * within the time after which the first seed founds one of its own.
 */
final class OtherSeeds {
  private static final Logger LOG = LoggerFactory.getLogger(OtherSeeds.class);

  /** Longer than a connection takes; a machine that is gone does not even refuse. */
  private static final int ANSWER_MILLIS = 1_000;

  private OtherSeeds() {}

  /** Those that listen; none on any but the first seed node, which alone founds clusters. */
  static List<String> listening(ClusterSettings settings) {
    var self = settings.host() + ":" + settings.port();
    var seeds = settings.seedNodes();
    if (seeds.isEmpty() || !seeds.getFirst().equals(self)) {
      return List.of();
    }
    var there =
        seeds.stream().filter(seed -> !seed.equals(self)).filter(OtherSeeds::listens).toList();
    if (!there.isEmpty()) {
      LOG.info("seed nodes {} listen: no cluster is founded unless they say they have none", there);
    }
    return there;
  }

  private static boolean listens(String seed) {
    int colon = seed.lastIndexOf(':');
    var address =
        new InetSocketAddress(
            seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1)));
    try (var socket = new Socket()) {
      socket.connect(address, ANSWER_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
