package io.troupe.config;

/**
 * How instances move from host to host and from flavor to flavor.
 *
 * @param deadlineMillis ms that a move may take
 * @param confirmAfterMillis ms after which a resize that nobody confirmed is confirmed; 0: never
 *     (Nova's {@code resize_confirm_window})
 * @param resizeToSameHost whether a resize may stay on its host (Nova's {@code
 *     allow_resize_to_same_host})
 * @param autoConverge whether a guest that writes memory faster than it travels is slowed down
 * @param postCopy whether a live migration that is told to complete may let the guest go on before
 *     all of its memory is there
 * @param bandwidthMibPerSecond of a live migration at most, MiB/s; 0: no limit of ours
 * @param downtimeMillis that a guest may stand still at the end of a live migration, ms; 0: as the
 *     hypervisor means
 * @param completionTimeoutMillis after so long, ms, a live migration is aborted, or forced to
 *     complete if {@code forceAtTimeout}; 0: only the deadline ends it
 */
public record MoveSettings(
    long deadlineMillis,
    long confirmAfterMillis,
    boolean resizeToSameHost,
    boolean autoConverge,
    boolean postCopy,
    long bandwidthMibPerSecond,
    long downtimeMillis,
    long completionTimeoutMillis,
    boolean forceAtTimeout) {
  /** Nova's, but for the deadlines, which it does not have, or has by size of the guest. */
  public static final MoveSettings DEFAULT =
      new MoveSettings(3_600_000, 0, false, false, false, 0, 0, 0, false);

  public MoveSettings {
    if (deadlineMillis <= 0 || confirmAfterMillis < 0) {
      throw new IllegalArgumentException("a move needs some time, and waits no negative one");
    }
    if (bandwidthMibPerSecond < 0 || downtimeMillis < 0 || completionTimeoutMillis < 0) {
      throw new IllegalArgumentException("a limit of live migrations is 0 or more");
    }
  }
}
