package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.TaskState;
import java.util.Optional;
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
    var task = server.taskState();
    return switch (server.vmState()) {
      case BUILDING -> "BUILD";
      case ACTIVE -> task.flatMap(ServerStatus::whileActive).orElse("ACTIVE");
      case STOPPED -> task.flatMap(ServerStatus::whileStopped).orElse("SHUTOFF");
      case PAUSED ->
          task.filter(now -> now == TaskState.MIGRATING).map(_ -> "MIGRATING").orElse("PAUSED");
      case SUSPENDED -> "SUSPENDED";
      case RESCUED -> "RESCUE";
      case RESIZED ->
          task.filter(now -> now == TaskState.RESIZE_REVERTING)
              .map(_ -> "REVERT_RESIZE")
              .orElse("VERIFY_RESIZE");
      case SOFT_DELETED -> "SOFT_DELETED";
      case DELETED -> "DELETED";
      case ERROR -> task.flatMap(ServerStatus::rebuild).orElse("ERROR");
      case SHELVED -> "SHELVED";
      case SHELVED_OFFLOADED -> "SHELVED_OFFLOADED";
    };
  }

  private static Optional<String> whileActive(TaskState task) {
    return switch (task) {
      case REBOOTING, REBOOT_PENDING, REBOOT_STARTED -> Optional.of("REBOOT");
      case REBOOTING_HARD, REBOOT_PENDING_HARD, REBOOT_STARTED_HARD -> Optional.of("HARD_REBOOT");
      case UPDATING_PASSWORD -> Optional.of("PASSWORD");
      case MIGRATING -> Optional.of("MIGRATING");
      default -> whileStopped(task);
    };
  }

  private static Optional<String> whileStopped(TaskState task) {
    return switch (task) {
      case RESIZE_PREP, RESIZE_MIGRATING, RESIZE_MIGRATED, RESIZE_FINISH -> Optional.of("RESIZE");
      default -> rebuild(task);
    };
  }

  private static Optional<String> rebuild(TaskState task) {
    return switch (task) {
      case REBUILDING, REBUILD_BLOCK_DEVICE_MAPPING, REBUILD_SPAWNING -> Optional.of("REBUILD");
      default -> Optional.empty();
    };
  }

  static boolean showsProgress(String status) {
    return IN_PROGRESS.contains(status);
  }

  static boolean showsFault(String status) {
    return status.equals("ERROR") || status.equals("DELETED");
  }
}
