package io.troupe.actors.operation;

import io.troupe.actors.instance.VmState;
import java.util.ArrayList;
import java.util.List;

/**
 * Shelve, offload and unshelve: an instance that is not needed for a while becomes an image. Ports,
 * volumes and quota stay; once it is offloaded it has no host. One that boots from a volume needs
 * no image, and is offloaded at once.
 *
 * <pre>
 *   shelve:    (drop former image →) make image → power off → snapshot → SHELVED (→ offload, at once or when its time has come)
 *                              └───────────└─ failed, or no answer by the deadline
 *                                             → drop image (→ power on) → inspect → what is true
 *              booted from a volume:  power off → offload
 *   offload:   destroy → release claim (→ keep volumes) → SHELVED_OFFLOADED
 *   unshelve:  on its host:  power on → drop image → ACTIVE
 *              offloaded:    place → claim (→ connect volumes) → spawn (→ mark volumes) (→ drop image) → ACTIVE
 *                               └────────└──────────────────────└─ no way on: destroy → release claim
 *                                                                  (→ keep volumes) → SHELVED_OFFLOADED
 * </pre>
 *
 * <p>A former image is there only when an administrator has called the instance active while it was
 * shelved: its guest is there, and what it was then is of no use.
 *
 * <p>The image goes last: as long as the guest is not known to run again it is all there is.
 */
public final class Shelve {
  private Shelve() {}

  /**
   * @param former whether there is an image of it already
   * @param offload whether it leaves its host at once
   * @param volumes whether it has volumes
   */
  public static List<Step> steps(boolean former, boolean offload, boolean volumes) {
    var steps = new ArrayList<Step>();
    if (former) {
      steps.add(Step.dropFormer());
    }
    steps.add(Step.of(StepKind.MAKE_IMAGE));
    steps.add(Step.of(StepKind.POWER_OFF));
    steps.add(Step.of(StepKind.SNAPSHOT));
    if (offload) {
      steps.addAll(offload(volumes));
    }
    return steps;
  }

  /** Of an instance that boots from a volume. */
  public static List<Step> withoutImage() {
    return Boot.prepend(offload(true), StepKind.POWER_OFF);
  }

  /** Back to what it was before; what a suspended or paused guest had in memory is lost. */
  public static List<Step> giveUp(Operation operation, VmState before) {
    if (operation.purpose().flatMap(Purpose::newImage).isEmpty()) {
      return Power.askForTheTruth();
    }
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

  public static List<Step> offload(boolean volumes) {
    var steps = new ArrayList<>(Leave.here());
    if (volumes) {
      steps.add(Step.of(StepKind.KEEP_VOLUMES));
    }
    return steps;
  }

  /** Whose guest is still there, switched off. */
  public static List<Step> unshelveOnHost() {
    return Boot.prepend(CreateImage.giveUp(), StepKind.POWER_ON);
  }

  /**
   * @param image whether it lives on in one
   * @param volumes whether it has volumes
   */
  public static List<Step> unshelve(boolean image, boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.PLACE));
    steps.add(Step.of(StepKind.CLAIM));
    if (volumes) {
      steps.add(Step.of(StepKind.CONNECT_VOLUMES));
    }
    steps.add(Step.of(StepKind.SPAWN));
    if (volumes) {
      steps.add(Step.of(StepKind.MARK_VOLUMES));
    }
    if (image) {
      steps.addAll(CreateImage.giveUp());
    }
    return steps;
  }

  /** Everything taken on the way is given back; the image and the volumes stay. */
  public static List<Step> giveUpUnshelve(Operation operation, boolean volumes) {
    return operation.target().isPresent() ? offload(volumes) : List.of();
  }
}
