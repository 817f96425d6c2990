package io.troupe.actors.scheduler;

import io.troupe.core.serialization.CborSerializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A placement decision with its reasons.
 *
 * @param hostsConsidered how many hosts the scheduler knew
 * @param chosen the best host and its alternates, best first; empty when no host fits
 * @param filters in the order they were asked
 * @param hosts every host with its verdict, perhaps cut to a bound of the scheduler's
 * @param preemption who would have to leave where no host fits, if that would help and is allowed
 */
public record PlacementExplanation(
    int hostsConsidered,
    List<Candidate> chosen,
    List<FilterOutcome> filters,
    List<HostVerdict> hosts,
    Optional<Preemption> preemption)
    implements CborSerializable {
  public PlacementExplanation {
    chosen = List.copyOf(chosen);
    filters = List.copyOf(filters);
    hosts = List.copyOf(hosts);
    preemption = preemption == null ? Optional.empty() : preemption; // of a former release
  }

  /**
   * A host that fits.
   *
   * @param weight the sum of {@code weights}, each scaled and multiplied, by weigher
   */
  public record Candidate(String host, double weight, Map<String, Double> weights) {
    public Candidate {
      weights = Map.copyOf(weights);
    }
  }

  /**
   * What one filter did.
   *
   * @param removed how many hosts it removed from those that came to it
   * @param nearestMiss the removed host that came closest, with the values compared
   */
  public record FilterOutcome(String filter, int removed, Optional<String> nearestMiss) {}

  /**
   * One host.
   *
   * @param filter the filter that removed it, empty when it passed
   * @param reason the values compared, empty when it passed
   * @param remedy what would have to change for this filter, empty when it passed
   * @param further the other filters that fail it, each with the values compared
   * @param weights by weigher, empty when it did not pass
   */
  public record HostVerdict(
      String host,
      boolean passed,
      Optional<String> filter,
      Optional<String> reason,
      Map<String, Double> weights,
      Optional<String> remedy,
      List<String> further) {
    public HostVerdict {
      further = List.copyOf(further);
      weights = Map.copyOf(weights);
    }

    /** Of a host without more to say. */
    public HostVerdict(
        String host,
        boolean passed,
        Optional<String> filter,
        Optional<String> reason,
        Map<String, Double> weights) {
      this(host, passed, filter, reason, weights, Optional.empty(), List.of());
    }
  }
}
