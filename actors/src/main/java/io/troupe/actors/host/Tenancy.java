package io.troupe.actors.host;

import io.troupe.actors.scheduler.Residents;
import io.troupe.core.value.InstanceId;
import java.util.Map;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Sums over the claims of a host, kept up to date claim by claim.
 *
 * @param flavors by name the number of instances
 * @param imageProperties by {@code property=value} the number of instances
 * @param used by provider and resource class
 */
record Tenancy(
    PMap<String, Integer> flavors,
    PMap<String, Integer> imageProperties,
    PMap<String, PMap<String, Long>> used) {
  static final Tenancy NONE =
      new Tenancy(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

  /**
   * @param more 1 for a claim that comes, −1 for one that goes
   */
  Tenancy with(Claim claim, int more) {
    Holding holding = claim.holding();
    var properties = imageProperties;
    for (var property : holding.imageProperties().entrySet()) {
      properties = count(properties, property.getKey() + "=" + property.getValue(), more);
    }
    var amounts = used;
    for (var provider : holding.resources().entrySet()) {
      for (var given : provider.getValue().entrySet()) {
        amounts = add(amounts, provider.getKey(), given.getKey(), more * given.getValue());
      }
    }
    return new Tenancy(
        holding.flavor().map(flavor -> count(flavors, flavor, more)).orElse(flavors),
        properties,
        amounts);
  }

  private static PMap<String, Integer> count(PMap<String, Integer> counts, String key, int more) {
    int now = counts.getOrDefault(key, 0) + more;
    return now == 0 ? counts.minus(key) : counts.plus(key, now);
  }

  private static PMap<String, PMap<String, Long>> add(
      PMap<String, PMap<String, Long>> used, String provider, String resourceClass, long more) {
    PMap<String, Long> there = used.getOrDefault(provider, HashTreePMap.empty());
    long now = there.getOrDefault(resourceClass, 0L) + more;
    var rest = now == 0 ? there.minus(resourceClass) : there.plus(resourceClass, now);
    return rest.isEmpty() ? used.minus(provider) : used.plus(provider, rest);
  }

  Residents residents(Set<InstanceId> instances) {
    return instances.isEmpty()
        ? Residents.NONE
        : new Residents(instances, flavors, imageProperties);
  }

  Map<String, Map<String, Long>> usedByProvider() {
    return Map.copyOf(used);
  }
}
