package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.CreateImage;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Shelve;
import io.troupe.actors.operation.SoftDelete;
import io.troupe.actors.operation.Step;
import io.troupe.config.OperationSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a decision is made from, and the decisions that several inputs lead to. */
record Moment(InstanceState state, Instant now, OperationSettings settings) {
  Instant in(long millis) {
    return now.plusMillis(millis);
  }

  Duration askAgain() {
    return Duration.ofMillis(settings.askAgainMillis());
  }

  BootRequest request() {
    return state.request().orElseThrow();
  }

  /** An administrator's choice that no other host can stand in for; the boot's is not for later. */
  static Optional<String> chosenHost(BootRequest request, Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.Unshelve unshelve
        ? unshelve.host()
        : request.forcedHost().or(request::destination);
  }

  /** What is left to do when there is no way on at a step that looks for, or builds on, a host. */
  List<Step> giveUp(Operation operation) {
    return switch (operation.kind()) {
      case REBUILD -> Rebuild.giveUp(operation);
      case UNSHELVE -> Shelve.giveUpUnshelve(operation, !state.volumes().isEmpty());
      default -> Boot.giveUp(operation, request());
    };
  }

  /** What is left to do when the image will not get its bytes. */
  List<Step> giveUpImage(Operation operation) {
    return operation.kind() == OperationKind.SHELVE
        ? Shelve.giveUp(operation, state.vmState())
        : CreateImage.giveUp(operation);
  }

  /** What is done when a call that changes a guest's power has failed. */
  List<Step> afterFailedPower(Operation operation) {
    if (operation.kind() == OperationKind.SHELVE) {
      return Shelve.giveUp(operation, state.vmState());
    }
    if (operation.kind() != OperationKind.SOFT_DELETE) {
      return Power.askForTheTruth();
    }
    var todo =
        state.vmState() == VmState.SOFT_DELETED // it has broken off a restore
            ? SoftDelete.askForTheTruthAndStay()
            : SoftDelete.askForTheTruthAndCount();
    return CreateImage.isHalfDone(operation) ? CreateImage.dropping(todo, operation) : todo;
  }

  /** After a rebuild, or a soft delete that broke one off, could not take the guest away. */
  List<Step> afterFailedUndo(Operation operation) {
    return operation.kind() == OperationKind.REBUILD ? List.of() : afterFailedPower(operation);
  }

  /** Adds the end of the operation when {@code event} leaves nothing to do. */
  Decision andEnd(InstanceEvent event) {
    var after = state.evolve(event);
    var operation = after.operation().orElseThrow();
    if (operation.current().isPresent()) {
      return Decision.accept(event);
    }
    var ended =
        new InstanceEvent.OperationEnded(
            operation.id(),
            Ending.vmState(after, operation),
            Ending.failure(after, operation),
            now);
    return Decision.accept(event, ended);
  }

  /** The step of {@code outcome} was done. */
  Decision done(StepOutcome outcome, String detail, Got got) {
    return andEnd(
        new InstanceEvent.StepDone(
            outcome.operation(),
            outcome.step(),
            outcome.startedAt(),
            detail,
            got.candidates(),
            got.zone(),
            got.nic(),
            got.power(),
            got.then(),
            got.ticket(),
            got.turn(),
            now));
  }

  /** The step of {@code outcome} failed; {@code todo} is done instead of what was left. */
  Decision failed(
      StepOutcome outcome,
      String reason,
      List<Step> todo,
      boolean hostOut,
      Optional<Failure> failure) {
    return failed(outcome, reason, todo, hostOut, failure, Optional.empty());
  }

  /**
   * @param refusal what whoever asked is told
   */
  Decision failed(
      StepOutcome outcome,
      String reason,
      List<Step> todo,
      boolean hostOut,
      Optional<Failure> failure,
      Optional<Rejection> refusal) {
    return andEnd(
        new InstanceEvent.StepFailed(
            outcome.operation(),
            outcome.step(),
            outcome.startedAt(),
            reason,
            todo,
            hostOut,
            failure,
            Optional.empty(),
            refusal,
            now));
  }

  /** Nobody waits for {@code step} any longer; what is to be done now has its own time. */
  Decision tooLate(
      Operation operation, Step step, String reason, List<Step> todo, Optional<Failure> failure) {
    return andEnd(
        new InstanceEvent.StepFailed(
            operation.id(),
            step,
            now,
            reason,
            todo,
            false,
            failure,
            Optional.of(in(settings.compensationMillis())),
            Optional.empty(),
            now));
  }
}
