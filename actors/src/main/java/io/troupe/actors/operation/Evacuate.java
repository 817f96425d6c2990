package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Evacuate: the host is dead, and the instance is built anew on another one, from its image, with
 * its ports; or on the root disk it has, where both hosts have the same storage. The dead host is
 * told before the new guest is made: should it come back, it removes the guest it still has, and
 * there are never two.
 *
 * <pre>
 *   place → claim there → condemn here: now it is there (→ connect volumes) → spawn
 *      │                                          (→ mark volumes) (→ power off)
 *      │ claim refused: the next alternate
 *      └ spawn failed: destroy → release claim → the next alternate, a bounded number of times
 *   no way on: destroy → release claim → ERROR, to be evacuated again
 * </pre>
 */
public final class Evacuate {
  private Evacuate() {}

  /**
   * @param onHost false when an earlier evacuation has left the dead host but found no other
   * @param off whether the guest shall be off in the end
   * @param volumes whether it has volumes
   */
  public static List<Step> steps(boolean onHost, boolean off, boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.PLACE));
    if (onHost) {
      steps.add(Step.there(StepKind.CLAIM));
      steps.add(Step.of(StepKind.CONDEMN));
    } else {
      steps.add(Step.of(StepKind.CLAIM));
    }
    steps.addAll(build(off, volumes));
    return steps;
  }

  private static List<Step> build(boolean off, boolean volumes) {
    var steps = new ArrayList<Step>();
    if (volumes) {
      steps.add(Step.of(StepKind.CONNECT_VOLUMES));
    }
    steps.add(Step.of(StepKind.SPAWN));
    if (volumes) {
      steps.add(Step.of(StepKind.MARK_VOLUMES));
    }
    if (off) {
      steps.add(Step.of(StepKind.POWER_OFF));
    }
    return steps;
  }

  /** After a spawn that has failed. */
  public static List<Step> onAnotherHost(Operation operation, boolean off, boolean volumes) {
    var steps = new ArrayList<>(Leave.here());
    if (operation.candidates().size() < 2) {
      steps.add(Step.of(StepKind.PLACE));
    }
    steps.add(Step.of(StepKind.CLAIM));
    steps.addAll(build(off, volumes));
    return steps;
  }
}
