package io.troupe.actors.scheduler;

import io.troupe.core.serialization.CborSerializable;
import java.time.Instant;
import java.util.Map;

/**
 * What the scheduler has done since it started on the node it is on now.
 *
 * @param hosts in its table
 * @param decisionsPerSecond over the last {@link Tally#WINDOW}
 * @param removed for each filter how many hosts it removed where no host was found
 * @param conflicts claims that a host refused although the scheduler had sent the instance there
 * @param preemptions requests that others were named for who have to leave; 0 in answers of a
 *     former release
 * @param waiting placements that are held back until it has heard from the hosts, or is resumed
 */
public record SchedulerFigures(
    Instant since,
    int hosts,
    long placed,
    long noValidHost,
    double decisionsPerSecond,
    Map<String, Long> removed,
    long conflicts,
    boolean paused,
    int waiting,
    long preemptions)
    implements CborSerializable {
  public SchedulerFigures {
    removed = Map.copyOf(removed);
  }
}
