package io.troupe.actors.operation;

import io.troupe.actors.instance.VmState;
import java.util.ArrayList;
import java.util.List;

/**
 * Shelve, offload and unshelve: an instance that is not needed for a while becomes an image. Ports
 * and quota stay; once it is offloaded it has no host.
 *
 * <pre>
 *   shelve:    make image → power off → snapshot → SHELVED (→ offload, at once or when its time has come)
 *                              └───────────└─ failed, or no answer by the deadline
 *                                             → drop image (→ power on) → inspect → what is true
 *   offload:   destroy → release claim → SHELVED_OFFLOADED
 *   unshelve:  on its host:  power on → drop image → ACTIVE
 *              offloaded:    place → claim → spawn from the image → drop image → ACTIVE
 *                               └────────└───────└─ no way on: destroy → release claim → SHELVED_OFFLOADED
 * </pre>
 *
 * <p>The image goes last: as long as the guest is not known to run again it is all there is.
 */
public final class Shelve {
  private Shelve() {}

  /**
   * @param offload whether it leaves its host at once
   */
  public static List<Step> steps(boolean offload) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.MAKE_IMAGE));
    steps.add(Step.of(StepKind.POWER_OFF));
    steps.add(Step.of(StepKind.SNAPSHOT));
    if (offload) {
      steps.addAll(offload());
    }
    return steps;
  }

  /** Back to what it was before; what a suspended or paused guest had in memory is lost. */
  public static List<Step> giveUp(Operation operation, VmState before) {
    var steps = new ArrayList<>(CreateImage.giveUp());
    var wasTurnedOff =
        operation.current().filter(step -> step.kind() == StepKind.SNAPSHOT).isPresent();
    if (wasTurnedOff && before == VmState.ACTIVE) {
      steps.add(Step.of(StepKind.POWER_ON));
    } else {
      steps.addAll(Power.askForTheTruth());
    }
    return steps;
  }

  public static List<Step> offload() {
    return Leave.here();
  }

  /**
   * @param onHost whether its guest is still there, switched off
   */
  public static List<Step> unshelve(boolean onHost) {
    var steps = new ArrayList<Step>();
    if (onHost) {
      steps.add(Step.of(StepKind.POWER_ON));
    } else {
      steps.add(Step.of(StepKind.PLACE));
      steps.add(Step.of(StepKind.CLAIM));
      steps.add(Step.of(StepKind.SPAWN));
    }
    steps.addAll(CreateImage.giveUp());
    return steps;
  }

  /** Everything taken on the way is given back; the image stays. */
  public static List<Step> giveUpUnshelve(Operation operation) {
    return operation.target().isPresent() ? Leave.here() : List.of();
  }
}
