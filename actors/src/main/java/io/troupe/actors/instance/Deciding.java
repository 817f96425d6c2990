package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.instance.InstanceState.Phase;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.actors.operation.Step;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link InstanceState#decide}: which events an input leads to. */
final class Deciding {
  private final InstanceState state;
  private final Instant now;
  private final OperationSettings settings;

  Deciding(InstanceState state, Instant now, OperationSettings settings) {
    this.state = state;
    this.now = now;
    this.settings = settings;
  }

  Decision on(InstanceInput input) {
    return switch (input) {
      case UserCommand.Boot boot -> boot(boot);
      case UserCommand command -> onPresent(command);
      case StepOutcome outcome -> onCurrent(outcome);
      case GuestReported report -> reported(report);
      case DeadlinePassed(var operation) -> deadlinePassed(operation);
    };
  }

  // ---- what users want

  private Decision boot(UserCommand.Boot boot) {
    if (state.phase() != Phase.ABSENT) {
      return known(boot.origin())
          ? Decision.nothing()
          : new Decision.Reject(
              new Rejection.Conflict("Instance " + state.id() + " already exists."));
    }
    var todo = Boot.steps(boot.request());
    return Decision.accept(
        new InstanceEvent.BootAsked(
            state.id(), boot.origin(), boot.request(), todo, in(settings.bootMillis()), now));
  }

  private Decision onPresent(UserCommand command) {
    if (known(command.origin())) {
      return Decision.nothing();
    }
    if (!state.visible() || state.deleted()) {
      return new Decision.Reject(new Rejection.NotFound("Instance", state.id().toString()));
    }
    return switch (command) {
      case UserCommand.Boot boot -> boot(boot);
      case UserCommand.Delete(var origin) -> delete(origin);
      case UserCommand.Start(var origin) -> power(origin, OperationKind.START);
      case UserCommand.Stop(var origin) -> power(origin, OperationKind.STOP);
      case UserCommand.Reboot(var origin, var soft) ->
          power(origin, soft ? OperationKind.REBOOT_SOFT : OperationKind.REBOOT_HARD);
      case UserCommand.Rename(_, var name) ->
          name.equals(state.request().orElseThrow().name())
              ? Decision.nothing()
              : Decision.accept(new InstanceEvent.Renamed(name, now));
    };
  }

  private Decision delete(UserCommand.Origin origin) {
    var inProgress = state.operation();
    if (inProgress.filter(one -> one.kind() == OperationKind.DELETE).isPresent()) {
      return Decision.nothing();
    }
    var onHost = state.host().isPresent() || inProgress.flatMap(Operation::target).isPresent();
    var todo = Delete.steps(onHost, state.request().orElseThrow());
    return began(origin, OperationKind.DELETE, todo, settings.deleteMillis());
  }

  private Decision power(UserCommand.Origin origin, OperationKind kind) {
    return Legality.refusal(state, kind)
        .<Decision>map(Decision.Reject::new)
        .orElseGet(() -> began(origin, kind, Power.steps(kind), settings.powerMillis()));
  }

  private Decision began(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, long millis) {
    return Decision.accept(new InstanceEvent.OperationBegan(origin, kind, todo, in(millis), now));
  }

  private boolean known(UserCommand.Origin origin) {
    return state.trails().stream().anyMatch(trail -> trail.id().equals(origin.operation()));
  }

  // ---- what the steps came to

  private Decision onCurrent(StepOutcome outcome) {
    var current = state.operation().filter(one -> one.id().equals(outcome.operation()));
    if (current.flatMap(Operation::current).filter(outcome.step()::equals).isEmpty()
        || outcome.generation() != state.generation()) {
      return Decision.nothing(); // late, repeated or another host's: settled long ago
    }
    var operation = current.get();
    return switch (outcome.result()) {
      case StepOutcome.Done(var detail) -> done(outcome, detail, Got.NOTHING);
      case StepOutcome.Refused(var reason) ->
          Decision.accept(new InstanceEvent.BootRefused(operation.id(), reason, now));
      case StepOutcome.Placed(var candidates, var detail) ->
          done(outcome, detail, Got.NOTHING.candidates(candidates));
      case StepOutcome.NoHost(var explanation) -> noHost(outcome, operation, explanation);
      case StepOutcome.Claimed(var zone) -> done(outcome, "", Got.NOTHING.zone(zone));
      case StepOutcome.ClaimRefused(var reason) -> claimRefused(outcome, operation, reason);
      case StepOutcome.Attached(var nic) -> done(outcome, nic.address(), Got.NOTHING.nic(nic));
      case StepOutcome.NotAttached(var reason) ->
          giveUp(outcome, operation, new Failure(400, words(reason), ""));
      case StepOutcome.Guest(_, var power) -> done(outcome, power.name(), Got.NOTHING.power(power));
      case StepOutcome.DriverFailed(var failure) -> driverFailed(outcome, operation, failure);
    };
  }

