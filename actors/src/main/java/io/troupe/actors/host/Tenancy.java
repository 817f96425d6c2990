package io.troupe.actors.host;

import io.troupe.actors.scheduler.PreemptibleClaim;
import io.troupe.actors.scheduler.Residents;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.GuestPlacement;
import java.util.List;
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
 * @param placed where guests are that have a place of their own
 * @param preemptible claims that may be taken away
 */
record Tenancy(
    PMap<String, Integer> flavors,
    PMap<String, Integer> imageProperties,
    PMap<String, PMap<String, Long>> used,
    PMap<InstanceId, List<GuestPlacement>> placed,
    PMap<InstanceId, PreemptibleClaim> preemptible) {
  static final Tenancy NONE =
      new Tenancy(
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty());

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
    for (var provider : holding.held().entrySet()) {
      for (var given : provider.getValue().entrySet()) {
        amounts = add(amounts, provider.getKey(), given.getKey(), more * given.getValue());
      }
    }
    return new Tenancy(
        holding.flavor().map(flavor -> count(flavors, flavor, more)).orElse(flavors),
        properties,
        amounts,
        place(claim, more),
        claim
            .preemptible()
            .filter(_ -> more > 0)
            .map(one -> preemptible.plus(claim.instance(), one))
            .orElseGet(() -> preemptible.minus(claim.instance())));
  }

  private PMap<InstanceId, List<GuestPlacement>> place(Claim claim, int more) {
    var placements = claim.holding().placements();
    if (placements.isEmpty()) {
      return placed;
    }
    return more > 0 ? placed.plus(claim.instance(), placements) : placed.minus(claim.instance());
  }

  /** In the order of instances, so that whoever adds them up does it the same way. */
  List<GuestPlacement> placements() {
    return placed.isEmpty()
        ? List.of()
        : placed.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .flatMap(one -> one.getValue().stream())
            .toList();
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
