package io.troupe.actors.operation;

import io.troupe.actors.instance.UserCommand.ResetState.Resting;
import java.util.List;

/**
 * An administrator says in which state an instance is. Nothing is done to the guest; only that the
 * instance is counted is made sure of, since what was broken off may have been a soft delete.
 */
public final class Reset {
  private Reset() {}

  public static List<Step> steps() {
    return List.of(Step.of(StepKind.RESERVE));
  }

  public static OperationKind kind(Resting to) {
    return switch (to) {
      case ACTIVE -> OperationKind.RESET_TO_ACTIVE;
      case ERROR -> OperationKind.RESET_TO_ERROR;
    };
  }
}
