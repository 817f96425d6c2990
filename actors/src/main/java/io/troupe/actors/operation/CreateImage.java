package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Create image: the image is there before its bytes are, so that the answer can name it. The guest
 * goes on as it was, whatever becomes of the image.
 *
 * <pre>
 *   make image → snapshot → as before, and the image is active
 *                   └─ failed, or no bytes by the deadline → drop image → as before
 * </pre>
 *
 * <p>An instance that boots from a volume becomes an image of snapshots, as in Nova. Whoever asked
 * is told when they are all being made; they become whole after that, each by itself:
 *
 * <pre>
 *   snapshot volume, each → make image → as before
 *      └─ refused, or not by the deadline → drop snapshot, each → drop image → as before
 * </pre>
 *
 * <p>What breaks it off drops the image: one without bytes that nobody fills would stay for ever.
 */
public final class CreateImage {
  private CreateImage() {}

  public static List<Step> steps() {
    return List.of(Step.of(StepKind.MAKE_IMAGE), Step.of(StepKind.SNAPSHOT));
  }

  /**
   * @param count of the volumes
   */
  public static List<Step> ofVolumes(int count) {
    return each(StepKind.SNAP_VOLUME, count, StepKind.MAKE_IMAGE);
  }

  private static List<Step> each(StepKind kind, int count, StepKind last) {
    var steps = new ArrayList<Step>();
    for (int index = 0; index < count; index++) {
      steps.add(new Step(kind, index));
    }
    steps.add(Step.of(last));
    return steps;
  }

  /** What is left to do when the image will not get its bytes. */
  public static List<Step> giveUp() {
    return List.of(Step.of(StepKind.DROP_IMAGE));
  }

  /** The same of what {@code operation} was to make. */
  public static List<Step> giveUp(Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.ImageOfVolumes made
        ? each(StepKind.DROP_SNAPSHOT, made.snapshots().size(), StepKind.DROP_IMAGE)
        : giveUp();
  }

  /** Whether {@code operation}, broken off now, leaves an image that is not whole. */
  public static boolean isHalfDone(Operation operation) {
    return operation.purpose().flatMap(Purpose::newImage).isPresent()
        && operation.todo().stream()
            .anyMatch(
                step ->
                    switch (step.kind()) {
                      case MAKE_IMAGE, SNAPSHOT, DROP_IMAGE -> true;
                      default -> false;
                    });
  }

  /** {@code steps}, and the image is dropped. */
  public static List<Step> dropping(List<Step> steps) {
    var all = new ArrayList<>(steps);
    all.addAll(giveUp());
    return all;
  }

  /** {@code steps}, and what {@code operation} was to make is dropped. */
  public static List<Step> dropping(List<Step> steps, Operation operation) {
    var all = new ArrayList<>(steps);
    all.addAll(giveUp(operation));
    return all;
  }
}
