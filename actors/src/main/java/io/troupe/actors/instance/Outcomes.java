package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Adopt;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Rescue;
import io.troupe.actors.operation.StepKind;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.DriverFailure;
import java.util.List;
import java.util.Optional;

/** What the steps came to, and where the operation goes from there. */
final class Outcomes {
  private final Moment moment;
  private final InstanceState state;

  Outcomes(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision on(StepOutcome outcome) {
    var current = state.operation().filter(one -> one.id().equals(outcome.operation()));
    if (current.flatMap(Operation::current).filter(outcome.step()::equals).isEmpty()
        || outcome.generation() != state.generation()) {
      return Decision.nothing(); // late, repeated or another host's: settled long ago
    }
    var operation = current.get();
    if (MoveOutcomes.concerns(operation)) {
      return new MoveOutcomes(moment, operation).on(outcome);
    }
    var attachments = new Attachments(moment);
    return switch (outcome.result()) {
      case StepOutcome.Done(var detail) -> done(outcome, detail, Got.NOTHING);
      case StepOutcome.Refused(var reason) ->
          Decision.accept(
              operation.kind() == OperationKind.BOOT || operation.kind() == OperationKind.ADOPT
                  ? new InstanceEvent.BootRefused(operation.id(), reason, moment.now())
                  : new InstanceEvent.QuotaRefused(operation.id(), reason, moment.now()));
      case StepOutcome.Placed(var candidates, var detail) ->
          done(outcome, detail, Got.NOTHING.candidates(candidates));
      case StepOutcome.NoHost(var explanation) -> noHost(outcome, operation, explanation);
      case StepOutcome.NoHostUnless(var explanation, var preemption) ->
          noHostUnless(outcome, operation, explanation, preemption);
      case StepOutcome.Claimed(var zone) -> done(outcome, "", Got.NOTHING.zone(zone));
      case StepOutcome.ClaimRefused(var reason) -> claimRefused(outcome, operation, reason);
      case StepOutcome.Attached(var nic) -> done(outcome, nic.address(), Got.NOTHING.nic(nic));
      case StepOutcome.VolumeConnected connected
          when outcome.step().kind() == StepKind.REIMAGE
              || outcome.step().kind() == StepKind.UNDO_REIMAGE ->
          attachments.reimaged(outcome, connected);
      case StepOutcome.VolumeConnected connected ->
          attachments.connected(outcome, operation, connected);
      case StepOutcome.VolumesConnected connected -> attachments.allConnected(outcome, connected);
      case StepOutcome.VolumeRefused(var reason)
          when outcome.step().kind() == StepKind.CONNECT_VOLUMES
              && Attachments.areChangedBy(operation) ->
          attachments.refusedAtTheSource(outcome, operation, words(reason));
      case StepOutcome.VolumeRefused(var reason)
          when outcome.step().kind() == StepKind.CONNECT_VOLUMES ->
          giveUp(outcome, operation, new Failure(409, words(reason), ""));
      case StepOutcome.VolumeRefused(var reason)
          when outcome.step().kind() == StepKind.SNAP_VOLUME ->
          moment.failed(
              outcome,
              words(reason),
              moment.giveUpImage(operation),
              false,
              Optional.of(new Failure(400, words(reason), "")),
              Optional.of(reason));
      case StepOutcome.VolumeRefused(var reason)
          when outcome.step().kind() == StepKind.DROP_SNAPSHOT -> // gone, or wanted by now
          moment.failed(outcome, words(reason), operation.rest(), false, Optional.empty());
      case StepOutcome.VolumeRefused(var reason) when outcome.step().kind() == StepKind.REIMAGE ->
          giveUp(outcome, operation, new Failure(400, words(reason), ""));
      case StepOutcome.VolumeRefused(var reason)
          when outcome.step().kind() == StepKind.MARK_VOLUMES
              || outcome.step().kind() == StepKind.KEEP_VOLUMES
              || outcome.step().kind() == StepKind.RELEASE_VOLUME ->
          new Decision.AskAgain(moment.askAgain(), words(reason));
      case StepOutcome.VolumeRefused(var reason) ->
          attachments.refused(outcome, operation, words(reason));
      case StepOutcome.VolumeOnGuest(var device) -> attachments.onGuest(outcome, operation, device);
      case StepOutcome.NotAttached(var reason)
          when operation.kind() == OperationKind.ATTACH_INTERFACE ->
          attachments.refused(outcome, operation, words(reason));
      case StepOutcome.NotAttached(var reason) ->
          giveUp(outcome, operation, new Failure(400, words(reason), ""));
      case StepOutcome.Guest(var present, var power)
          when !present && Settling.asksBeforeLeaving(operation) ->
          done(
              outcome,
              "gone",
              Got.NOTHING.power(power).then(new Settling(state).goesBack(operation)));
      case StepOutcome.Guest(_, var power) -> done(outcome, power.name(), Got.NOTHING.power(power));
      case StepOutcome.Ticketed _ -> Decision.nothing(); // of no step but a move's
      case StepOutcome.DriverFailed(var failure) -> driverFailed(outcome, operation, failure);
    };
  }

  private Decision done(StepOutcome outcome, String detail, Got got) {
    var turn = new Settling(state).turn(outcome.step());
    return moment.done(outcome, detail, turn.map(got::turn).orElse(got));
  }

  private Decision noHost(StepOutcome outcome, Operation operation, String explanation) {
    var message = "No valid host was found. " + explanation;
    return giveUp(outcome, operation, new Failure(500, message, explanation));
  }

  /** Written down before anybody is told: after a crash the scheduler might name others. */
  private Decision noHostUnless(
      StepOutcome outcome, Operation operation, String explanation, Preemption preemption) {
    if (!Boot.mayPreempt(operation)) {
      return noHost(outcome, operation, explanation);
    }
    var asked = new InstanceEvent.PreemptionAsked(operation.id(), preemption, moment.now());
    var got =
        Got.NOTHING.candidates(List.of(preemption.host())).then(Boot.afterPreempting(operation));
    var detail = preemption.message() + ": " + preemption.names();
    return done(outcome, detail, got).after(asked);
  }

  private Decision claimRefused(StepOutcome outcome, Operation operation, String reason) {
    if (operation.kind() == OperationKind.ADOPT) {
      var why = new Failure(409, "The host does not take the guest: " + reason, reason);
      return moment.failed(outcome, reason, Adopt.giveUp(false), true, Optional.of(why));
    }
    var request = moment.request();
    var exhausted =
        operation.candidates().size() < 2
            && operation.placements() >= moment.settings().placements();
    if (operation.kind() == OperationKind.REBUILD) { // no other host will do
      return giveUp(outcome, operation, new Failure(500, reason, reason));
    }
    if (exhausted || Moment.chosenHost(request, operation).isPresent()) {
      var message =
          "No valid host was found. Claims were refused, at last by %s: %s"
              .formatted(operation.target().map(HostId::value).orElse("?"), reason);
      var todo = moment.giveUp(operation.withCandidates(List.of()));
      var why = Optional.of(new Failure(500, message, reason));
      return moment.failed(outcome, reason, todo, true, why);
    }
    return moment.failed(
        outcome, reason, Boot.afterRefusedClaim(operation), true, Optional.empty());
  }

  private Decision giveUp(StepOutcome outcome, Operation operation, Failure failure) {
    var todo = moment.giveUp(operation);
    return moment.failed(outcome, failure.message(), todo, false, Optional.of(failure));
  }

  private Decision driverFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    var again = new Decision.AskAgain(moment.askAgain(), failure.message());
    if (Delete.givesGrace(operation)) {
      return moment.failed(outcome, failure.message(), operation.rest(), false, Optional.empty());
    }
    return switch (outcome.step().kind()) {
      case SPAWN -> spawnFailed(outcome, operation, failure);
      case DESTROY -> mayPass(failure) ? again : notDestroyed(outcome, operation, failure);
      case SNAPSHOT ->
          failure.kind() == DriverFailure.Kind.RETRYABLE
              ? again
              : moment.failed(
                  outcome,
                  failure.message(),
                  moment.giveUpImage(operation),
                  false,
                  Optional.of(new Failure(500, failure.message(), failure.kind().name())));
      case RESCUE ->
          failure.kind() == DriverFailure.Kind.RETRYABLE
              ? again
              : moment.failed(
                  outcome,
                  failure.message(),
                  failure.kind() == DriverFailure.Kind.UNSUPPORTED
                      ? Power.askForTheTruth()
                      : Rescue.undo(state.vmState(), state.power()),
                  false,
                  Optional.of(new Failure(500, failure.message(), failure.kind().name())));
      case ATTACH_VOLUME, DETACH_VOLUME, SWAP_VOLUME, ATTACH_NIC, DETACH_NIC ->
          new Attachments(moment).driverFailed(outcome, operation, failure);
      case POWER_ON,
          POWER_OFF,
          REBOOT,
          PAUSE,
          UNPAUSE,
          SUSPEND,
          RESUME,
          CRASH_DUMP,
          SET_PASSWORD,
          UNRESCUE ->
          failure.kind() == DriverFailure.Kind.RETRYABLE
              ? again
              : moment.failed(
                  outcome,
                  failure.message(),
                  moment.afterFailedPower(operation),
                  false,
                  Optional.of(new Failure(500, failure.message(), failure.kind().name())));
      case ADOPT ->
          mayPass(failure)
              ? again
              : moment.failed(
                  outcome,
                  failure.message(),
                  Adopt.giveUp(true),
                  false,
                  Optional.of(new Failure(500, failure.message(), failure.kind().name())));
      case INSPECT -> inspectFailed(outcome, operation, failure);
      default -> again;
    };
  }

