package io.troupe.actors.instance;

import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.LiveMigrate;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to be done with an open move by an operation that is not about it, such as a soft delete
 * or a reset: the instance stays with the host that has it, and nothing is left on the other one.
 */
record Settling(InstanceState state) {
  /** First that, then {@code steps}. */
  List<Step> before(List<Step> steps) {
    var open = state.moves().open();
    if (open.isEmpty()) {
      return steps;
    }
    var all = new ArrayList<Step>();
    if (mayBeOnItsWay()) {
      all.addAll(LiveMigrate.breakOff()); // what is left where comes out then
    } else if (open.get().isOnOneHost()) {
      if (isBeingResized()) {
        all.add(Step.of(StepKind.POWER_OFF));
        all.add(Step.of(StepKind.RESIZE));
        all.add(Step.of(StepKind.TAKE_OVER));
      }
      all.add(Step.of(StepKind.CLAIM));
    } else if (open.get().other().isPresent()) {
      all.addAll(Leave.there());
    }
    all.addAll(steps);
    return all;
  }

  /** A live migration that is under way, or that nobody knows the end of. */
  private boolean mayBeOnItsWay() {
    var move = state.moves().open().orElseThrow();
    var isLive =
        state.moves().migrations().stream()
            .anyMatch(
                one ->
                    one.operation().equals(move.operation())
                        && one.type() == Migration.Type.LIVE_MIGRATION);
    var mayBeThere = move.other().isPresent(); // else that host has been left already
    return isLive && !move.arrived() && move.ticket().isPresent() && mayBeThere;
  }

  /** It may be of another size already than it was, or is to be again. */
  private boolean isBeingResized() {
    return state
        .operation()
        .filter(
            one -> one.kind() == OperationKind.RESIZE || one.kind() == OperationKind.REVERT_RESIZE)
        .isPresent();
  }
}
