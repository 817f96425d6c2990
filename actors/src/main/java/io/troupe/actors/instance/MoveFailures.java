package io.troupe.actors.instance;

import io.troupe.actors.operation.Evacuate;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.LiveMigrate;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Resize;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.PowerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a move goes when a step of it has failed, or nobody waits for it any longer. */
final class MoveFailures {
  /** Why a step was not done. */
  enum Cause {
    /** Later the same may succeed. */
    PASSING,
    /** Another host may do it. */
    HOST,
    /** Nobody will. */
    INSTANCE,
    /** The deadline has passed. */
    LATE
  }

  /**
   * @param failure set when the operation will end in failure
   */
  record Way(List<Step> todo, Optional<Failure> failure) {
    static Way on(List<Step> todo) {
      return new Way(todo, Optional.empty());
    }
  }

  private final Moment moment;
  private final InstanceState state;
  private final Operation operation;

  MoveFailures(Moment moment, Operation operation) {
    this.moment = moment;
    this.state = moment.state();
    this.operation = operation;
  }

  /** What is done now; empty: the same step is asked for again. */
  Optional<Way> after(Step step, String reason, Cause cause) {
    return switch (step.kind()) {
      case DESTROY -> notDestroyed(step, reason, cause);
      case SPAWN -> Optional.of(notSpawned(reason, cause));
      case RESERVE,
          CONDEMN,
          RELEASE_CLAIM,
          RELEASE_PORTS,
          RELEASE_QUOTA,
          MARK_VOLUMES,
          UNDO_REIMAGE,
          KEEP_VOLUMES ->
          Optional.empty(); // our own entities will answer
      case CLAIM ->
          cause == Cause.LATE && !isClaimItHas(step)
              ? Optional.of(new Way(giveUp(), failure(step, reason)))
              : Optional.empty();
      case RESIZE ->
          cause == Cause.PASSING || cause == Cause.HOST && bringsBackTheDisk()
              ? Optional.empty()
              : Optional.of(afterCall(step, reason, cause));
      default ->
          cause == Cause.PASSING ? Optional.empty() : Optional.of(afterCall(step, reason, cause));
    };
  }

  private boolean isClaimItHas(Step step) {
    return !step.isThere() && state.host().isPresent();
  }

  private Way afterCall(Step step, String reason, Cause cause) {
    var stop = new Way(giveUp(), failure(step, reason));
    return switch (step.kind()) {
      case PLACE, OFFER, SEND -> stop;
      case PREPARE -> cause == Cause.HOST ? onAnotherHost(stop) : stop;
      case CONNECT_VOLUMES -> cause == Cause.HOST && step.isThere() ? onAnotherHost(stop) : stop;
      case FINISH ->
          step.isThere()
              ? cause == Cause.HOST ? onAnotherHost(stop) : stop
              : operation.kind() == OperationKind.LIVE_MIGRATE
                  ? new Way(andInspect(operation.rest()), failure(step, reason))
                  : Way.on(operation.rest());
      case INSPECT -> notInspected(step, reason);
      case LIVE_MIGRATE -> notMigrated(stop, cause);
      case FORCE_COMPLETE -> Way.on(operation.rest());
      case ABORT ->
          cause == Cause.INSTANCE // it cannot be taken back any more, so it is waited for
              ? Way.on(with(Step.of(StepKind.LIVE_MIGRATE), operation.rest()))
              : Way.on(operation.rest());
      case SETTLE ->
          step.isThere()
              ? new Way(List.of(), inDoubtFailure())
              : Way.on(with(Step.there(StepKind.SETTLE), operation.rest()));
      case POWER_ON -> notStarted(step, stop, reason, cause);
      case POWER_OFF, RESIZE, TAKE_OVER -> notChanged(step, stop, reason);
      default -> Way.on(operation.rest());
    };
  }

