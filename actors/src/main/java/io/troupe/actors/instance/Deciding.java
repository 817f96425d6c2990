package io.troupe.actors.instance;

import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Shelve;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@link InstanceState#decide}: which events an input leads to. */
final class Deciding {
  private final Moment moment;
  private final InstanceState state;

  Deciding(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision on(InstanceInput input) {
    return switch (input) {
      case UserCommand command -> new Wishes(moment).on(command);
      case StepOutcome outcome -> new Outcomes(moment).on(outcome);
      case GuestReported report -> new Reconciling(moment).reported(report);
      case DeadlinePassed(var operation) -> new Deadlines(moment).passed(operation);
      case ReclaimDue due -> due(due);
      case ConfirmDue(var operation) -> new MoveWishes(moment).confirmIfDue(operation);
      case Eviction eviction -> new Evicting(moment).on(eviction);
      case ImageReached(var image, var phase) -> reached(image, phase);
    };
  }

  private Decision reached(String imageId, Purpose.ImagePhase phase) {
    return state
        .operation()
        .filter(now -> now.current().filter(at -> at.kind() == StepKind.SNAPSHOT).isPresent())
        .filter(now -> now.phase().compareTo(phase) < 0)
        .filter(
            now ->
                now.purpose()
                    .flatMap(Purpose::newImage)
                    .filter(image -> image.id().equals(imageId))
                    .isPresent())
        .map(
            now ->
                Decision.accept(new InstanceEvent.ImageProgressed(now.id(), phase, moment.now())))
        .orElseGet(Decision::nothing);
  }

  private Decision due(ReclaimDue due) {
    if (hasStayed(VmState.SOFT_DELETED, state.softDeletedAt(), moment.settings().reclaimMillis())) {
      var steps =
          Delete.steps(
              state.host().isPresent(),
              state.other().isPresent(),
              Attachments.mayHaveVolumes(state),
              moment.request());
      return began(due, OperationKind.DELETE, steps, moment.settings().deleteMillis());
    }
    var shelvedAt = state.shelf().map(Shelf::at);
    if (hasStayed(VmState.SHELVED, shelvedAt, moment.settings().shelvedOffloadMillis())) {
      return began(
          due,
          OperationKind.SHELVE_OFFLOAD,
          Shelve.offload(!state.volumes().isEmpty()),
          moment.settings().deleteMillis());
    }
    return Decision.nothing();
  }

  private boolean hasStayed(VmState in, Optional<Instant> since, long millis) {
    return state.vmState() == in
        && state.operation().isEmpty()
        && millis > 0
        && since.filter(at -> !at.plusMillis(millis).isAfter(moment.now())).isPresent();
  }

  private Decision began(ReclaimDue due, OperationKind kind, List<Step> todo, long millis) {
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            new UserCommand.Origin(due.operation(), "", moment.request().project().value(), true),
            kind,
            todo,
            moment.in(millis),
            Optional.empty(),
            Optional.empty(),
            moment.now()));
  }
}
