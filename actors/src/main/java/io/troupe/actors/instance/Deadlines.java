package io.troupe.actors.instance;

import io.troupe.actors.operation.Adopt;
import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Rescue;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.OperationId;
import java.util.Optional;

/** What becomes of an operation whose time is up: the truth is asked for, and it ends. */
final class Deadlines {
  private final Moment moment;
  private final InstanceState state;

  Deadlines(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision passed(OperationId operationId) {
    var late = state.operation().filter(one -> one.id().equals(operationId));
    if (late.isEmpty() || late.get().deadline().isAfter(moment.now())) {
      return Decision.nothing();
    }
    var operation = late.get();
    var step = operation.current().orElseThrow();
    var reason = "no answer by the deadline, " + operation.deadline();
    if (operation.kind() == OperationKind.ADOPT && step.kind() == StepKind.CLAIM) {
      return adoption(operation, step, reason);
    }
    if (MoveOutcomes.concerns(operation)) {
      return new MoveDeadlines(moment, operation).passed(step, reason);
    }
    if (operation.kind() != OperationKind.BOOT
        && (isAboutDevices(step.kind())
            || step.kind() == StepKind.CONNECT_VOLUMES && Attachments.areChangedBy(operation))) {
      return new Attachments(moment).tooLate(operation, step, reason);
    }
    if (Delete.givesGrace(operation)) {
      return moment.tooLate(operation, step, reason, operation.rest(), Optional.empty());
    }
    return switch (step.kind()) {
      case PERMIT,
          PLACE,
          PREEMPT,
          CLAIM,
          NETWORK,
          CONNECT_VOLUME,
          CONNECT_VOLUMES,
          REIMAGE,
          SPAWN,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          SWAP_VOLUME,
          ATTACH_PORT,
          ATTACH_NIC,
          DETACH_NIC -> {
        var message =
            "%s of instance %s timed out at step %s."
                .formatted(
                    operation.kind() == OperationKind.BOOT ? "Build" : operation.kind().action(),
                    state.id(),
                    step.kind().word());
        yield moment.tooLate(
            operation,
            step,
            reason,
            moment.giveUp(operation),
            Optional.of(new Failure(500, message, reason)));
      }
      case DESTROY -> notDestroyed(operation, step, reason);
      case MAKE_IMAGE, SNAPSHOT, SNAP_VOLUME ->
          moment.tooLate(
              operation,
              step,
              reason,
              moment.giveUpImage(operation),
              Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
      case RESCUE ->
          moment.tooLate(
              operation,
              step,
              reason,
              Rescue.undo(state.vmState(), state.power()),
              Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
      case POWER_ON,
          POWER_OFF,
          REBOOT,
          PAUSE,
          UNPAUSE,
          SUSPEND,
          RESUME,
          CRASH_DUMP,
          SET_PASSWORD,
          UNRESCUE ->
          moment.tooLate(
              operation,
              step,
              reason,
              moment.afterFailedPower(operation),
              Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
      case INSPECT ->
          Settling.asksBeforeLeaving(operation)
              ? moment.tooLate(
                  operation,
                  step,
                  reason,
                  Settling.staysOnBoth(),
                  Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)))
              : moment.tooLate(operation, step, reason, operation.rest(), Optional.empty());
      case ADOPT -> adoption(operation, step, reason);
      case RESIZE,
          OFFER,
          PREPARE,
          LIVE_MIGRATE,
          FORCE_COMPLETE,
          ABORT,
          SETTLE,
          SEND,
          FINISH,
          TAKE_OVER ->
          throw new IllegalStateException("a step of a move: " + step);
      case RESERVE,
          CONDEMN,
          RELEASE_CLAIM,
          RELEASE_PORTS,
          RELEASE_QUOTA,
          MARK_ATTACHED,
          MARK_VOLUMES,
          UNDO_REIMAGE,
          KEEP_VOLUMES,
          RELEASE_VOLUME,
          BEGIN_DETACHING,
          FREE_VOLUME,
          RELEASE_VOLUMES,
          RELEASE_PORT,
          DROP_IMAGE,
          DROP_SNAPSHOT,
          ROTATE_BACKUPS ->
          // Asked of our own entities: they will answer, and only then is nothing left behind, nor
          // an instance that nobody can see but the quota counts.
          new Decision.AskAgain(moment.askAgain(), reason);
    };
  }

  private Decision notDestroyed(Operation operation, Step step, String reason) {
    if (!Rebuild.isUndone(operation)) {
      return moment.tooLate(
          operation,
          step,
          reason + "; the host will see to it",
          Leave.withoutHypervisor(operation.todo()),
          Optional.empty());
    }
    var why =
        operation.failure().isPresent() // of the guest that did not come
            ? Optional.<Failure>empty()
            : Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason));
    return moment.tooLate(operation, step, reason, moment.afterFailedUndo(operation), why);
  }

  private static boolean isAboutDevices(StepKind step) {
    return switch (step) {
      case CONNECT_VOLUME,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          SWAP_VOLUME,
          ATTACH_PORT,
          ATTACH_NIC,
          DETACH_NIC ->
          true;
      default -> false;
    };
  }

  /**
   * Whether the guest bears our mark is not known: it is left as it is, and can be adopted again.
   */
  private Decision adoption(Operation operation, Step step, String reason) {
    var message = "Adoption timed out at step %s.".formatted(step.kind().word());
    return moment.tooLate(
        operation,
        step,
        reason,
        Adopt.giveUp(true),
        Optional.of(new Failure(500, message, reason)));
  }
}
