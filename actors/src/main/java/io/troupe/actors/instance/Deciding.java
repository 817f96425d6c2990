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
      case GuestReported report -> reported(report);
      case DeadlinePassed(var operation) -> new Deadlines(moment).passed(operation);
      case ReclaimDue due -> reclaim(due);
    };
  }

  /**
   * What the host saw. Also of a known power state, when the vm state does not go with it, as after
   * a reset.
   */
  private Decision reported(GuestReported report) {
    var ours =
        state.operation().isEmpty()
            && state.host().filter(report.host()::equals).isPresent()
            && report.generation() == state.generation();
    var vmState = Ending.afterReport(state.vmState(), report.power());
    if (!ours || report.power() == state.power() && vmState == state.vmState()) {
      return Decision.nothing();
    }
    return Decision.accept(
        new InstanceEvent.PowerChanged(report.power(), vmState, report.reason(), moment.now()));
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
            Delete.steps(state.host().isPresent(), request),
            moment.in(moment.settings().deleteMillis()),
            Optional.empty(),
            Optional.empty(),
            moment.now()));
  }
}
