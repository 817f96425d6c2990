package io.troupe.actors.operation;

import io.troupe.actors.instance.VmState;
import io.troupe.core.value.PowerState;
import java.util.ArrayList;
import java.util.List;

/**
 * Rescue and unrescue. The power state does not tell which disk a guest runs from, so that a rescue
 * whose end is unknown is undone rather than asked about. Where not even that is sure the instance
 * is RESCUED: nothing but unrescue and delete is legal there, and unrescue leaves it on its own
 * disk in any case.
 *
 * <pre>
 *   rescue:    rescue → RESCUED
 *                 └─ failed, or no answer by the deadline → unrescue (→ power off) → as before
 *                                                              └─ nor that: inspect → RESCUED, and why
 *                 └─ the driver cannot do such a thing → inspect → as before
 *   unrescue:  unrescue → ACTIVE
 *                 └─ failed, or no answer by the deadline → inspect → RESCUED, to be asked again
 * </pre>
 */
public final class Rescue {
  private Rescue() {}

  public static List<Step> steps() {
    return List.of(Step.of(StepKind.RESCUE));
  }

  public static List<Step> unrescue() {
    return List.of(Step.of(StepKind.UNRESCUE));
  }

  /** Back to the guest's own disk; off again if it was off, as {@code before} and power say. */
  public static List<Step> undo(VmState before, PowerState power) {
    var wasOff =
        before == VmState.STOPPED || before == VmState.ERROR && power == PowerState.SHUTDOWN;
    var steps = new ArrayList<>(unrescue());
    if (wasOff) {
      steps.add(Step.of(StepKind.POWER_OFF));
    }
    return steps;
  }
}
