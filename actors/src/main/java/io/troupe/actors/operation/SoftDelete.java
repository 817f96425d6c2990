package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Soft delete: off, and no longer counted, but all there for a while; restore takes it back.
 *
 * <pre>
 *   soft delete:  power off → release quota → SOFT_DELETED       failed: ask for the truth, as it was
 *   restore:      reserve → power on → ACTIVE                    over quota: SOFT_DELETED as before
 * </pre>
 */
public final class SoftDelete {
  private SoftDelete() {}

  public static List<Step> steps(boolean onHost) {
    var steps = new ArrayList<Step>();
    if (onHost) {
      steps.add(Step.of(StepKind.POWER_OFF));
    }
    steps.add(Step.of(StepKind.RELEASE_QUOTA));
    return steps;
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
