package io.troupe.actors.scheduler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import java.util.List;

/**
 * A decision with all its reasons, as {@code explain} gives it.
 *
 * @param decision what {@code decide} answers to the same arguments
 * @param removed counts and nearest misses, also when a host was found
 * @param hosts first the hosts that passed, best first, then the others by name
 */
public record PlacementReport(Decision decision, Explanation removed, List<HostReport> hosts)
    implements CborSerializable {
  public PlacementReport {
    hosts = List.copyOf(hosts);
  }

  public record HostReport(HostId host, Outcome outcome) {}

  /** What became of one host. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Removed.class, name = "removed"),
    @JsonSubTypes.Type(value = Weighed.class, name = "weighed")
  })
  public sealed interface Outcome {}

  /**
   * Failed by this filter, and by none before it.
   *
   * @param further the filters after it that fail the host too
   */
  public record Removed(String filter, Verdict.Fail miss, List<Obstacle> further)
      implements Outcome {
    public Removed {
      further = further == null ? List.of() : List.copyOf(further);
    }
  }

  /** A filter that fails a host. */
  public record Obstacle(String filter, Verdict.Fail miss) {}

  /** Passed every filter. {@code weights} is empty for the only survivor: nothing is weighed. */
  public record Weighed(double weight, List<Weight> weights) implements Outcome {
    public Weighed {
      weights = List.copyOf(weights);
    }
  }

  /**
   * One weigher's part.
   *
   * @param raw in the weigher's own unit
   * @param normalised raw on the scale of 0 to 1 that the survivors span
   * @param weight normalised × multiplier
   */
  public record Weight(
      String weigher, long raw, double normalised, double multiplier, double weight) {}
}
