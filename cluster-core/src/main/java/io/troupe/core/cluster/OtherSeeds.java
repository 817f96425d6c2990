package io.troupe.core.cluster;

import io.troupe.config.ClusterSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a cluster may be there already, seen from outside and before this node says anything: a
 * process that listens where another seed node does may be a member that is only too busy to answer
 * within the time after which the first seed founds a cluster of its own.
 */
final class OtherSeeds {
  private static final Logger LOG = LoggerFactory.getLogger(OtherSeeds.class);

  /** Longer than a connection takes; a machine that is gone does not even refuse. */
  private static final int ANSWER_MILLIS = 1_000;

  private OtherSeeds() {}

  /** Only the first seed node founds clusters, so only there anybody is looked for. */
  static boolean mayBeMembers(ClusterSettings settings) {
    var self = settings.host() + ":" + settings.port();
    var seeds = settings.seedNodes();
    return !seeds.isEmpty()
        && seeds.getFirst().equals(self)
        && others(seeds, self).stream().anyMatch(OtherSeeds::listens);
  }

  private static List<String> others(List<String> seeds, String self) {
    return seeds.stream().filter(seed -> !seed.equals(self)).toList();
  }

  private static boolean listens(String seed) {
    int colon = seed.lastIndexOf(':');
    var address =
        new InetSocketAddress(
            seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1)));
    try (var socket = new Socket()) {
      socket.connect(address, ANSWER_MILLIS);
      LOG.info("seed node {} listens: this node waits to be let in and founds no cluster", seed);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
