package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.LiveMigrate;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Resize;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the steps of a move came to, and where it goes from there. */
final class MoveOutcomes {
  private final Moment moment;
  private final InstanceState state;
  private final Operation operation;
  private final MoveFailures failures;

  MoveOutcomes(Moment moment, Operation operation) {
    this.moment = moment;
    this.state = moment.state();
    this.operation = operation;
    this.failures = new MoveFailures(moment, operation);
  }

  /** Whether what becomes of the current step of {@code operation} is decided here. */
  static boolean concerns(Operation operation) {
    if (operation.current().orElseThrow().kind() == StepKind.UNDO_REIMAGE) {
      return false; // what an evacuation has broken off
    }
    if (operation.kind().isAboutMove()) {
      return true;
    }
    return switch (operation.current().orElseThrow().kind()) {
      case RESIZE,
          OFFER,
          PREPARE,
          LIVE_MIGRATE,
          FORCE_COMPLETE,
          ABORT,
          SETTLE,
          SEND,
          FINISH,
          TAKE_OVER ->
          true;
      case POWER_OFF ->
          operation.todo().size() > 1 && operation.todo().get(1).kind() == StepKind.RESIZE;
      case CLAIM ->
          switch (operation.kind()) {
            case BOOT, ADOPT, REBUILD, UNSHELVE -> false;
            default -> true;
          };
      default -> false;
    };
  }

  Decision on(StepOutcome outcome) {
    return switch (outcome.result()) {
      case StepOutcome.Done(var detail) -> done(outcome, detail, Got.NOTHING);
      case StepOutcome.Refused(var reason) -> overQuota(outcome, reason);
      case StepOutcome.Placed(var candidates, var detail) ->
          done(outcome, detail, Got.NOTHING.candidates(candidates));
      case StepOutcome.NoHost(var explanation) -> noHost(outcome, explanation);
      case StepOutcome.NoHostUnless(var explanation, _) -> noHost(outcome, explanation);
      case StepOutcome.Claimed(var zone) -> claimed(outcome, zone);
      case StepOutcome.ClaimRefused(var reason) -> claimRefused(outcome, reason);
      case StepOutcome.Ticketed(var ticket) -> done(outcome, "", Got.NOTHING.ticket(ticket));
      case StepOutcome.Guest(var present, var power) -> guest(outcome, present, power);
      case StepOutcome.DriverFailed(var failure) -> driverFailed(outcome, failure);
      case StepOutcome.VolumesConnected connected ->
          new Attachments(moment).allConnected(outcome, connected);
      case StepOutcome.VolumeRefused(var reason) ->
          driverFailed(
              outcome, new DriverFailure(DriverFailure.Kind.HOST_FAULT, Outcomes.words(reason)));
      case StepOutcome.Attached _,
          StepOutcome.NotAttached _,
          StepOutcome.VolumeConnected _,
          StepOutcome.VolumeOnGuest _ ->
          Decision.nothing(); // a move takes no ports and no further volume
    };
  }

  private Decision guest(StepOutcome outcome, boolean present, PowerState power) {
    if (outcome.step().kind() == StepKind.SETTLE) {
      return settle(outcome, present, power);
    }
    return outcome.step().kind() == StepKind.INSPECT
            && !present
            && failures.settlesAtTheDestination()
        ? goneFromDestination(outcome, power)
        : done(outcome, power.name(), Got.NOTHING.power(power));
  }

  private Decision done(StepOutcome outcome, String detail, Got got) {
    var with = got.then().isPresent() ? Optional.<InstanceEvent.Turn>empty() : turn(outcome.step());
    return moment.done(outcome, detail, with.map(got::turn).orElse(got));
  }

  /** Where the instance is from now on, when {@code step} was done. */
  private Optional<InstanceEvent.Turn> turn(Step step) {
    var goesWell = operation.failure().isEmpty();
    return switch (operation.kind()) {
      case RESIZE, MIGRATE ->
          goesWell && operation.todo().size() == 1
              ? Optional.of(InstanceEvent.Turn.ARRIVED)
              : Optional.empty();
      case EVACUATE -> {
        var leavesTheDead =
            step.kind() == StepKind.CONDEMN
                && state
                    .moves()
                    .open()
                    .filter(move -> !move.arrived())
                    .isPresent(); // not a new host
        yield !step.isThere() && (leavesTheDead || step.kind() == StepKind.CLAIM)
            ? Optional.of(InstanceEvent.Turn.ARRIVED)
            : Optional.empty();
      }
      case REVERT_RESIZE -> {
        var arrived = state.moves().open().filter(Move::arrived).isPresent();
        yield step.kind() == StepKind.RELEASE_CLAIM || step.kind() == StepKind.RESIZE && arrived
            ? Optional.of(InstanceEvent.Turn.RETURNED)
            : Optional.empty();
      }
      default ->
          step.kind() == StepKind.LIVE_MIGRATE
              ? Optional.of(InstanceEvent.Turn.ARRIVED)
              : Optional.empty();
    };
  }

