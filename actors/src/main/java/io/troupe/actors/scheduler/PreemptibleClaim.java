package io.troupe.actors.scheduler;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestPlacement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A claim on a host that may be taken away, and what is free there without it.
 *
 * @param generation of the claim; a renewed one is another
 * @param group the server group it is a member of
 * @param resources by provider and resource class
 * @param placements its places in the host's cells
 */
public record PreemptibleClaim(
    InstanceId instance,
    long generation,
    int priority,
    Resources amount,
    Optional<String> group,
    Map<String, Map<String, Long>> resources,
    List<GuestPlacement> placements) {
  public PreemptibleClaim {
    resources = Map.copyOf(resources);
    placements = List.copyOf(placements);
  }

  /** Whether it makes no difference which of the two goes, where nobody names instances. */
  boolean isLike(PreemptibleClaim other) {
    return priority == other.priority
        && amount.equals(other.amount)
        && group.equals(other.group)
        && resources.equals(other.resources)
        && placements.equals(other.placements);
  }
}
