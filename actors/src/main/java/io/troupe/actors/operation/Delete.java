package io.troupe.actors.operation;

import io.troupe.actors.instance.BootRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Delete: the guest first, then all that was taken for it. It breaks off whatever is in progress.
 */
public final class Delete {
  private Delete() {}

  /**
   * @param onHost whether a host has, or may have, a claim or a guest
   * @param volumes whether it has, or may have, volumes
   */
  public static List<Step> steps(boolean onHost, boolean volumes, BootRequest request) {
    var steps = new ArrayList<Step>();
    if (onHost) {
      steps.addAll(Boot.leaveHost());
    }
    if (volumes) {
      steps.add(Step.of(StepKind.RELEASE_VOLUMES));
    }
    steps.addAll(Boot.perNetwork(StepKind.RELEASE_PORTS, request));
    steps.add(Step.of(StepKind.RELEASE_QUOTA));
    return steps;
  }

  /**
   * The hypervisor did not answer in time: its host sees to the guest later. The user need not wait
   * for it.
   */
  public static List<Step> withoutHypervisor(List<Step> todo) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.CONDEMN));
    todo.stream()
        .filter(step -> step.kind() != StepKind.DESTROY && step.kind() != StepKind.RELEASE_CLAIM)
        .forEach(steps::add);
    return steps;
  }
}
