package io.troupe.actors.instance;

import io.troupe.actors.instance.Migration.Status;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.StepKind;
import java.util.Optional;

/** What the record of a move says, from how far its operation has come; in Nova's words. */
final class Record {
  private Record() {}

  static Migration.Type type(OperationKind kind) {
    return switch (kind) {
      case RESIZE -> Migration.Type.RESIZE;
      case MIGRATE -> Migration.Type.MIGRATION;
      case LIVE_MIGRATE -> Migration.Type.LIVE_MIGRATION;
      case EVACUATE -> Migration.Type.EVACUATION;
      default -> throw new IllegalArgumentException(kind + " begins no move");
    };
  }

  /** While it is in progress. */
  static Optional<Status> during(Operation operation) {
    var step = operation.current().map(now -> now.kind());
    return switch (operation.kind()) {
      case RESIZE, MIGRATE -> step.map(Record::whileResizing);
      case CONFIRM_RESIZE -> Optional.of(Status.CONFIRMING);
      case REVERT_RESIZE -> Optional.of(Status.REVERTING);
      case LIVE_MIGRATE -> step.map(Record::whileMigrating);
      case EVACUATE ->
          step.map(
              now ->
                  now == StepKind.PLACE || now == StepKind.CLAIM
                      ? Status.ACCEPTED
                      : Status.PRE_MIGRATING);
      default -> Optional.empty();
    };
  }

  private static Status whileResizing(StepKind step) {
    return switch (step) {
      case POWER_OFF, SEND -> Status.MIGRATING;
      case RESIZE, FINISH, TAKE_OVER, POWER_ON -> Status.POST_MIGRATING;
      default -> Status.PRE_MIGRATING;
    };
  }

  private static Status whileMigrating(StepKind step) {
    return switch (step) {
      case PLACE -> Status.ACCEPTED;
      case CLAIM -> Status.QUEUED;
      case OFFER, PREPARE -> Status.PREPARING;
      case LIVE_MIGRATE, FORCE_COMPLETE, ABORT, SETTLE -> Status.RUNNING;
      default -> Status.POST_MIGRATING;
    };
  }

  /** When an operation begins that settles it in passing: a delete, a reset. */
  static Optional<Status> brokenOffBy(OperationKind kind, Optional<Operation> running) {
    if (kind.isAboutMove()) {
      return Optional.empty();
    }
    return running
        .filter(one -> one.kind().beginsMove())
        .map(one -> one.kind() == OperationKind.LIVE_MIGRATE ? Status.CANCELLED : Status.ERROR);
  }

  /** When {@code operation} has ended. */
  static Optional<Status> after(
      Operation operation, Moves moves, InstanceEvent.OperationEnded ended) {
    var failed = ended.failure().isPresent();
    var arrived = moves.open().filter(Move::arrived).isPresent();
    return switch (operation.kind()) {
      case RESIZE, MIGRATE -> Optional.of(arrived ? Status.FINISHED : Status.ERROR);
      case CONFIRM_RESIZE -> Optional.of(failed ? Status.FINISHED : Status.CONFIRMED);
      case REVERT_RESIZE -> Optional.of(arrived ? Status.FINISHED : Status.REVERTED);
      case LIVE_MIGRATE ->
          Optional.of(
              arrived
                  ? Status.COMPLETED
                  : moves.open().filter(Move::cancelled).isPresent()
                      ? Status.CANCELLED
                      : Status.ERROR);
      case EVACUATE -> Optional.of(failed ? Status.FAILED : Status.DONE);
      default -> // what waited to be confirmed is settled now
          moves.migrations().stream()
              .filter(one -> isOf(one, moves))
              .filter(one -> one.status() == Status.FINISHED)
              .filter(_ -> ended.vmState() != VmState.RESIZED)
              .findFirst()
              .map(_ -> Status.CONFIRMED);
    };
  }

  private static boolean isOf(Migration one, Moves moves) {
    return moves.open().filter(move -> move.operation().equals(one.operation())).isPresent();
  }
}