  private Way notMigrated(Way stop, Cause cause) {
    if (operation.kind() != OperationKind.LIVE_MIGRATE) {
      return Way.on(operation.rest()); // to settle
    }
    return switch (cause) {
      case HOST -> onAnotherHost(stop);
      case LATE -> new Way(LiveMigrate.breakOff(), stop.failure());
      default -> stop;
    };
  }

  private Way notStarted(Step step, Way stop, String reason, Cause cause) {
    if (step.isThere()) {
      return cause == Cause.HOST ? onAnotherHost(stop) : stop;
    }
    return goesForward()
        ? stop
        : new Way(with(Step.of(StepKind.INSPECT), operation.rest()), failure(step, reason));
  }

  private Way notChanged(Step step, Way stop, String reason) {
    return switch (operation.kind()) {
      case RESIZE, MIGRATE -> goesForward() ? stop : Way.on(operation.rest());
      case REVERT_RESIZE ->
          step.kind() == StepKind.TAKE_OVER
              ? Way.on(operation.rest())
              : isBackAtTheSource()
                  ? new Way(operation.rest(), failure(step, reason))
                  : new Way(Resize.askForTheTruth(), failure(step, reason));
      case EVACUATE -> new Way(andInspect(operation.rest()), failure(step, reason));
      default -> Way.on(operation.rest());
    };
  }

  /** At a source that has the instance again: nobody can ask for that later. */
  private boolean bringsBackTheDisk() {
    return isBackAtTheSource()
        || operation.kind() == OperationKind.RESIZE
            && operation.failure().isPresent()
            && state.moves().open().filter(Move::isOnOneHost).isEmpty();
  }

  /** So a revert cannot be asked for again. */
  private boolean isBackAtTheSource() {
    return operation.kind() == OperationKind.REVERT_RESIZE
        && state.moves().open().filter(Move::arrived).isEmpty();
  }

  /** Without the truth; nothing that waits at the source is given up then. */
  private Way notInspected(Step step, String reason) {
    return settlesAtTheDestination()
        ? new Way(List.of(), failure(step, reason))
        : Way.on(operation.rest());
  }

  /**
   * Whether the operation is about to decide if the guest at the destination is the one that stays,
   * while another one waits at the source.
   */
  boolean settlesAtTheDestination() {
    return (operation.kind() == OperationKind.CONFIRM_RESIZE
            || operation.kind() == OperationKind.REVERT_RESIZE)
        && state.moves().open().filter(Move::waitsAtTheSource).isPresent();
  }

  private boolean goesForward() {
    return operation.failure().isEmpty()
        && (operation.kind() == OperationKind.RESIZE || operation.kind() == OperationKind.MIGRATE);
  }

  /** What cannot be removed is left to its host; but nothing runs at the other end then. */
  private Optional<Way> notDestroyed(Step step, String reason, Cause cause) {
    if (cause == Cause.PASSING || cause == Cause.HOST) {
      return Optional.empty();
    }
    if (operation.kind() == OperationKind.REVERT_RESIZE && !step.isThere()) {
      // Only what is seen after the deadline stays true: no destroy begins any more then.
      return cause == Cause.LATE ? Optional.of(Way.on(Resize.askForTheTruth())) : Optional.empty();
    }
    var todo = Leave.withoutHypervisor(operation.todo());
    var undoing =
        operation.kind() == OperationKind.RESIZE || operation.kind() == OperationKind.MIGRATE;
    return Optional.of(
        Way.on(
            todo.stream()
                // what may still run there may have the disk that the source would bring back
                .filter(one -> !undoing || one.kind() != StepKind.RESIZE)
                .map(
                    one ->
                        undoing && one.equals(Step.of(StepKind.POWER_ON))
                            ? Step.of(StepKind.INSPECT)
                            : one)
                .toList()));
  }

  private Way notSpawned(String reason, Cause cause) {
    var mayPass = cause == Cause.PASSING || cause == Cause.HOST;
    if (mayPass && !isNamed() && operation.attempts() + 1 < moment.settings().spawnAttempts()) {
      return Way.on(Evacuate.onAnotherHost(operation, isOffInTheEnd(), hasVolumes()));
    }
    var message = "Evacuation of instance " + state.id() + " failed: " + reason;
    return new Way(Leave.here(), Optional.of(new Failure(500, message, reason)));
  }

