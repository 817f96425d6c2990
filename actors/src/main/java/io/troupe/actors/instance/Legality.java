package io.troupe.actors.instance;

import static io.troupe.actors.instance.VmState.ACTIVE;
import static io.troupe.actors.instance.VmState.ERROR;
import static io.troupe.actors.instance.VmState.PAUSED;
import static io.troupe.actors.instance.VmState.STOPPED;
import static io.troupe.actors.instance.VmState.SUSPENDED;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.OperationKind;
import java.util.Optional;
import java.util.Set;

/** When a power operation may begin: in which vm states, and beside which operation in progress. */
final class Legality {
  private Legality() {}

  /** Source: compute-api reference, server actions. */
  static Set<VmState> vmStates(OperationKind kind) {
    return switch (kind) {
      case START -> Set.of(STOPPED);
      case STOP -> Set.of(ACTIVE, ERROR);
      case REBOOT_SOFT -> Set.of(ACTIVE);
      case REBOOT_HARD -> Set.of(ACTIVE, STOPPED, PAUSED, SUSPENDED, ERROR);
      case BOOT -> Set.of();
      case DELETE -> Set.of(VmState.values());
    };
  }

  /** Delete wins over everything; a hard reboot helps a guest that hangs in a soft one. */
  static boolean mayBreakOff(OperationKind wanted, OperationKind inProgress) {
    return wanted == OperationKind.DELETE && inProgress != OperationKind.DELETE
        || wanted == OperationKind.REBOOT_HARD && inProgress == OperationKind.REBOOT_SOFT;
  }

  /**
   * Why {@code kind} may not begin now; empty when it may. Nova checks vm_state, task_state,
   * launched_at in this order.
   */
  static Optional<Rejection> refusal(InstanceState state, OperationKind kind) {
    var id = state.id().toString();
    if (!vmStates(kind).contains(state.vmState())) {
      return Optional.of(
          new Rejection.WrongState(kind.action(), id, "vm_state", state.vmState().word()));
    }
    var blocking = state.operation().filter(now -> !mayBreakOff(kind, now.kind()));
    if (blocking.isPresent()) {
      var task = state.taskState().map(TaskState::word).orElse("None");
      return Optional.of(new Rejection.WrongState(kind.action(), id, "task_state", task));
    }
    if (kind != OperationKind.DELETE && state.host().isEmpty()) {
      return Optional.of(new Rejection.NotReady(id));
    }
    return Optional.empty();
  }
}
