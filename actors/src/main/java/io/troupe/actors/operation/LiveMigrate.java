package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Live migration: the guest goes on running while it goes to another host. It belongs to the source
 * until it runs at the destination and the source has it no longer; then to the destination, and
 * nothing is left at the source.
 *
 * <pre>
 *   place → claim there (→ connect volumes there) → offer here → prepare there → live migrate: now it is there
 *      → finish here → destroy there (what is left at the source) → release there
 *      │ claim refused, or that host would not have it: the next alternate
 *      └ no way on: destroy there → release there → inspect here
 *   aborted, or no end by the deadline: abort → settle: at which end is it?
 *      at the source: as if it had failed       at the destination: as if it had succeeded
 *      nobody can say: ERROR, both claims stay until somebody can
 * </pre>
 */
public final class LiveMigrate {
  private LiveMigrate() {}

  /**
   * @param volumes whether it has volumes
   */
  public static List<Step> steps(boolean volumes) {
    return Boot.prepend(fromClaim(volumes), StepKind.PLACE);
  }

  public static List<Step> fromClaim(boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.there(StepKind.CLAIM));
    if (volumes) {
      steps.add(Step.there(StepKind.CONNECT_VOLUMES));
    }
    steps.addAll(onceClaimed());
    return steps;
  }

  private static List<Step> onceClaimed() {
    return List.of(
        Step.of(StepKind.OFFER),
        Step.there(StepKind.PREPARE),
        Step.of(StepKind.LIVE_MIGRATE),
        Step.of(StepKind.FINISH),
        Step.there(StepKind.DESTROY),
        Step.there(StepKind.RELEASE_CLAIM));
  }

  /** Once the guest is at the destination. */
  public static List<Step> onceThere() {
    return List.of(
        Step.of(StepKind.FINISH), Step.there(StepKind.DESTROY), Step.there(StepKind.RELEASE_CLAIM));
  }

  /** However far it has come: it is over, and where the guest is comes out. */
  public static List<Step> breakOff() {
    return List.of(Step.of(StepKind.ABORT), Step.of(StepKind.SETTLE));
  }

  public static List<Step> undo(boolean claimed) {
    var steps = new ArrayList<Step>();
    if (claimed) {
      steps.addAll(Leave.there());
    }
    steps.add(Step.of(StepKind.INSPECT));
    return steps;
  }
}
