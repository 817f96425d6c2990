package io.troupe.bench.boot;

/**
 * When to look again at a server that is not ready. Polling costs the server under test as much as
 * real work does, so: the first look comes after three quarters of the usual time, later ones at
 * the given interval, or a sixteenth of the time waited so far where that is longer. A time
 * measured is thus at most 6 % or one interval too long. Safe for many threads.
 */
final class PollPace {
  private static final double LEARNING =
      0.05; // weight of the newest: follows in some tens of boots

  private final long intervalNanos;
  private volatile double usualNanos;

  PollPace(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  long firstNanos() {
    return Math.max(intervalNanos, (long) (usualNanos * 0.75));
  }

  long nextNanos(long waitedNanos) {
    return Math.max(intervalNanos, waitedNanos / 16);
  }

  synchronized void learn(long tookNanos) {
    usualNanos = usualNanos == 0 ? tookNanos : usualNanos + LEARNING * (tookNanos - usualNanos);
  }
}
