package io.troupe.drivers;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.DriverJob.Place;
import io.troupe.drivers.spi.DriverCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * Who waits for whom at one connection. A command waits, in this order, for
 *
 * <ol>
 *   <li>the commands of its instance that came earlier, on whichever host,
 *   <li>if it is a spawn, one of its host's places for spawns,
 *   <li>one of the connection's places for running commands.
 * </ol>
 *
 * <p>One that goes beside ({@link DriverCommand#goesBeside}) waits for none of these.
 *
 * <p>Every step costs the same however many wait. Plain data, no threads and no clock: the driver
 * actor asks {@link #startable} after each change.
 */
final class CommandQueue {
  private final int mostRunning;
  private final int spawnsPerHost;
  private final Map<InstanceId, Deque<DriverJob>> lanes = new HashMap<>();
  private final Map<String, Integer> spawning = new HashMap<>();
  private final Map<String, Deque<DriverJob>> waitingForHost = new HashMap<>();
  private final Deque<DriverJob> waitingForPlace = new ArrayDeque<>();
  private final SequencedSet<DriverJob> beside = new LinkedHashSet<>();
  private int running;

  /**
   * @param mostRunning commands that may run at once on the connection
   * @param spawnsPerHost spawns that may run at once on one host
   */
  CommandQueue(int mostRunning, int spawnsPerHost) {
    this.mostRunning = mostRunning;
    this.spawnsPerHost = spawnsPerHost;
  }

  /** The unfinished command that {@code command} repeats. */
  Optional<DriverJob> sameAs(DriverCommand command) {
    return of(command.target().instance()).filter(job -> job.isRepeatedBy(command)).findFirst();
  }

  /** The instance's unfinished commands in their order. */
  Stream<DriverJob> of(InstanceId instance) {
    var lane = lanes.get(instance);
    var inLane = lane == null ? Stream.<DriverJob>empty() : lane.stream();
    return Stream.concat(inLane, beside.stream().filter(job -> job.instance().equals(instance)))
        .toList()
        .stream();
  }

  Stream<DriverJob> all() {
    return Stream.concat(lanes.values().stream().flatMap(Deque::stream), beside.stream())
        .toList()
        .stream();
  }

  DriverActor.Load load() {
    var all = lanes.values().stream().mapToInt(Deque::size).sum();
    var besides = (int) beside.stream().filter(DriverJob::isRunning).count();
    return new DriverActor.Load(running + besides, all - running + beside.size() - besides);
  }

  void add(DriverJob job) {
    if (job.goesBeside()) {
      beside.add(job);
      job.moveTo(Place.FOR_PLACE);
      return;
    }
    var lane = lanes.computeIfAbsent(job.instance(), instance -> new ArrayDeque<>(2));
    lane.add(job);
    job.moveTo(Place.IN_LANE);
    if (lane.size() == 1) {
      leaveLane(job);
    }
  }

  /** Jobs that run from now on, in the order in which they got here. */
  List<DriverJob> startable() {
    var starting = new ArrayList<DriverJob>();
    for (var job : beside) {
      if (!job.isRunning()) {
        job.moveTo(Place.RUNNING);
        starting.add(job);
      }
    }
    while (running < mostRunning && !waitingForPlace.isEmpty()) {
      var job = waitingForPlace.remove();
      job.moveTo(Place.RUNNING);
      running++;
      starting.add(job);
    }
    return starting;
  }

  /** The job is over, run or not; what waited for it moves up. */
  void remove(DriverJob job) {
    if (beside.remove(job)) {
      job.moveTo(Place.OVER);
      return;
    }
    switch (job.place()) {
      case IN_LANE -> {}
      case AT_HOST -> waitingForHost.get(job.host()).remove(job);
      case FOR_PLACE -> {
        waitingForPlace.remove(job);
        leaveHost(job);
      }
      case RUNNING -> {
        running--;
        leaveHost(job);
      }
      case OVER -> throw new IllegalStateException("removed twice: " + job);
    }
    job.moveTo(Place.OVER);
    var lane = lanes.get(job.instance());
    lane.remove(job);
    if (lane.isEmpty()) {
      lanes.remove(job.instance());
    } else if (lane.peek().place() == Place.IN_LANE) {
      leaveLane(lane.peek());
    }
  }

  private void leaveLane(DriverJob job) {
    if (!job.isSpawn()) {
      waitForPlace(job);
    } else if (spawning.getOrDefault(job.host(), 0) < spawnsPerHost) {
      spawning.merge(job.host(), 1, Integer::sum);
      waitForPlace(job);
    } else {
      waitingForHost.computeIfAbsent(job.host(), host -> new ArrayDeque<>()).add(job);
      job.moveTo(Place.AT_HOST);
    }
  }

  private void waitForPlace(DriverJob job) {
    waitingForPlace.add(job);
    job.moveTo(Place.FOR_PLACE);
  }

  /** A spawn's place on its host goes to the next one there. */
  private void leaveHost(DriverJob job) {
    if (!job.isSpawn()) {
      return;
    }
    var waiting = waitingForHost.get(job.host());
    if (waiting != null && !waiting.isEmpty()) {
      waitForPlace(waiting.remove());
    } else {
      waitingForHost.remove(job.host());
      spawning.computeIfPresent(job.host(), (host, count) -> count == 1 ? null : count - 1);
    }
  }
}
