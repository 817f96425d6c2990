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
  DELETING("deleting");

  private final String word;

  TaskState(String word) {
    this.word = word;
  }

  /** {@code OS-EXT-STS:task_state}. */
  public String word() {
    return word;
  }
}
