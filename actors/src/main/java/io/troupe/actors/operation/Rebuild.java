package io.troupe.actors.operation;

import io.troupe.drivers.spi.GuestSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
 * <p>An instance that boots from a volume keeps what is in it, or the volume begins anew from an
 * image. Then that is made beside what is in it now, while the former guest goes on; until the new
 * guest is there, all can be as it was:
 *
 * <pre>
 *   permit → claim → reimage volume → spawn → mark volumes (→ power off) → as above
 *                       │               └─ failed → destroy → undo reimage → ERROR, without a guest
 *                       └─ refused, or not by the deadline → undo reimage → take over → inspect → ERROR
 * </pre>
 *
 * <p>A soft delete that comes while the new guest is made does the same: what is restored later has
 * no guest, and is rebuilt; it must not run from the one content while the volume is the other.
 *
 * <p>Another image may not be wanted on this host: the scheduler is asked about exactly this one,
 * so that nobody gets by rebuilding what the filters refuse at boot. Claim and quota stay as they
 * are whatever happens; the claim is only renewed for the new generation.
 */
public final class Rebuild {
  /** Which of both contents of its volume the guest has, if there is one, nobody knows. */
  private static final List<Step> UNDO =
      List.of(Step.of(StepKind.DESTROY), Step.of(StepKind.UNDO_REIMAGE));

  private Rebuild() {}

  /**
   * @param another whether the image is another one than before
   * @param reimages whether the root volume begins anew
   * @param off whether the guest was off, and shall be again
   * @param volumes whether it has volumes
   */
  public static List<Step> steps(boolean another, boolean reimages, boolean off, boolean volumes) {
    var steps = new ArrayList<Step>();
    if (another) {
      steps.add(Step.of(StepKind.PERMIT));
    }
    steps.add(Step.of(StepKind.CLAIM));
    if (reimages) {
      steps.add(Step.of(StepKind.REIMAGE));
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

  /**
   * After a failure: nothing was given that would have to be given back; what is there is asked
   * for, once the guest may have been touched. The former guest, if it is still there, belongs to
   * the renewed claim from then on: as one of an older generation it would not be heard.
   */
  public static List<Step> giveUp(Operation operation) {
    var at = operation.current().map(Step::kind).orElse(null);
    if (at == StepKind.REIMAGE) {
      return List.of(
          Step.of(StepKind.UNDO_REIMAGE), Step.of(StepKind.TAKE_OVER), Step.of(StepKind.INSPECT));
    }
    if (isMakingGuestOfNewContent(operation)) {
      return UNDO;
    }
    return at == StepKind.SPAWN
        ? List.of(Step.of(StepKind.TAKE_OVER), Step.of(StepKind.INSPECT))
        : List.of();
  }

  /** What the root volume begins anew from, if it does. */
  public static Optional<GuestSpec.ImageRef> volumeImage(Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.Rebuild rebuild
        ? rebuild.request().volumeImage()
        : Optional.empty();
  }

  /** What is done first by an operation that breaks off such a one, and whose guest may go on. */
  public static List<Step> whenBrokenOff(Operation operation) {
    return operation
        .current()
        .filter(step -> step.kind() == StepKind.REIMAGE || step.kind() == StepKind.UNDO_REIMAGE)
        .map(_ -> List.of(Step.of(StepKind.UNDO_REIMAGE)))
        .orElse(List.of());
  }

  /**
   * What is done first by an operation that breaks off {@code operation} while nobody knows which
   * content of its volume the guest has: it goes, and the volume is what it was. Empty at any other
   * time.
   */
  public static List<Step> whenBrokenOffInDoubt(Operation operation) {
    return isMakingGuestOfNewContent(operation) || isUndone(operation) ? UNDO : List.of();
  }

  private static boolean isMakingGuestOfNewContent(Operation operation) {
    return operation.current().filter(Step.of(StepKind.SPAWN)::equals).isPresent()
        && volumeImage(operation).isPresent();
  }

  /** Whether its guest goes now, and the instance stays where it is. */
  public static boolean isUndone(Operation operation) {
    return operation.todo().size() >= UNDO.size()
        && operation.todo().subList(0, UNDO.size()).equals(UNDO);
  }
}
