package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.CreateImage;
import io.troupe.actors.operation.Evacuate;
import io.troupe.actors.operation.LiveMigrate;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Resize;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.SharedPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What users and administrators want that changes an instance's flavor or host. */
final class MoveWishes {
  private final Moment moment;
  private final InstanceState state;

  MoveWishes(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision on(UserCommand command) {
    var origin = command.origin();
    return switch (command) {
      case UserCommand.Resize resize ->
          ifLegal(Action.RESIZE, origin, () -> elsewhere(Optional.empty(), () -> resize(resize)));
      case UserCommand.ConfirmResize _ ->
          ifLegal(Action.CONFIRM_RESIZE, origin, () -> confirm(origin));
      case UserCommand.RevertResize _ ->
          ifLegal(Action.REVERT_RESIZE, origin, () -> revert(origin));
      case UserCommand.Migrate(_, var to) ->
          ifLegal(
              Action.MIGRATE,
              origin,
              () ->
                  elsewhere(
                      to,
                      () ->
                          withVolumes(
                              () ->
                                  began(
                                      origin,
                                      OperationKind.MIGRATE,
                                      Resize.migrate(runs(), hasVolumes()),
                                      new Purpose.Migrate(to)))));
      case UserCommand.LiveMigrate live ->
          ifLegal(
              Action.LIVE_MIGRATE,
              origin,
              () -> elsewhere(live.to(), () -> withVolumes(() -> liveMigrate(live))));
      case UserCommand.AbortMigration(_, var number) ->
          ifLegal(Action.ABORT_LIVE_MIGRATION, origin, () -> abort(origin, number));
      case UserCommand.ForceComplete(_, var number) ->
          ifLegal(Action.FORCE_COMPLETE, origin, () -> forceComplete(origin, number));
      case UserCommand.Evacuate evacuate ->
          ifLegal(
              Action.EVACUATE,
              origin,
              () -> elsewhere(evacuate.to(), () -> withVolumes(() -> evacuate(evacuate))));
      default -> throw new IllegalArgumentException("not about a move: " + command);
    };
  }

  private Decision ifLegal(Action action, UserCommand.Origin origin, Supplier<Decision> then) {
    return Legality.refusal(state, action, origin)
        .<Decision>map(Decision.Reject::new)
        .orElseGet(then);
  }

  /** Nobody moves to where he is. */
  private Decision elsewhere(Optional<HostId> to, Supplier<Decision> then) {
    if (state.moves().open().isPresent()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "Instance %s is being moved between two hosts; that has to end first, or its state be reset."
                  .formatted(state.id())));
    }
    var same = to.isPresent() && to.equals(state.host());
    return same
        ? new Decision.Reject(
            new Rejection.Invalid(
                "host", "The target host can't be the same one: " + to.get().value() + "."))
        : then.get();
  }

  private boolean hasVolumes() {
    return !state.volumes().isEmpty();
  }

  /** Volumes stay where they lie; a host that does not see them is not one to go to. */
  private Decision withVolumes(Supplier<Decision> then) {
    return Attachments.onlyHost(state)
        .<Decision>map(
            host ->
                new Decision.Reject(
                    new Rejection.Conflict(
                        ("Instance %s has volumes, which lie on the storage of host %s alone and stay"
                                + " there: it cannot go to another host until they are detached.")
                            .formatted(state.id(), host))))
        .orElseGet(then);
  }

  // ---- resize and cold migration

  private Decision resize(UserCommand.Resize resize) {
    var now = moment.request().flavor();
    if (resize.flavor().id().equals(now.id())) {
      return invalid("flavorRef", "When resizing, instances must change flavor!");
    }
    if (!moment.settings().moves().resizeToSameHost()
        && withVolumes(Decision::nothing) instanceof Decision.Reject refused) {
      return refused;
    }
    if (resize.flavor().rootGib() < now.rootGib() && !moment.request().bootsFromVolume()) {
      var zero = resize.flavor().rootGib() == 0;
      return invalid(
          "flavorRef",
          zero
              ? "Resize to zero disk flavor is not allowed."
              : "The root disk cannot shrink from %d to %d GiB."
                  .formatted(now.rootGib(), resize.flavor().rootGib()));
    }
    var began =
        event(
            resize.origin(),
            OperationKind.RESIZE,
            Resize.resize(runs(), hasVolumes()),
            new Purpose.Resize(resize.flavor(), moment.settings().moves().resizeToSameHost()));
    return resize
        .diskConfig()
        .map(
            config ->
                Decision.accept(
                    new InstanceEvent.Revised(
                        new Revision(
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(config)),
                        moment.now()),
                    began))
        .orElseGet(() -> Decision.accept(began));
  }

  private Decision confirm(UserCommand.Origin origin) {
    var open = state.moves().open();
    if (open.isEmpty()) {
      return invalid("", "Instance has not been resized.");
    }
    if (open.get().doubted()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              ("Instance %s cannot be confirmed: a revert has begun to remove its guest from host %s,"
                      + " and whether it is still there is not known yet. It can be reverted.")
                  .formatted(state.id(), state.host().map(HostId::value).orElse("?"))));
    }
    return Decision.accept(confirmed(origin, open.get()));
  }

  private InstanceEvent confirmed(UserCommand.Origin origin, Move move) {
    return event(
        origin,
        OperationKind.CONFIRM_RESIZE,
        Resize.confirm(move.isOnOneHost(), move.changesFlavor()),
        Optional.empty());
  }

  private Decision revert(UserCommand.Origin origin) {
    var open = state.moves().open();
    if (open.isEmpty()) {
      return invalid("", "Instance has not been resized.");
    }
    var move = open.get();
    return Decision.accept(
        event(
            origin,
            OperationKind.REVERT_RESIZE,
            Resize.revert(
                move.isOnOneHost(), state.growsDisk(move), move.runs(), move.changesFlavor()),
            Optional.empty()));
  }

  /** A resize that nobody has confirmed or reverted for so long is confirmed. */
  Decision confirmIfDue(OperationId operation) {
    var after = Duration.ofMillis(moment.settings().moves().confirmAfterMillis());
    var open = state.moves().open();
    var isDue =
        state.vmState() == VmState.RESIZED
            && state.operation().isEmpty()
            && after.isPositive()
            && open.isPresent()
            && !open.get().doubted()
            && state.moves().migrations().stream()
                .filter(one -> one.operation().equals(open.get().operation()))
                .anyMatch(one -> !one.updatedAt().plus(after).isAfter(moment.now()));
    if (!isDue) {
      return Decision.nothing();
    }
    var origin = new UserCommand.Origin(operation, "", moment.request().project().value(), true);
    return Decision.accept(confirmed(origin, open.get()));
  }

  /**
   * The host that may or may not have the guest of a broken revert can be asked again. What it has
   * reported may be older than the last destroy.
   *
   * @param operation its id
   */
  Decision askAgainAboutRevert(OperationId operation) {
    var origin = new UserCommand.Origin(operation, "", moment.request().project().value(), true);
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            origin,
            OperationKind.REVERT_RESIZE,
            Resize.askForTheTruth(),
            moment.in(moment.settings().compensationMillis()),
            Optional.empty(),
            Optional.empty(),
            moment.now()));
  }

  // ---- live migration

  private Decision liveMigrate(UserCommand.LiveMigrate live) {
    var moves = moment.settings().moves();
    var options =
        new MigrationOptions(
            moves.autoConverge(),
            moves.postCopy(),
            moves.bandwidthMibPerSecond(),
            moves.downtimeMillis(),
            moves.completionTimeoutMillis(),
            moves.forceAtTimeout());
    return began(
        live.origin(),
        OperationKind.LIVE_MIGRATE,
        LiveMigrate.steps(hasVolumes()),
        new Purpose.LiveMigrate(live.to(), live.unfiltered(), live.storage(), options));
  }

  private Decision abort(UserCommand.Origin origin, long number) {
    return steer(
        number,
        "abort",
        operation -> {
          var step = operation.current().orElseThrow().kind();
          return switch (step) {
            case LIVE_MIGRATE, FORCE_COMPLETE -> Optional.of(LiveMigrate.breakOff());
            case PLACE, CLAIM, OFFER, PREPARE ->
                Optional.of(LiveMigrate.undo(state.other().isPresent()));
            default -> Optional.empty();
          };
        },
        todo -> new InstanceEvent.MigrationSteered(origin, todo, true, moment.now()));
  }

  private Decision forceComplete(UserCommand.Origin origin, long number) {
    return steer(
        number,
        "force complete",
        operation -> {
          if (operation.current().orElseThrow().kind() != StepKind.LIVE_MIGRATE) {
            return Optional.empty();
          }
          var todo = new ArrayList<Step>();
          todo.add(Step.of(StepKind.FORCE_COMPLETE));
          todo.addAll(operation.todo());
          return Optional.of(todo);
        },
        todo -> new InstanceEvent.MigrationSteered(origin, todo, false, moment.now()));
  }

  private Decision steer(
      long number,
      String what,
      java.util.function.Function<Operation, Optional<List<Step>>> then,
      java.util.function.Function<List<Step>, InstanceEvent> event) {
    var operation = state.operation().orElseThrow();
    var record =
        state.moves().migrations().stream()
            .filter(one -> one.number() == number && one.operation().equals(operation.id()))
            .findFirst();
    if (record.isEmpty()) {
      return new Decision.Reject(new Rejection.NotFound("Migration", Long.toString(number)));
    }
    return then.apply(operation)
        .map(todo -> Decision.accept(event.apply(todo)))
        .orElseGet(
            () ->
                invalid(
                    "",
                    "Migration %d state of instance %s is %s. Cannot %s while the migration is in this state."
                        .formatted(number, state.id(), record.get().status().word(), what)));
  }

  // ---- evacuation

  private Decision evacuate(UserCommand.Evacuate evacuate) {
    if (state.operation().filter(CreateImage::isHalfDone).isPresent()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "An image of instance %s is being made; that has to end first, or its state be reset."
                  .formatted(state.id())));
    }
    var off = evacuate.stopped() || state.vmState() == VmState.STOPPED || wasOff();
    var todo = new ArrayList<>(state.operation().map(Rebuild::whenBrokenOff).orElse(List.of()));
    todo.addAll(Evacuate.steps(state.host().isPresent(), off, hasVolumes()));
    return began(
        evacuate.origin(),
        OperationKind.EVACUATE,
        todo,
        new Purpose.Evacuate(evacuate.to(), evacuate.unfiltered(), off, poolOfDisk(evacuate)));
  }

  /** Where an earlier evacuation has left the root disk, or where its host has it. */
  private Optional<SharedPool> poolOfDisk(UserCommand.Evacuate evacuate) {
    return moment.request().bootsFromVolume()
        ? Optional.empty()
        : evacuate.pool().or(() -> state.moves().disk());
  }

  private boolean wasOff() {
    return state.vmState() == VmState.ERROR && state.power() == PowerState.SHUTDOWN;
  }

  // ---- all of them

  private boolean runs() {
    return state.vmState() == VmState.ACTIVE;
  }

  private Decision began(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, Purpose purpose) {
    return Decision.accept(event(origin, kind, todo, purpose));
  }

  private InstanceEvent event(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, Purpose purpose) {
    return event(origin, kind, todo, Optional.of(purpose));
  }

  private InstanceEvent event(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, Optional<Purpose> purpose) {
    return new InstanceEvent.OperationBegan(
        origin,
        kind,
        todo,
        moment.in(moment.settings().moves().deadlineMillis()),
        Optional.empty(),
        purpose,
        moment.now());
  }

  private static Decision invalid(String field, String why) {
    return new Decision.Reject(new Rejection.Invalid(field, why));
  }
}
