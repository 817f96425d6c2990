package io.troupe.core.value;

/** A guest's power state as its hypervisor reports it, with the Compute API's numbers. */
public enum PowerState {
  NOSTATE(0),
  RUNNING(1),
  PAUSED(3),
  SHUTDOWN(4),
  CRASHED(6),
  SUSPENDED(7);

  private final int code;

  PowerState(int code) {
    this.code = code;
  }

  /** {@code OS-EXT-STS:power_state} of the Compute API. */
  public int code() {
    return code;
  }
}
