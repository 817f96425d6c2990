package io.troupe.core.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.ClusterSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node's place in the cluster, in Pekko's words. */
public final class ClusterConfig {
  /**
   * The actor system's name is the same everywhere; clusters are told apart by {@link
   * ClusterSettings#name}.
   */
  public static final String SYSTEM = "troupe";

  /**
   * Longer than a node waits to be let in at all: the first seed ends then, and looks again when it
   * is started again.
   */
  private static final String NEVER = "10 minutes";

  private static final String SEED_NODES = "pekko.cluster.seed-nodes";

  private ClusterConfig() {}

  /**
   * Looks first for a cluster that may be there already, which can take a second for each seed. If
   * other seeds listen, the first one asks those alone and waits for all of them: it is let in, or
   * founds a cluster as soon as each has said that it is in none. One that does not listen is in no
   * cluster, and would never say so.
   */
  public static Config toJoin(ClusterSettings settings) {
    var there = OtherSeeds.listening(settings);
    if (there.isEmpty()) {
      return of(settings);
    }
    var asked = new ArrayList<>(there);
    asked.addFirst(settings.seedNodes().getFirst());
    return ConfigFactory.parseMap(
            Map.of("pekko.cluster.seed-node-timeout", NEVER, SEED_NODES, addresses(asked)))
        .withFallback(of(settings));
  }

  public static Config of(ClusterSettings settings) {
    Map<String, Object> values = new HashMap<>();
    values.put("pekko.remote.artery.canonical.hostname", settings.host());
    values.put("pekko.remote.artery.canonical.port", settings.port());
    values.put("pekko.cluster.roles", settings.roles());
    values.put(SEED_NODES, addresses(settings.seedNodes()));
    values.put("troupe.cluster.name", settings.name());
    return ConfigFactory.parseMap(values);
  }

  private static List<String> addresses(List<String> seeds) {
    return seeds.stream().map(seed -> "pekko://" + SYSTEM + "@" + seed).toList();
  }
}
