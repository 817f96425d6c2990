package io.troupe.actors.scheduler.rebalance;

import io.troupe.core.value.HostId;
import java.util.Set;

/** What a fleet should come nearer to. */
public sealed interface Goal {
  /**
   * Hosts equally loaded. A host's load is the mean of the shares of vCPUs and RAM that are claimed
   * of what can be claimed.
   *
   * @param tolerance how far above the fleet's load a host may stay, 0 to 1
   */
  record Even(double tolerance) implements Goal {
    /** Nearer than a small instance on a usual host is not worth a move. */
    public static final double USUAL_TOLERANCE = 0.02;

    public Even {
      if (!(tolerance >= 0 && tolerance <= 1)) {
        throw new IllegalArgumentException("tolerance must be 0 to 1: " + tolerance);
      }
    }
  }

  /** Nothing left on these hosts, for maintenance or to switch them off. */
  record Empty(Set<HostId> hosts) implements Goal {
    public Empty {
      hosts = Set.copyOf(hosts);
      if (hosts.isEmpty()) {
        throw new IllegalArgumentException("at least one host has to be named");
      }
    }
  }

  /** As many hosts without a guest as can be had; a host is emptied wholly or not touched. */
  record Consolidate() implements Goal {}
}
