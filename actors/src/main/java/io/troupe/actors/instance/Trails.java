package io.troupe.actors.instance;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The operations an instance remembers, while an event is applied; the journal has them all. The
 * first one, its boot, stays for ever: it says whose the instance is when nothing else is left. So
 * does the one in progress.
 */
final class Trails {
  private static final int KEPT = 20;

  /** Steps remembered per operation; a boot that meets nine refusing hosts has fewer. */
  private static final int STEPS_KEPT = 100;

  private List<OperationTrail> all;

  Trails(List<OperationTrail> all) {
    this.all = all;
  }

  List<OperationTrail> all() {
    return all;
  }

  void begin(UserCommand.Origin origin, String action, Instant at) {
    add(trail(origin, action, at, Optional.empty(), List.of()));
  }

  /** Something that was done in the moment it was asked for, and is remembered all the same. */
  void atOnce(UserCommand.Origin origin, String action, Instant at) {
    var step = new OperationTrail.Step(action, at, at, true, "", "", "");
    add(trail(origin, action, at, Optional.of(at), List.of(step)));
  }

  /** It has to leave its host; the owner is not told for whom. */
  void evicted(UserCommand.Origin origin, InstanceId by, Instant at) {
    var action = OperationTrail.PREEMPTED;
    var step = new OperationTrail.Step(action, at, at, true, "", "by instance " + by, "");
    add(trail(origin, action, at, Optional.of(at), List.of(step)));
  }

  void step(OperationId operation, OperationTrail.Step step) {
    change(
        operation,
        trail -> {
          var steps = new ArrayList<>(trail.steps());
          if (steps.size() < STEPS_KEPT) {
            steps.add(step);
          }
          return new OperationTrail(
              trail.id(),
              trail.action(),
              trail.userId(),
              trail.projectId(),
              trail.startedAt(),
              step.finishedAt(),
              trail.finishedAt(),
              trail.error(),
              steps);
        });
  }

  void close(OperationId operation, Optional<String> error, Instant at) {
    change(
        operation,
        trail ->
            new OperationTrail(
                trail.id(),
                trail.action(),
                trail.userId(),
                trail.projectId(),
                trail.startedAt(),
                at,
                Optional.of(at),
                error,
                trail.steps()));
  }

  private static OperationTrail trail(
      UserCommand.Origin origin,
      String action,
      Instant at,
      Optional<Instant> finishedAt,
      List<OperationTrail.Step> steps) {
    return new OperationTrail(
        origin.operation(),
        action,
        origin.userId(),
        origin.projectId(),
        at,
        at,
        finishedAt,
        Optional.empty(),
        steps);
  }

  private void add(OperationTrail trail) {
    var more = new ArrayList<>(all);
    more.add(trail);
    for (int i = 1; more.size() > KEPT; i++) {
      if (more.get(i).finishedAt().isPresent()) { // one in progress has more to remember
        more.remove(i);
      }
    }
    all = more;
  }

  private void change(OperationId operation, UnaryOperator<OperationTrail> change) {
    all =
        all.stream()
            .map(trail -> trail.id().equals(operation) ? change.apply(trail) : trail)
            .toList();
  }
}
