package io.troupe.actors.instance;

import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.OperationKind;
import java.time.Duration;
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
      case ReclaimDue due -> reclaim(due);
      case ConfirmDue(var operation) -> new MoveWishes(moment).confirmIfDue(operation);
    };
  }

  private Decision reclaim(ReclaimDue due) {
    var keep = Duration.ofMillis(moment.settings().reclaimMillis());
    var isDue =
        state.vmState() == VmState.SOFT_DELETED
            && state.operation().isEmpty()
            && keep.isPositive()
            && state
                .softDeletedAt()
                .filter(since -> !since.plus(keep).isAfter(moment.now()))
                .isPresent();
    if (!isDue) {
      return Decision.nothing();
    }
    var request = moment.request();
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            new UserCommand.Origin(due.operation(), "", request.project().value(), true),
            OperationKind.DELETE,
            Delete.steps(
                state.host().isPresent(),
                state.other().isPresent(),
                Attachments.mayHaveVolumes(state),
                request),
            moment.in(moment.settings().deleteMillis()),
            Optional.empty(),
            Optional.empty(),
            moment.now()));
  }
}
