package io.troupe.actors.operation;

import io.troupe.core.value.PowerState;
import java.util.List;

/**
 * Start, stop, reboot, pause, suspend and their like: one driver command. After a failure or a
 * deadline the hypervisor is asked what is true; if that is what was wanted, all is well.
 *
 * <pre>
 *   command → as wanted
 *      └─ failed, or no answer by the deadline → inspect → what is true
 * </pre>
 */
public final class Power {
  private Power() {}

  public static List<Step> steps(OperationKind kind) {
    return List.of(
        Step.of(
            switch (kind) {
              case START -> StepKind.POWER_ON;
              case STOP -> StepKind.POWER_OFF;
              case REBOOT_SOFT, REBOOT_HARD -> StepKind.REBOOT;
              case PAUSE -> StepKind.PAUSE;
              case UNPAUSE -> StepKind.UNPAUSE;
              case SUSPEND -> StepKind.SUSPEND;
              case RESUME -> StepKind.RESUME;
              case CRASH_DUMP -> StepKind.CRASH_DUMP;
              case SET_PASSWORD -> StepKind.SET_PASSWORD;
              default -> throw new IllegalArgumentException(kind + " is no power operation");
            }));
  }

  /** Whether {@code power} is what such an operation is for; a reboot leaves no such trace. */
  public static boolean isWanted(OperationKind kind, PowerState power) {
    return switch (kind) {
      case START, UNPAUSE, RESUME, RESTORE -> power == PowerState.RUNNING;
      case STOP -> power == PowerState.SHUTDOWN;
      case PAUSE -> power == PowerState.PAUSED;
      case SUSPEND -> power == PowerState.SUSPENDED;
      default -> false;
    };
  }

  public static List<Step> askForTheTruth() {
    return List.of(Step.of(StepKind.INSPECT));
  }
}
