package io.troupe.core.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.ClusterSettings;
import java.util.HashMap;
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
  private static final String NEVER_FOUNDS = "10 minutes";

  private ClusterConfig() {}

  /** Looks first for a cluster that may be there already, which can take a second for each seed. */
  public static Config toJoin(ClusterSettings settings) {
    var config = of(settings);
    return OtherSeeds.mayBeMembers(settings)
        ? ConfigFactory.parseMap(Map.of("pekko.cluster.seed-node-timeout", NEVER_FOUNDS))
            .withFallback(config)
        : config;
  }

  public static Config of(ClusterSettings settings) {
    Map<String, Object> values = new HashMap<>();
    values.put("pekko.remote.artery.canonical.hostname", settings.host());
    values.put("pekko.remote.artery.canonical.port", settings.port());
    values.put("pekko.cluster.roles", settings.roles());
    values.put(
        "pekko.cluster.seed-nodes",
        settings.seedNodes().stream().map(seed -> "pekko://" + SYSTEM + "@" + seed).toList());
    values.put("troupe.cluster.name", settings.name());
    return ConfigFactory.parseMap(values);
  }
}
