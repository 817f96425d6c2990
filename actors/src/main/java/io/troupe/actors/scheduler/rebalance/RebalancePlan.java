package io.troupe.actors.scheduler.rebalance;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.List;

/**
 * Moves to be made one after the other: each has room once those before it are made.
 *
 * @param kept guests that the goal would have moved, and why they stay; of {@link Goal.Empty} all
 *     of them, of the other goals none
 * @param budgetSpent whether more could be done for more
 */
public record RebalancePlan(
    List<PlannedMove> moves, Balance before, Balance after, List<Kept> kept, boolean budgetSpent) {
  public RebalancePlan {
    moves = List.copyOf(moves);
    kept = List.copyOf(kept);
  }

  /**
   * @param gib that it carries
   */
  public record PlannedMove(InstanceId instance, HostId from, HostId to, long gib) {}

  public record Kept(InstanceId instance, HostId host, String reason) {}

  /**
   * How the fleet stands; hosts that are disabled or down count for {@code left} alone.
   *
   * @param deviation of the hosts' loads from the fleet's, as a root of the mean square; 0 is even
   * @param highest load of a host, 1 is full
   * @param lowest load of a host
   * @param emptyHosts hosts without a guest
   * @param left guests on the hosts that are to be emptied
   */
  public record Balance(
      double deviation, double highest, double lowest, int emptyHosts, int left) {}

  /** GiB that all moves carry. */
  public long gib() {
    return moves.stream().mapToLong(PlannedMove::gib).sum();
  }
}
