package io.troupe.actors.operation;

import io.troupe.actors.instance.TaskState;
import java.util.Optional;

/** The operations on an instance, with Nova's word for each. */
public enum OperationKind {
  BOOT("create"),
  DELETE("delete"),
  START("start"),
  STOP("stop"),
  REBOOT_SOFT("reboot"),
  REBOOT_HARD("reboot"),
  SOFT_DELETE("delete"),
  RESTORE("restore"),
  RESET_TO_ACTIVE("resetState"),
  RESET_TO_ERROR("resetState"),
  PAUSE("pause"),
  UNPAUSE("unpause"),
  SUSPEND("suspend"),
  RESUME("resume"),
  CRASH_DUMP("trigger_crash_dump"),
  SET_PASSWORD("changePassword"),
  RESCUE("rescue"),
  UNRESCUE("unrescue"),
  ATTACH_VOLUME("attach_volume"),
  DETACH_VOLUME("detach_volume"),
  SWAP_VOLUME("swap_volume"),
  ATTACH_INTERFACE("attach_interface"),
  DETACH_INTERFACE("detach_interface"),
  RESIZE("resize"),
  MIGRATE("migrate"),
  CONFIRM_RESIZE("confirmResize"),
  REVERT_RESIZE("revertResize"),
  LIVE_MIGRATE("live-migration"),
  EVACUATE("evacuate"),
  CREATE_IMAGE("createImage"),
  BACKUP("createBackup"),
  REBUILD("rebuild"),
  SHELVE("shelve"),
  SHELVE_OFFLOAD("shelveOffload"),
  UNSHELVE("unshelve"),
  ADOPT("adopt");

  private final String action;

  OperationKind(String action) {
    this.action = action;
  }

  /** The action of the instance-actions API. */
  public String action() {
    return action;
  }

  /** Whether it begins a move: there may be two hosts from then on. */
  public boolean beginsMove() {
    return switch (this) {
      case RESIZE, MIGRATE, LIVE_MIGRATE, EVACUATE -> true;
      default -> false;
    };
  }

  /** Whether it begins a move or settles one. */
  public boolean isAboutMove() {
    return beginsMove() || this == CONFIRM_RESIZE || this == REVERT_RESIZE;
  }

  /** What the API shows while {@code step} is being done. */
  public Optional<TaskState> taskState(StepKind step) {
    return switch (this) {
      case BOOT ->
          switch (step) {
            case RESERVE, PLACE, PREEMPT -> Optional.of(TaskState.SCHEDULING);
            case NETWORK -> Optional.of(TaskState.NETWORKING);
            case CONNECT_VOLUME -> Optional.of(TaskState.BLOCK_DEVICE_MAPPING);
            case SPAWN, MARK_ATTACHED -> Optional.of(TaskState.SPAWNING);
            default -> Optional.empty();
          };
      case ADOPT ->
          switch (step) {
            case RESERVE, CLAIM -> Optional.of(TaskState.SCHEDULING);
            case ADOPT -> Optional.of(TaskState.SPAWNING);
            default -> Optional.empty();
          };
      case DELETE -> Optional.of(TaskState.DELETING);
      case START -> Optional.of(TaskState.POWERING_ON);
      case STOP -> Optional.of(TaskState.POWERING_OFF);
      case REBOOT_SOFT -> Optional.of(TaskState.REBOOTING);
      case REBOOT_HARD -> Optional.of(TaskState.REBOOTING_HARD);
      case SOFT_DELETE -> Optional.of(TaskState.SOFT_DELETING);
      case RESTORE -> Optional.of(TaskState.RESTORING);
      case PAUSE -> Optional.of(TaskState.PAUSING);
      case UNPAUSE -> Optional.of(TaskState.UNPAUSING);
      case SUSPEND -> Optional.of(TaskState.SUSPENDING);
      case RESUME -> Optional.of(TaskState.RESUMING);
      case RESCUE -> Optional.of(TaskState.RESCUING);
      case UNRESCUE -> Optional.of(TaskState.UNRESCUING);
      case SET_PASSWORD -> Optional.of(TaskState.UPDATING_PASSWORD);
      case RESET_TO_ACTIVE,
          RESET_TO_ERROR,
          CRASH_DUMP,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          SWAP_VOLUME,
          ATTACH_INTERFACE,
          DETACH_INTERFACE ->
          Optional.empty();
      case RESIZE, MIGRATE -> Optional.of(whileResizing(step));
      case CONFIRM_RESIZE -> Optional.of(TaskState.RESIZE_CONFIRMING);
      case REVERT_RESIZE -> Optional.of(TaskState.RESIZE_REVERTING);
      case LIVE_MIGRATE -> Optional.of(TaskState.MIGRATING);
      case EVACUATE ->
          Optional.of(step == StepKind.SPAWN ? TaskState.REBUILD_SPAWNING : TaskState.REBUILDING);
      case CREATE_IMAGE ->
          Optional.of(
              step == StepKind.MAKE_IMAGE
                  ? TaskState.IMAGE_SNAPSHOT_PENDING
                  : TaskState.IMAGE_SNAPSHOT);
      case BACKUP -> Optional.of(TaskState.IMAGE_BACKUP);
      case REBUILD ->
          Optional.of(
              switch (step) {
                case REIMAGE -> TaskState.REBUILD_BLOCK_DEVICE_MAPPING;
                case SPAWN -> TaskState.REBUILD_SPAWNING;
                case POWER_OFF -> TaskState.POWERING_OFF;
                default -> TaskState.REBUILDING;
              });
      case SHELVE ->
          Optional.of(
              switch (step) {
                case SNAPSHOT -> TaskState.SHELVING_IMAGE_PENDING_UPLOAD;
                case DESTROY, RELEASE_CLAIM, CONDEMN -> TaskState.SHELVING_OFFLOADING;
                default -> TaskState.SHELVING;
              });
      case SHELVE_OFFLOAD -> Optional.of(TaskState.SHELVING_OFFLOADING);
      case UNSHELVE ->
          Optional.of(step == StepKind.SPAWN ? TaskState.SPAWNING : TaskState.UNSHELVING);
    };
  }

  /** What the API shows while the guest's disk becomes an image. */
  Optional<TaskState> taskState(Purpose.ImagePhase phase) {
    return switch (phase) {
      case COPYING -> taskState(StepKind.SNAPSHOT);
      case PENDING_UPLOAD ->
          Optional.of(
              this == SHELVE
                  ? TaskState.SHELVING_IMAGE_PENDING_UPLOAD
                  : TaskState.IMAGE_PENDING_UPLOAD);
      case UPLOADING ->
          Optional.of(
              this == SHELVE ? TaskState.SHELVING_IMAGE_UPLOADING : TaskState.IMAGE_UPLOADING);
    };
  }

  private static TaskState whileResizing(StepKind step) {
    return switch (step) {
      case POWER_OFF, SEND -> TaskState.RESIZE_MIGRATING;
      case RESIZE, FINISH, TAKE_OVER -> TaskState.RESIZE_MIGRATED;
      case POWER_ON -> TaskState.RESIZE_FINISH;
      default -> TaskState.RESIZE_PREP;
    };
  }
}
