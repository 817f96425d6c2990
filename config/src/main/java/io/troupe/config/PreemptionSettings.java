package io.troupe.config;

/**
 * Whether requests may evict preemptible instances of lower priority.
 *
 * @param graceMillis for an evicted guest to switch itself off, 0 to one hour; 0 removes it at once
 * @param maxVictims instances that one request may evict, 1 to 64
 */
public record PreemptionSettings(PreemptionMode mode, long graceMillis, int maxVictims) {
  private static final long LONGEST_GRACE_MILLIS = 3_600_000;

  public static final PreemptionSettings OFF =
      new PreemptionSettings(PreemptionMode.OFF, 30_000, 8);

  public PreemptionSettings {
    if (graceMillis < 0 || graceMillis > LONGEST_GRACE_MILLIS) {
      throw new IllegalArgumentException(
          "scheduler preemption-grace must be 0 to 1 h: " + graceMillis + " ms");
    }
    if (maxVictims < 1 || maxVictims > 64) {
      throw new IllegalArgumentException(
          "scheduler preemption-max-victims must be 1 to 64: " + maxVictims);
    }
  }

  public boolean on() {
    return mode != PreemptionMode.OFF;
  }
}