  /** What a step brought besides being done. */
  private record Got(
      List<HostId> candidates,
      Optional<String> zone,
      Optional<Nic> nic,
      Optional<PowerState> power) {
    static final Got NOTHING =
        new Got(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    Got candidates(List<HostId> hosts) {
      return new Got(hosts, zone, nic, power);
    }

    Got zone(String name) {
      return new Got(candidates, Optional.of(name), nic, power);
    }

    Got nic(Nic one) {
      return new Got(candidates, zone, Optional.of(one), power);
    }

    Got power(PowerState reported) {
      return new Got(candidates, zone, nic, Optional.of(reported));
    }
  }

  private Decision done(StepOutcome outcome, String detail, Got got) {
    return andEnd(
        new InstanceEvent.StepDone(
            outcome.operation(),
            outcome.step(),
            outcome.startedAt(),
            detail,
            got.candidates(),
            got.zone(),
            got.nic(),
            got.power(),
            now));
  }

  /** Adds the end of the operation when {@code event} leaves nothing to do. */
  private Decision andEnd(InstanceEvent event) {
    var after = state.evolve(event);
    var operation = after.operation().orElseThrow();
    if (operation.current().isPresent()) {
      return Decision.accept(event);
    }
    var ended =
        new InstanceEvent.OperationEnded(
            operation.id(), Ending.vmState(after, operation), operation.failure(), now);
    return Decision.accept(event, ended);
  }

  private Decision failed(
      StepOutcome outcome,
      String reason,
      List<Step> todo,
      boolean hostOut,
      Optional<Failure> failure) {
    return andEnd(
        new InstanceEvent.StepFailed(
            outcome.operation(),
            outcome.step(),
            outcome.startedAt(),
            reason,
            todo,
            hostOut,
            failure,
            Optional.empty(),
            now));
  }

  private Decision noHost(StepOutcome outcome, Operation operation, String explanation) {
    var message = "No valid host was found. " + explanation;
    return giveUp(outcome, operation, new Failure(500, message, explanation));
  }

  private Decision claimRefused(StepOutcome outcome, Operation operation, String reason) {
    var request = state.request().orElseThrow();
    var exhausted =
        operation.candidates().size() < 2 && operation.placements() >= settings.placements();
    if (exhausted || request.forcedHost().isPresent()) {
      var message =
          "No valid host was found. Claims were refused, at last by %s: %s"
              .formatted(operation.target().map(HostId::value).orElse("?"), reason);
      var todo = Boot.giveUp(operation.withCandidates(List.of()), request);
      return failed(outcome, reason, todo, true, Optional.of(new Failure(500, message, reason)));
    }
    return failed(outcome, reason, Boot.afterRefusedClaim(operation), true, Optional.empty());
  }

  private Decision giveUp(StepOutcome outcome, Operation operation, Failure failure) {
    var todo = Boot.giveUp(operation, state.request().orElseThrow());
    return failed(outcome, failure.message(), todo, false, Optional.of(failure));
  }

  private Decision driverFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    var again = new Decision.AskAgain(askAgain(), failure.message());
    var mayPass =
        failure.kind() == DriverFailure.Kind.RETRYABLE
            || failure.kind() == DriverFailure.Kind.HOST_FAULT;
    return switch (outcome.step().kind()) {
      case SPAWN -> spawnFailed(outcome, operation, failure);
      case DESTROY ->
          mayPass
              ? again
              : failed(
                  outcome,
                  failure.message() + "; the host will see to it",
                  Delete.withoutHypervisor(operation.todo()),
                  false,
                  Optional.empty());
      case POWER_ON, POWER_OFF, REBOOT ->
          failure.kind() == DriverFailure.Kind.RETRYABLE
              ? again
              : failed(
                  outcome,
                  failure.message(),
                  Power.askForTheTruth(),
                  false,
                  Optional.of(new Failure(500, failure.message(), failure.kind().name())));
      case INSPECT -> failed(outcome, failure.message(), List.of(), false, Optional.empty());
      default -> again;
    };
  }

