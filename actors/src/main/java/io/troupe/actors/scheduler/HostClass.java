package io.troupe.actors.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a host is, apart from its load. A fleet has few classes, so the filters that look at nothing
 * else are asked once per class and not once per host.
 *
 * @param disabledReason why an operator disabled it, empty when nobody did
 * @param aggregateMetadata for each key the values of all aggregates the host is in
 * @param traits of the host itself
 */
public record HostClass(
    boolean enabled,
    String disabledReason,
    boolean up,
    String availabilityZone,
    Map<String, Set<String>> aggregateMetadata,
    Machine machine,
    Set<String> traits) {
  public HostClass {
    aggregateMetadata = deepCopy(aggregateMetadata);
  }

  /** An immutable copy, or the same map when it is one already. */
  static Map<String, Set<String>> deepCopy(Map<String, Set<String>> metadata) {
    if (isDeepCopy(metadata)) {
      return metadata;
    }
    var copy = new HashMap<String, Set<String>>();
    metadata.forEach((key, values) -> copy.put(key, Set.copyOf(values)));
    return Map.copyOf(copy);
  }

  private static boolean isDeepCopy(Map<String, Set<String>> metadata) {
    if (Map.copyOf(metadata) != metadata) {
      return false;
    }
    for (Set<String> values : metadata.values()) {
      if (Set.copyOf(values) != values) {
        return false;
      }
    }
    return true;
  }
}
