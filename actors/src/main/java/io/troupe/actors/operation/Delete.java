package io.troupe.actors.operation;

import io.troupe.actors.instance.BootRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Delete: the guest first, then all that was taken for it. It breaks off whatever is in progress.
 */
public final class Delete {
  private Delete() {}

  /** {@code steps} of an instance whose guest is given the time to switch itself off. */
  public static List<Step> gracefully(List<Step> steps) {
    return Boot.prepend(steps, StepKind.POWER_OFF);
  }

  /** Whether the guest is being given that time. */
  public static boolean givesGrace(Operation operation) {
    return operation.kind() == OperationKind.DELETE
        && operation.current().filter(step -> step.kind() == StepKind.POWER_OFF).isPresent();
  }

  /**
   * @param onHost whether a host has, or may have, a claim or a guest
   * @param onAnother whether a move has left it on another one too
   * @param volumes whether it has, or may have, volumes
   */
  public static List<Step> steps(
      boolean onHost, boolean onAnother, boolean volumes, BootRequest request) {
    var steps = new ArrayList<Step>();
    if (onHost) {
      steps.addAll(Leave.here());
    }
    if (onAnother) {
      steps.addAll(Leave.there());
    }
    if (volumes) {
      steps.add(Step.of(StepKind.RELEASE_VOLUMES));
    }
    steps.addAll(Boot.perNetwork(StepKind.RELEASE_PORTS, request));
    steps.add(Step.of(StepKind.RELEASE_QUOTA));
    return steps;
  }
}