  private Decision spawnFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    var request = state.request().orElseThrow();
    var anotherHostMayDo =
        failure.kind() == DriverFailure.Kind.RETRYABLE
            || failure.kind() == DriverFailure.Kind.HOST_FAULT;
    if (anotherHostMayDo && Boot.mayTryAnotherHost(operation, request, settings)) {
      return failed(
          outcome, failure.message(), Boot.onAnotherHost(operation), false, Optional.empty());
    }
    var message =
        anotherHostMayDo
            ? "Exceeded maximum number of retries. Exhausted all hosts available for retrying build"
                + " failures for instance "
                + state.id()
                + "."
            : "Build of instance " + state.id() + " aborted: " + failure.message();
    var todo = Boot.giveUp(operation, request);
    var why = new Failure(500, message, failure.message());
    return failed(outcome, failure.message(), todo, false, Optional.of(why));
  }

  private static String words(Rejection reason) {
    return switch (reason) {
      case Rejection.Conflict(var message) -> message;
      case Rejection.Invalid(_, var why) -> why;
      case Rejection.NotFound(var kind, var id) -> kind + " " + id + " could not be found.";
      default -> reason.toString();
    };
  }

  // ---- time

  private Decision deadlinePassed(OperationId operationId) {
    var late = state.operation().filter(one -> one.id().equals(operationId));
    if (late.isEmpty() || late.get().deadline().isAfter(now)) {
      return Decision.nothing();
    }
    var operation = late.get();
    var step = operation.current().orElseThrow();
    var reason = "no answer by the deadline, " + operation.deadline();
    return switch (step.kind()) {
      case PLACE, CLAIM, NETWORK, SPAWN -> {
        var message =
            "Build of instance %s timed out at step %s.".formatted(state.id(), step.kind().word());
        yield tooLate(
            operation,
            step,
            reason,
            Boot.giveUp(operation, state.request().orElseThrow()),
            Optional.of(new Failure(500, message, reason)));
      }
      case DESTROY ->
          tooLate(
              operation,
              step,
              reason + "; the host will see to it",
              Delete.withoutHypervisor(operation.todo()),
              Optional.empty());
      case POWER_ON, POWER_OFF, REBOOT ->
          tooLate(
              operation,
              step,
              reason,
              Power.askForTheTruth(),
              Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
      case INSPECT -> tooLate(operation, step, reason, List.of(), Optional.empty());
      case RESERVE, CONDEMN, RELEASE_CLAIM, RELEASE_PORTS, RELEASE_QUOTA ->
          // Asked of our own entities: they will answer, and only then is nothing left behind, nor
          // an instance that nobody can see but the quota counts.
          new Decision.AskAgain(askAgain(), reason);
    };
  }

  private Decision tooLate(
      Operation operation, Step step, String reason, List<Step> todo, Optional<Failure> failure) {
    return andEnd(
        new InstanceEvent.StepFailed(
            operation.id(),
            step,
            now,
            reason,
            todo,
            false,
            failure,
            Optional.of(in(settings.compensationMillis())),
            now));
  }

  private Instant in(long millis) {
    return now.plusMillis(millis);
  }

  private Duration askAgain() {
    return Duration.ofMillis(settings.askAgainMillis());
  }

  // ---- what the host saw

  private Decision reported(GuestReported report) {
    var ours =
        state.operation().isEmpty()
            && state.host().filter(report.host()::equals).isPresent()
            && report.generation() == state.generation();
    if (!ours || report.power() == state.power()) {
      return Decision.nothing();
    }
    var events = new ArrayList<InstanceEvent>();
    var vmState = Ending.afterReport(state.vmState(), report.power());
    events.add(new InstanceEvent.PowerChanged(report.power(), vmState, report.reason(), now));
    return new Decision.Accept(events);
  }
}
