package io.troupe.config;

import java.util.List;

/**
 * This node's place in a cluster. Without seed nodes it stands alone.
 *
 * @param name of the cluster; a node of another name is not let in
 * @param host the address other nodes reach this one at
 * @param port 0 for any free one, which only a node alone can use
 * @param seedNodes {@code host:port} of the nodes to join through; the first one founds the cluster
 *     when nobody answers
 * @param roles of this node, free words
 */
public record ClusterSettings(
    String name, String host, int port, List<String> seedNodes, List<String> roles) {
  public ClusterSettings {
    seedNodes = List.copyOf(seedNodes);
    roles = List.copyOf(roles);
    if (name.isBlank()) {
      throw new IllegalArgumentException("troupe.cluster.name must not be empty");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("troupe.cluster.port must be 0 to 65535, was " + port);
    }
    for (String seed : seedNodes) {
      if (!seed.matches("[^:\\s]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+]:[0-9]{1,5}")) {
        throw new IllegalArgumentException(
            "troupe.cluster.seed-nodes must be host:port each, was " + seed);
      }
    }
    if (!seedNodes.isEmpty() && port == 0) {
      throw new IllegalArgumentException(
          "troupe.cluster.port must be set on a node with seed nodes");
    }
  }

  public boolean alone() {
    return seedNodes.isEmpty();
  }
}
