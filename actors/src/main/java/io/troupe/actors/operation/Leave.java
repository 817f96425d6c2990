package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/** Nothing of the instance stays on a host: neither its guest nor the claim for it. */
public final class Leave {
  private Leave() {}

  /** The host that has the instance. */
  public static List<Step> here() {
    return List.of(Step.of(StepKind.DESTROY), Step.of(StepKind.RELEASE_CLAIM));
  }

  /** The other host of a move. */
  public static List<Step> there() {
    return List.of(Step.there(StepKind.DESTROY), Step.there(StepKind.RELEASE_CLAIM));
  }

  /**
   * Whether a host that has removed the guest may give the claim back at once, before the instance
   * has heard of it: only where nothing can turn the instance back to that host, as it can after a
   * failed move.
   */
  public static boolean isInOne(Operation operation) {
    var todo = operation.todo();
    return operation.kind() == OperationKind.DELETE
        && todo.size() > 1
        && todo.getFirst().kind() == StepKind.DESTROY
        && todo.get(1).equals(new Step(StepKind.RELEASE_CLAIM, todo.getFirst().index()));
  }

  /**
   * The hypervisor of the first of {@code todo} does not do it: its host sees to the guest later,
   * and nobody need wait for it. What comes after the next claim at that end is about another host.
   */
  public static List<Step> withoutHypervisor(List<Step> todo) {
    var side = todo.getFirst().index();
    var claim = todo.indexOf(new Step(StepKind.CLAIM, side));
    var ofThisHost = claim < 0 ? todo : todo.subList(0, claim);
    var steps = new ArrayList<Step>();
    steps.add(new Step(StepKind.CONDEMN, side));
    ofThisHost.stream().filter(step -> !isLeaving(step, side)).forEach(steps::add);
    steps.addAll(todo.subList(ofThisHost.size(), todo.size()));
    return steps;
  }

  private static boolean isLeaving(Step step, int side) {
    return step.index() == side
        && (step.kind() == StepKind.DESTROY || step.kind() == StepKind.RELEASE_CLAIM);
  }
}
