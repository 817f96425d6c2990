package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A plan of the rebalancer that is carried out, or was. There is one or none. Some node begins its
 * moves and writes down what becomes of each; when it dies, the next one finds all it needs here.
 *
 * @param id the request's
 * @param goal {@code even}, {@code empty}, {@code consolidate}
 * @param atOnce moves under way at a time, 1 or more
 * @param stopping nothing more is begun
 * @param updatedAt written again while it runs, so that one that nobody looks at can be told
 * @param userId who asked; empty in records from before it was kept
 * @param projectId of the same
 */
public record RebalanceRun(
    String id,
    String goal,
    int atOnce,
    boolean stopping,
    List<Step> steps,
    Instant startedAt,
    Instant updatedAt,
    String userId,
    String projectId)
    implements CatalogEntry {
  public static final String KEY = "run";

  /** Who looks at it writes three times as often. */
  public static final Duration SILENCE = Duration.ofSeconds(60);

  public RebalanceRun {
    steps = List.copyOf(steps);
    userId = userId == null ? "" : userId;
    projectId = projectId == null ? "" : projectId;
    if (atOnce < 1) {
      throw new IllegalArgumentException("at least one move at a time: " + atOnce);
    }
  }

  /** What has become of a move. */
  public enum State {
    WAITING,
    MOVING,
    DONE,
    FAILED
  }

  /**
   * One move.
   *
   * @param gib that it carries
   * @param detail why it failed, empty otherwise
   * @param operation of its instance that moves it, written before the instance is told; absent
   *     while it waits, and in records from before it was kept
   */
  public record Step(
      InstanceId instance,
      HostId from,
      HostId to,
      long gib,
      State state,
      String detail,
      Optional<OperationId> operation) {
    public Step {
      operation = operation == null ? Optional.empty() : operation;
    }

    /** One that has not begun. */
    public static Step waiting(InstanceId instance, HostId from, HostId to, long gib) {
      return new Step(instance, from, to, gib, State.WAITING, "", Optional.empty());
    }

    private Step begun(OperationId id) {
      return new Step(instance, from, to, gib, State.MOVING, "", Optional.of(id));
    }

    private Step ended(State end, String why) {
      return new Step(instance, from, to, gib, end, why, operation);
    }
  }

  @Override
  public String key() {
    return KEY;
  }

  public long count(State state) {
    return steps.stream().filter(step -> step.state == state).count();
  }

  /** {@code running}, {@code stopping}, {@code stopped}, {@code finished}, {@code interrupted}. */
  public String status(Instant now) {
    if (isOver()) {
      return count(State.WAITING) == 0 ? "finished" : "stopped";
    }
    if (updatedAt.plus(SILENCE).isBefore(now)) {
      return "interrupted";
    }
    return stopping ? "stopping" : "running";
  }

  /** Whether nothing is under way and nothing will be begun. */
  @JsonIgnore
  public boolean isOver() {
    return count(State.MOVING) == 0 && (stopping || count(State.WAITING) == 0);
  }

  /** The same with nothing more to be begun. */
  public RebalanceRun stopped(Instant now) {
    return new RebalanceRun(id, goal, atOnce, true, steps, startedAt, now, userId, projectId);
  }

  public RebalanceRun touched(Instant now) {
    return with(steps, now);
  }

  /** The same when a move that was under way has come to its end. */
  public RebalanceRun ended(InstanceId instance, Optional<String> failure, Instant now) {
    var all = new ArrayList<Step>();
    for (Step step : steps) {
      all.add(
          step.instance.equals(instance) && step.state == State.MOVING
              ? step.ended(failure.isPresent() ? State.FAILED : State.DONE, failure.orElse(""))
              : step);
    }
    return with(all, now);
  }

  /**
   * The same when as many moves are under way as may be: the next of them in their order. One waits
   * while an earlier one still has to leave its destination, for that may be its room.
   *
   * @param ids for their operations
   */
  public RebalanceRun begun(Instant now, Supplier<OperationId> ids) {
    if (stopping) {
      return this;
    }
    var all = new ArrayList<Step>();
    long moving = count(State.MOVING);
    Set<HostId> leaving = new HashSet<>();
    for (Step step : steps) {
      boolean begins = step.state == State.WAITING && moving < atOnce && !leaving.contains(step.to);
      Step then = begins ? step.begun(ids.get()) : step;
      moving += begins ? 1 : 0;
      if (then.state == State.WAITING || then.state == State.MOVING) {
        leaving.add(then.from);
      }
      all.add(then);
    }
    return with(all, now);
  }

  private RebalanceRun with(List<Step> others, Instant now) {
    return new RebalanceRun(id, goal, atOnce, stopping, others, startedAt, now, userId, projectId);
  }
}
