package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.TaskState;
import java.util.Set;

/** {@code status} of a server, from its vm state and task state as Nova's table has it. */
final class ServerStatus {
  /** Every word a {@code status} filter may use. */
  static final Set<String> WORDS =
      Set.of(
          "ACTIVE",
          "BUILD",
          "DELETED",
          "ERROR",
          "HARD_REBOOT",
          "MIGRATING",
          "PASSWORD",
          "PAUSED",
          "REBOOT",
          "REBUILD",
          "RESCUE",
          "RESIZE",
          "REVERT_RESIZE",
          "SHELVED",
          "SHELVED_OFFLOADED",
          "SHUTOFF",
          "SOFT_DELETED",
          "SUSPENDED",
          "UNKNOWN",
          "VERIFY_RESIZE");

  /** The statuses that show {@code progress}. */
  private static final Set<String> IN_PROGRESS =
      Set.of("ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING");

  private ServerStatus() {}

  static String of(InstanceView server) {
    return switch (server.vmState()) {
      case BUILDING -> "BUILD";
      case ACTIVE -> server.taskState().map(ServerStatus::whileActive).orElse("ACTIVE");
      case STOPPED -> "SHUTOFF";
      case PAUSED -> "PAUSED";
      case SUSPENDED -> "SUSPENDED";
      case RESCUED -> "RESCUE";
      case RESIZED -> "VERIFY_RESIZE";
      case SOFT_DELETED -> "SOFT_DELETED";
      case DELETED -> "DELETED";
      case ERROR -> "ERROR";
      case SHELVED -> "SHELVED";
      case SHELVED_OFFLOADED -> "SHELVED_OFFLOADED";
    };
  }

  private static String whileActive(TaskState task) {
    return switch (task) {
      case REBOOTING -> "REBOOT";
      case REBOOTING_HARD -> "HARD_REBOOT";
      case SCHEDULING,
          NETWORKING,
          BLOCK_DEVICE_MAPPING,
          SPAWNING,
          POWERING_ON,
          POWERING_OFF,
          DELETING ->
          "ACTIVE";
    };
  }

  static boolean showsProgress(String status) {
    return IN_PROGRESS.contains(status);
  }

  static boolean showsFault(String status) {
    return status.equals("ERROR") || status.equals("DELETED");
  }
}
