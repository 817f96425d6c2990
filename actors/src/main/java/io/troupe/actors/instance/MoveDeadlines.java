package io.troupe.actors.instance;

import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.Step;

/** What becomes of a move whose time is up. */
final class MoveDeadlines {
  private final Moment moment;
  private final Operation operation;

  MoveDeadlines(Moment moment, Operation operation) {
    this.moment = moment;
    this.operation = operation;
  }

  Decision passed(Step step, String reason) {
    return new MoveFailures(moment, operation)
        .after(step, reason, MoveFailures.Cause.LATE)
        .map(way -> moment.tooLate(operation, step, reason, way.todo(), way.failure()))
        .orElseGet(() -> new Decision.AskAgain(moment.askAgain(), reason));
  }
}
