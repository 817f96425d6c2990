package io.troupe.actors.rebalance;

import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.actors.catalog.RebalanceRun.State;
import io.troupe.actors.catalog.RebalanceRun.Step;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What becomes of a plan when those of its moves that are under way have been looked at. */
final class Carrying {
  private Carrying() {}

  /**
   * What was seen of the instances under way. Who did not answer is in neither.
   *
   * @param instances by id, empty for one that was deleted; seen after its operations
   */
  record Look(
      Map<InstanceId, Optional<InstanceView>> instances,
      Map<InstanceId, List<OperationTrail>> operations,
      Instant now) {
    Look {
      instances = Map.copyOf(instances);
      operations = Map.copyOf(operations);
    }

    private Optional<OperationTrail> operation(Step step) {
      return operations.getOrDefault(step.instance(), List.of()).stream()
          .filter(trail -> step.operation().filter(trail.id()::equals).isPresent())
          .findFirst();
    }
  }

  /**
   * What has ended is written as ended, and as many begin as may be under way.
   *
   * @param ids for operations that begin
   */
  static RebalanceRun next(RebalanceRun run, Look look, Supplier<OperationId> ids) {
    RebalanceRun then = run;
    for (Step step : run.steps()) {
      if (step.state() == State.MOVING) {
        var end = end(step, look);
        if (end.isPresent()) {
          then = then.ended(step.instance(), end.get().failure(), look.now());
        }
      }
    }
    return then.begun(look.now(), ids);
  }

  private record End(Optional<String> failure) {
    static final Optional<End> WELL = Optional.of(new End(Optional.empty()));

    static Optional<End> failed(String why) {
      return Optional.of(new End(Optional.of(why)));
    }
  }

  /** Empty while the move is under way, or its instance has not been heard of. */
  private static Optional<End> end(Step step, Look look) {
    var seen = look.instances().get(step.instance());
    if (seen == null) {
      return Optional.empty();
    }
    if (seen.isEmpty()) {
      return End.failed("it was deleted");
    }
    boolean arrived = seen.get().host().filter(step.to()::equals).isPresent();
    var trail = look.operation(step);
    if (trail.isEmpty()) {
      return withoutTrail(step, seen.get(), arrived);
    }
    if (trail.get().finishedAt().isEmpty()) {
      return Optional.empty();
    }
    return trail.get().error().isPresent()
        ? End.failed(trail.get().error().get())
        : arrived ? End.WELL : End.failed("it was not moved: the move was broken off");
  }

  /** Not begun yet; or begun by a former release, or so long ago that its trail is gone. */
  private static Optional<End> withoutTrail(Step step, InstanceView instance, boolean arrived) {
    if (instance.taskState().isPresent()) {
      return Optional.empty();
    }
    return arrived
        ? End.WELL
        : step.operation().isPresent() ? Optional.empty() : End.failed("it was not moved");
  }

  /** Moves under way of which no look has seen anything. */
  static List<Step> toSend(RebalanceRun run, Look look) {
    return run.steps().stream()
        .filter(step -> step.state() == State.MOVING && step.operation().isPresent())
        .filter(step -> look.operation(step).isEmpty())
        .toList();
  }

  /** What an instance is told; repeated, it has one effect. */
  static UserCommand command(RebalanceRun run, Step step) {
    return new UserCommand.LiveMigrate(
        new UserCommand.Origin(step.operation().orElseThrow(), run.userId(), run.projectId(), true),
        Optional.of(step.to()),
        false,
        MoveTicket.Storage.UNKNOWN);
  }

  /** Whether the same may succeed the moment after, or the next look sees why not. */
  static boolean isForNow(Rejection reason) {
    return reason instanceof Rejection.Unavailable || reason instanceof Rejection.NotFound;
  }
}