  private boolean hasVolumes() {
    return !state.volumes().isEmpty();
  }

  private boolean isOffInTheEnd() {
    return operation.purpose().orElse(null) instanceof Purpose.Evacuate(_, _, var stopped, _)
        && stopped;
  }

  private Way onAnotherHost(Way stop) {
    if (isNamed() || operation.tried().size() + 1 >= moment.settings().spawnAttempts()) {
      return stop;
    }
    var live = operation.kind() == OperationKind.LIVE_MIGRATE;
    return Way.on(
        Resize.onAnotherHost(
            operation,
            live ? LiveMigrate.fromClaim(hasVolumes()) : Resize.fromClaim(runs(), hasVolumes())));
  }

  /** Nobody can say where the guest is: both hosts keep their claim until somebody can. */
  Decision inDoubt(StepOutcome outcome) {
    return moment.failed(
        outcome,
        "the source does not say, and the guest does not run at the destination",
        List.of(),
        false,
        inDoubtFailure());
  }

  private static Optional<Failure> inDoubtFailure() {
    return Optional.of(
        new Failure(
            500,
            "Live migration broke off, and neither host could say which of them has the guest.",
            ""));
  }

  /** The way back of each kind of move. */
  List<Step> giveUp() {
    if (state.moves().open().isEmpty()) {
      return operation.rest(); // a step of a move in an operation that is none
    }
    var move = state.moves().open().orElseThrow();
    var other = move.other().isPresent();
    return switch (operation.kind()) {
      case RESIZE, MIGRATE ->
          move.isOnOneHost()
              ? Resize.undoOnTheSameHost(move.runs())
              : Resize.undo(
                  other, mayHaveGrown(move), move.runs(), operation.kind() == OperationKind.RESIZE);
      case LIVE_MIGRATE -> LiveMigrate.undo(other);
      case EVACUATE ->
          other ? Leave.there() : move.arrived() && isPromised() ? Leave.here() : List.of();
      default -> operation.rest();
    };
  }

  /** For a host with the same storage: no disk grows before the guest is off. */
  private boolean mayHaveGrown(Move move) {
    return state.growsDisk(move) && state.power() == PowerState.SHUTDOWN;
  }

  private boolean isPromised() {
    return state.host().isPresent() || operation.target().isPresent();
  }

  /** The same when the last host has just said that it has no claim. */
  List<Step> giveUpWithoutClaim() {
    var move = state.moves().open().orElseThrow();
    return switch (operation.kind()) {
      case RESIZE, MIGRATE ->
          Resize.undo(
              false, mayHaveGrown(move), move.runs(), operation.kind() == OperationKind.RESIZE);
      case LIVE_MIGRATE -> LiveMigrate.undo(false);
      default -> List.of();
    };
  }

  boolean runs() {
    return state.moves().open().filter(Move::runs).isPresent();
  }

  /** Whether an administrator wants this host and no other. */
  boolean isNamed() {
    return switch (operation.purpose().orElse(null)) {
      case Purpose.Migrate(var to) -> to.isPresent();
      case Purpose.LiveMigrate live -> live.to().isPresent();
      case Purpose.Evacuate evacuate -> evacuate.to().isPresent();
      case null, default -> false;
    };
  }

  private static List<Step> with(Step first, List<Step> then) {
    var all = new ArrayList<Step>();
    all.add(first);
    all.addAll(then);
    return all;
  }

  private static List<Step> andInspect(List<Step> steps) {
    var all = new ArrayList<>(steps);
    all.add(Step.of(StepKind.INSPECT));
    return all;
  }

  private static Optional<Failure> failure(Step step, String reason) {
    return Optional.of(
        new Failure(500, "Failed at step %s: %s".formatted(step.kind().word(), reason), reason));
  }
}