  private Decision notDestroyed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    if (!Rebuild.isUndone(operation)) {
      return moment.failed(
          outcome,
          failure.message() + "; the host will see to it",
          Leave.withoutHypervisor(operation.todo()),
          false,
          Optional.empty());
    }
    var why =
        operation.failure().isPresent() // of the guest that did not come
            ? Optional.<Failure>empty()
            : Optional.of(new Failure(500, failure.message(), failure.kind().name()));
    return moment.failed(outcome, failure.message(), moment.afterFailedUndo(operation), false, why);
  }

  private Decision inspectFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    if (!Settling.asksBeforeLeaving(operation)) {
      return moment.failed(outcome, failure.message(), operation.rest(), false, Optional.empty());
    }
    var why = new Failure(500, failure.message(), failure.kind().name());
    return mayPass(failure)
        ? new Decision.AskAgain(moment.askAgain(), failure.message())
        : moment.failed(
            outcome, failure.message(), Settling.staysOnBoth(), false, Optional.of(why));
  }

  private Decision spawnFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    var request = moment.request();
    if (operation.kind() == OperationKind.REBUILD) {
      return failure.kind() == DriverFailure.Kind.RETRYABLE
          ? new Decision.AskAgain(moment.askAgain(), failure.message())
          : giveUp(outcome, operation, new Failure(500, failure.message(), failure.kind().name()));
    }
    var chosenHost = Moment.chosenHost(request, operation);
    var bound = !state.volumes().isEmpty(); // they lie on this host
    if (mayPass(failure)
        && !bound
        && Boot.mayTryAnotherHost(operation, chosenHost, moment.settings())) {
      return moment.failed(
          outcome, failure.message(), Boot.onAnotherHost(operation), false, Optional.empty());
    }
    var message =
        mayPass(failure)
            ? "Exceeded maximum number of retries. Exhausted all hosts available for retrying build"
                + " failures for instance "
                + state.id()
                + "."
            : "Build of instance " + state.id() + " aborted: " + failure.message();
    var todo = moment.giveUp(operation);
    var why = new Failure(500, message, failure.message());
    return moment.failed(outcome, failure.message(), todo, false, Optional.of(why));
  }

  /** Whether it is not the request's fault: later, or on another host, the same may succeed. */
  static boolean mayPass(DriverFailure failure) {
    return failure.kind() == DriverFailure.Kind.RETRYABLE
        || failure.kind() == DriverFailure.Kind.HOST_FAULT;
  }

  static String words(Rejection reason) {
    return switch (reason) {
      case Rejection.Conflict(var message) -> message;
      case Rejection.Invalid(_, var why) -> why;
      case Rejection.NotFound(var kind, var id) -> kind + " " + id + " could not be found.";
      default -> reason.toString();
    };
  }
}
