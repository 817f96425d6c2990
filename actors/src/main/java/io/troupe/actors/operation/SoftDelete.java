package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Soft delete: off, and no longer counted, but all there for a while; restore takes it back. One
 * that is rescued is unrescued first: what is restored is active, from its own disk.
 *
 * <pre>
 *   soft delete:  power off → release quota → SOFT_DELETED       failed: inspect → reserve → as it was
 *   restore:      reserve → power on → ACTIVE                    over quota: SOFT_DELETED as before
 * </pre>
 *
 * <p>A soft delete that breaks off a restore and fails leaves it soft-deleted, as it still was: so
 * it gives back what the restore may have counted, whatever the hypervisor does. Any other that
 * fails makes sure that the instance is counted as what it is then: a resize that was settled
 * counts the larger of two flavors, and what was broken off may have been another soft delete.
 */
public final class SoftDelete {
  private SoftDelete() {}

  public static List<Step> steps(boolean onHost, boolean rescued) {
    var steps = new ArrayList<Step>();
    if (onHost && rescued) {
      steps.addAll(Rescue.unrescue());
    }
    if (onHost) {
      steps.add(Step.of(StepKind.POWER_OFF));
    }
    steps.add(Step.of(StepKind.RELEASE_QUOTA));
    return steps;
  }

  /** After a failure, when the instance rests in SOFT_DELETED whatever the truth is. */
  public static List<Step> askForTheTruthAndStay() {
    return List.of(Step.of(StepKind.INSPECT), Step.of(StepKind.RELEASE_QUOTA));
  }

  /** After a failure, when the instance goes on as what it is. */
  public static List<Step> askForTheTruthAndCount() {
    return List.of(Step.of(StepKind.INSPECT), Step.of(StepKind.RESERVE));
  }

  public static List<Step> restore(boolean onHost) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.RESERVE));
    if (onHost) {
      steps.add(Step.of(StepKind.POWER_ON));
    }
    return steps;
  }
}
