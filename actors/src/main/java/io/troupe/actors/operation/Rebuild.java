package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Rebuild: the same instance on the same host with the same ports, from an image once more. The
 * guest of the former generation goes when the new one is made, and its disk with it.
 *
 * <pre>
 *   (permit →) claim → spawn (→ mark volumes) (→ power off) → ACTIVE, or STOPPED as before
 *      │         │       └─ failed, or no answer by the deadline → take over → inspect → ERROR
 *      └─────────┴─ refused → ERROR; the guest is as it was
 * </pre>
 *
 * <p>Another image may not be wanted on this host: the scheduler is asked about exactly this one,
 * so that nobody gets by rebuilding what the filters refuse at boot. Claim and quota stay as they
 * are whatever happens; the claim is only renewed for the new generation.
 */
public final class Rebuild {
  private Rebuild() {}

  /**
   * @param another whether the image is another one than before
   * @param off whether the guest was off, and shall be again
   * @param volumes whether it has volumes
   */
  public static List<Step> steps(boolean another, boolean off, boolean volumes) {
    var steps = new ArrayList<Step>();
    if (another) {
      steps.add(Step.of(StepKind.PERMIT));
    }
    steps.add(Step.of(StepKind.CLAIM));
    steps.add(Step.of(StepKind.SPAWN));
    if (volumes) {
      steps.add(Step.of(StepKind.MARK_VOLUMES));
    }
    if (off) {
      steps.add(Step.of(StepKind.POWER_OFF));
    }
    return steps;
  }

  /**
   * After a failure: nothing was given that would have to be given back; what is there is asked
   * for, once the guest may have been touched. The former guest, if it is still there, belongs to
   * the renewed claim from then on: as one of an older generation it would not be heard.
   */
  public static List<Step> giveUp(Operation operation) {
    return operation.current().filter(step -> step.kind() == StepKind.SPAWN).isPresent()
        ? List.of(Step.of(StepKind.TAKE_OVER), Step.of(StepKind.INSPECT))
        : List.of();
  }
}
