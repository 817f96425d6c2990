package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.Explanation.Removal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Counts decisions: all of them, and those of the last seconds. One thread owns it. */
final class Tally {
  /** Long enough to be steady, short enough to show that something has just stopped. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  private static final int SECONDS = Math.toIntExact(WINDOW.toSeconds());

  private final Instant since;

  /** By second modulo their number: which second it was, and how many decisions fell in it. */
  private final long[] second = new long[SECONDS];

  private final int[] decisions = new int[SECONDS];
  private final Map<String, Long> removed = new HashMap<>();
  private long placed;
  private long noValidHost;
  private long conflicts;
  private long preemptions;

  Tally(Instant since) {
    this.since = since;
    Arrays.fill(second, Long.MIN_VALUE);
  }

  void count(Decision decision, Instant now) {
    var at = now.getEpochSecond();
    var place = (int) Math.floorMod(at, (long) SECONDS);
    if (second[place] != at) {
      second[place] = at;
      decisions[place] = 0;
    }
    decisions[place]++;
    switch (decision) {
      case Decision.Placed _ -> placed++;
      case Decision.NoValidHost(_, var unless) when unless.isPresent() -> preemptions++;
      case Decision.NoValidHost(var explanation, _) -> {
        noValidHost++;
        for (Removal removal : explanation.removals()) {
          removed.merge(removal.filter(), (long) removal.removed(), Long::sum);
        }
      }
    }
  }

  void countConflict() {
    conflicts++;
  }

  SchedulerFigures figures(int hosts, boolean paused, int waiting, Instant now) {
    return new SchedulerFigures(
        since,
        hosts,
        placed,
        noValidHost,
        perSecond(now),
        removed,
        conflicts,
        paused,
        waiting,
        preemptions);
  }

  /** Of the last whole seconds; the one that is under way is left out. */
  private double perSecond(Instant now) {
    var current = now.getEpochSecond();
    long sum = 0;
    for (int i = 0; i < SECONDS; i++) {
      if (second[i] < current && second[i] > current - SECONDS) {
        sum += decisions[i];
      }
    }
    return (double) sum / (SECONDS - 1);
  }
}
