package io.troupe.actors.operation;

import java.util.List;

/**
 * Start, stop and reboot: one driver command; after a failure the hypervisor is asked what is true.
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
              default -> throw new IllegalArgumentException(kind + " is no power operation");
            }));
  }

  public static List<Step> askForTheTruth() {
    return List.of(Step.of(StepKind.INSPECT));
  }
}