  private Decision overQuota(StepOutcome outcome, Rejection reason) {
    // Asked twice, since it was slow, it may have agreed the second time.
    var why = new Failure(403, reason.toString(), "");
    return moment.failed(
        outcome,
        reason.toString(),
        List.of(Step.reserveAsBefore()),
        false,
        Optional.of(why),
        Optional.of(reason));
  }

  private Decision noHost(StepOutcome outcome, String explanation) {
    var message = "No valid host was found. " + explanation;
    var isFirst = operation.placements() == 0;
    return moment.failed(
        outcome,
        message,
        failures.giveUp(),
        false,
        Optional.of(new Failure(400, message, explanation)),
        isFirst ? Optional.of(new Rejection.Invalid("", message)) : Optional.empty());
  }

  private Decision claimed(StepOutcome outcome, String zone) {
    var got = Got.NOTHING.zone(zone);
    var stays =
        outcome.step().isThere() && state.moves().open().filter(Move::isOnOneHost).isPresent();
    return done(outcome, "", stays ? got.then(Resize.onTheSameHost(failures.runs())) : got);
  }

  private Decision claimRefused(StepOutcome outcome, String reason) {
    if (!outcome.step().isThere() && state.host().isPresent()) {
      return new Decision.AskAgain(moment.askAgain(), reason); // one that it has, made smaller
    }
    var more = operation.candidates().size() > 1;
    if (more || operation.placements() < moment.settings().placements() && !failures.isNamed()) {
      var todo = new ArrayList<Step>();
      if (!more) {
        todo.add(Step.of(StepKind.PLACE));
      }
      todo.addAll(operation.todo());
      return moment.failed(outcome, reason, todo, true, Optional.empty());
    }
    var message =
        "No valid host was found. Claims were refused, at last by %s: %s"
            .formatted(operation.target().map(HostId::value).orElse("?"), reason);
    return moment.failed(
        outcome,
        reason,
        failures.giveUpWithoutClaim(),
        true,
        Optional.of(new Failure(500, message, reason)));
  }

  // ---- at which end of a broken-off migration the guest is

  private Decision settle(StepOutcome outcome, boolean present, PowerState power) {
    var arrived = state.moves().open().filter(Move::arrived).isPresent();
    if (arrived || !outcome.step().isThere() && !present) {
      return atDestination(outcome, arrived);
    }
    if (!outcome.step().isThere()) {
      return atSource(outcome);
    }
    return present && power == PowerState.RUNNING
        ? atDestination(outcome, false)
        : failures.inDoubt(outcome);
  }

  /** So the guest at the source is the only one: it is gone back to, and never given up. */
  private Decision goneFromDestination(StepOutcome outcome, PowerState power) {
    var move = state.moves().open().orElseThrow();
    if (operation.kind() == OperationKind.REVERT_RESIZE) {
      var then = Resize.onceGone(state.growsDisk(move), move.runs(), move.changesFlavor());
      return done(outcome, "gone", Got.NOTHING.power(power).then(then));
    }
    var why =
        "The guest is not on host %s; the resize can only be reverted."
            .formatted(state.host().map(HostId::value).orElse("?"));
    return moment.failed(outcome, why, List.of(), false, Optional.of(new Failure(409, why, "")));
  }

  private Decision atDestination(StepOutcome outcome, boolean already) {
    var then = new ArrayList<>(LiveMigrate.onceThere());
    then.addAll(operation.rest());
    var got = Got.NOTHING.then(then);
    return moment.done(
        outcome, "at the destination", already ? got : got.turn(InstanceEvent.Turn.ARRIVED));
  }

  private Decision atSource(StepOutcome outcome) {
    if (operation.kind() == OperationKind.LIVE_MIGRATE) {
      return moment.failed(
          outcome,
          "the guest is at the source",
          failures.giveUp(),
          false,
          Optional.of(
              operation
                  .failure()
                  .orElseGet(() -> new Failure(500, "Live migration was aborted.", ""))));
    }
    var then = new ArrayList<Step>();
    if (state.other().isPresent()) {
      then.addAll(Leave.there());
    }
    then.addAll(operation.rest());
    return moment.done(outcome, "at the source", Got.NOTHING.then(then));
  }

  private Decision driverFailed(StepOutcome outcome, DriverFailure failure) {
    var cause =
        switch (failure.kind()) {
          case RETRYABLE -> MoveFailures.Cause.PASSING;
          case HOST_FAULT -> MoveFailures.Cause.HOST;
          case INSTANCE_FAULT, UNSUPPORTED -> MoveFailures.Cause.INSTANCE;
        };
    return failures
        .after(outcome.step(), failure.message(), cause)
        .map(way -> moment.failed(outcome, failure.message(), way.todo(), false, way.failure()))
        .orElseGet(() -> new Decision.AskAgain(moment.askAgain(), failure.message()));
  }
}
