package io.troupe.actors.operation;

import io.troupe.actors.instance.BootRequest;
import io.troupe.config.OperationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Boot: quota, then a host that keeps its word, then ports, then the guest.
 *
 * <pre>
 *   reserve → place → claim → network … → volume … → spawn → ACTIVE
 *                ↑      │refused: next alternate, else place again
 *                └──────┴── spawn failed: destroy → release claim → next alternate, a bounded number of times
 *   place: no host, but one that others can be made to leave, once: → preempt → claim
 *   no way on: destroy → release claim → release volumes, ports → ERROR (the quota goes with the delete)
 * </pre>
 */
public final class Boot {
  private Boot() {}

  public static List<Step> steps(BootRequest request) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.RESERVE));
    steps.add(Step.of(StepKind.PLACE));
    steps.add(Step.of(StepKind.CLAIM));
    steps.addAll(perNetwork(StepKind.NETWORK, request));
    steps.addAll(perVolume(StepKind.CONNECT_VOLUME, request));
    steps.add(Step.of(StepKind.SPAWN));
    steps.addAll(perVolume(StepKind.MARK_ATTACHED, request));
    return steps;
  }

  private static List<Step> perVolume(StepKind kind, BootRequest request) {
    return IntStream.range(0, request.volumes().size())
        .mapToObj(index -> new Step(kind, index))
        .toList();
  }

  /**
   * After a boot, a restore or a reset: the quota was perhaps asked twice, since it was slow to
   * answer, and may have agreed the second time.
   */
  public static List<Step> afterRefusedQuota() {
    return List.of(Step.of(StepKind.RELEASE_QUOTA));
  }

  /** What is done at the place step when others have to leave the host first. */
  public static List<Step> afterPreempting(Operation operation) {
    return prepend(operation.rest(), StepKind.PREEMPT);
  }

  /** Whether others may be made to leave a host for it: a boot alone, and it only once. */
  public static boolean mayPreempt(Operation operation) {
    return operation.kind() == OperationKind.BOOT && operation.purpose().isEmpty();
  }

  /** What is left to do when the target refused the claim: the next alternate, or new ones. */
  public static List<Step> afterRefusedClaim(Operation operation) {
    return operation.candidates().size() > 1
        ? operation.todo()
        : prepend(operation.todo(), StepKind.PLACE);
  }

  /**
   * Whether another host may be asked after {@code operation} has failed on one more; volumes that
   * lie on this one keep the instance here.
   */
  public static boolean mayTryAnotherHost(
      Operation operation, Optional<String> chosenHost, OperationSettings settings) {
    return chosenHost.isEmpty() && operation.attempts() + 1 < settings.spawnAttempts();
  }

  /** Clean up on the host that failed, then go to another one. Ports stay. */
  public static List<Step> onAnotherHost(Operation operation) {
    var steps = new ArrayList<>(Leave.here());
    if (operation.candidates().size() < 2) {
      steps.add(Step.of(StepKind.PLACE));
    }
    steps.add(Step.of(StepKind.CLAIM));
    steps.addAll(operation.todo()); // the spawn once more, and what comes after it
    return steps;
  }

  /**
   * Everything taken is given back but the quota, which the instance in ERROR goes on counting
   * against.
   */
  public static List<Step> giveUp(Operation operation, BootRequest request) {
    var steps = new ArrayList<Step>();
    if (operation.target().isPresent()) {
      steps.addAll(Leave.here());
    }
    if (!request.volumes().isEmpty()) {
      steps.add(Step.of(StepKind.RELEASE_VOLUMES));
    }
    steps.addAll(perNetwork(StepKind.RELEASE_PORTS, request));
    return steps;
  }

  static List<Step> perNetwork(StepKind kind, BootRequest request) {
    return IntStream.range(0, request.networks().size())
        .mapToObj(index -> new Step(kind, index))
        .toList();
  }

  static List<Step> prepend(List<Step> steps, StepKind first) {
    var all = new ArrayList<Step>(steps.size() + 1);
    all.add(Step.of(first));
    all.addAll(steps);
    return all;
  }
}
