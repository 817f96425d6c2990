package io.troupe.actors.instance;

/** What is being done to an instance, as Nova names it. */
public enum TaskState {
  SCHEDULING("scheduling"),
  NETWORKING("networking"),
  BLOCK_DEVICE_MAPPING("block_device_mapping"),
  SPAWNING("spawning"),
  POWERING_ON("powering-on"),
  POWERING_OFF("powering-off"),
  REBOOTING("rebooting"),
  REBOOTING_HARD("rebooting_hard"),
  DELETING("deleting"),
  REBOOT_PENDING("reboot_pending"),
  REBOOT_STARTED("reboot_started"),
  REBOOT_PENDING_HARD("reboot_pending_hard"),
  REBOOT_STARTED_HARD("reboot_started_hard"),
  PAUSING("pausing"),
  UNPAUSING("unpausing"),
  SUSPENDING("suspending"),
  RESUMING("resuming"),
  RESCUING("rescuing"),
  UNRESCUING("unrescuing"),
  UPDATING_PASSWORD("updating_password"),
  SOFT_DELETING("soft-deleting"),
  RESTORING("restoring"),
  RESIZE_PREP("resize_prep"),
  RESIZE_MIGRATING("resize_migrating"),
  RESIZE_MIGRATED("resize_migrated"),
  RESIZE_FINISH("resize_finish"),
  RESIZE_REVERTING("resize_reverting"),
  RESIZE_CONFIRMING("resize_confirming"),
  MIGRATING("migrating"),
  REBUILDING("rebuilding"),
  REBUILD_BLOCK_DEVICE_MAPPING("rebuild_block_device_mapping"),
  REBUILD_SPAWNING("rebuild_spawning"),
  IMAGE_SNAPSHOT_PENDING("image_snapshot_pending"),
  IMAGE_SNAPSHOT("image_snapshot"),
  IMAGE_PENDING_UPLOAD("image_pending_upload"),
  IMAGE_UPLOADING("image_uploading"),
  IMAGE_BACKUP("image_backup"),
  SHELVING("shelving"),
  SHELVING_IMAGE_PENDING_UPLOAD("shelving_image_pending_upload"),
  SHELVING_IMAGE_UPLOADING("shelving_image_uploading"),
  SHELVING_OFFLOADING("shelving_offloading"),
  UNSHELVING("unshelving");

  private final String word;

  TaskState(String word) {
    this.word = word;
  }

  /** {@code OS-EXT-STS:task_state}. */
  public String word() {
    return word;
  }
}
