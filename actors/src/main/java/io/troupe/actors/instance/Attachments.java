package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Devices;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Step;
import io.troupe.drivers.spi.DriverFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is decided about an instance's volumes and network cards. */
final class Attachments {
  private final Moment moment;
  private final InstanceState state;

  Attachments(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  // ---- what users want

  /** Why something is not done to an instance that has volumes, or boots from one. */
  Optional<Rejection> refusal(UserCommand command) {
    return switch (command) {
      case UserCommand.Shelve _, UserCommand.ShelveOffload _ when !state.volumes().isEmpty() ->
          Optional.of(
              new Rejection.Conflict(
                  ("Instance %s has volumes, which stay on its host: it cannot be shelved until they"
                          + " are detached.")
                      .formatted(state.id())));
      case UserCommand.Rebuild _, UserCommand.CreateImage _, UserCommand.CreateBackup _
          when moment.request().bootsFromVolume() ->
          Optional.of(
              new Rejection.Invalid(
                  "",
                  "Instance %s boots from a volume; that is not supported for it."
                      .formatted(state.id())));
      default -> Optional.empty();
    };
  }

  Decision attachVolume(UserCommand.Origin origin, VolumeChoice choice) {
    if (find(state, choice.volumeId()).isPresent()) {
      return new Decision.Reject(
          new Rejection.Invalid(
              "",
              "Invalid volume: volume %s is already attached to instance %s."
                  .formatted(choice.volumeId(), state.id())));
    }
    if (state.host().isEmpty()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              ("Instance %s is on no host: a volume lies on its server's host and cannot be"
                      + " attached now.")
                  .formatted(state.id())));
    }
    if (nextDevice(state).isEmpty()) {
      return new Decision.Reject(
          new Rejection.Invalid("", "The server has as many volumes as it can have."));
    }
    return began(
        origin,
        OperationKind.ATTACH_VOLUME,
        new Purpose.AttachVolume(choice),
        moment.settings().bootMillis());
  }

  Decision detachVolume(UserCommand.Origin origin, String volumeId) {
    var volume = find(state, volumeId);
    if (volume.isEmpty()) {
      return new Decision.Reject(new Rejection.NotFound("Volume attachment", volumeId));
    }
    if (volume.get().root()) {
      return new Decision.Reject(new Rejection.Invalid("", "Cannot detach a root device volume"));
    }
    return began(
        origin,
        OperationKind.DETACH_VOLUME,
        new Purpose.DetachVolume(volumeId),
        moment.settings().powerMillis());
  }

  /** Takes effect at once. */
  Decision deleteOnTermination(String volumeId, boolean goes) {
    var volume = find(state, volumeId);
    if (volume.isEmpty()) {
      return new Decision.Reject(new Rejection.NotFound("Volume attachment", volumeId));
    }
    return volume.get().deleteOnTermination() == goes
        ? Decision.nothing()
        : Decision.accept(
            new InstanceEvent.VolumesChanged(
                with(volume.get().deletedOnTermination(goes)), false, moment.now()));
  }

  Decision attachInterface(UserCommand.Origin origin, NetworkChoice choice, Optional<String> tag) {
    if (choice instanceof NetworkChoice.ExistingPort(_, var port, _)
        && state.nics().stream().anyMatch(nic -> nic.portId().equals(port))) {
      return new Decision.Reject(new Rejection.Invalid("", "Port " + port + " is still in use."));
    }
    return began(
        origin,
        OperationKind.ATTACH_INTERFACE,
        new Purpose.AttachInterface(choice, tag),
        moment.settings().powerMillis());
  }

  Decision detachInterface(UserCommand.Origin origin, String portId) {
    return state.nics().stream().noneMatch(nic -> nic.portId().equals(portId))
        ? new Decision.Reject(new Rejection.NotFound("Port", portId))
        : began(
            origin,
            OperationKind.DETACH_INTERFACE,
            new Purpose.DetachInterface(portId),
            moment.settings().powerMillis());
  }

  private Decision began(
      UserCommand.Origin origin, OperationKind kind, Purpose purpose, long millis) {
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            origin,
            kind,
            Devices.steps(kind),
            moment.in(millis),
            Optional.empty(),
            Optional.of(purpose),
            moment.now()));
  }

  // ---- what the steps came to

  /** It lies on the host; at a boot the guest will have it when it is built. */
  Decision connected(
      StepOutcome outcome, Operation operation, StepOutcome.VolumeConnected connected) {
    var choice = choice(state, operation, outcome.step());
    var device = choice.root() ? "/dev/vda" : nextDevice(state).orElse("");
    var volume =
        new AttachedVolume(
            connected.ref(),
            connected.attachmentId(),
            connected.sizeGib(),
            device,
            choice.root(),
            choice.deleteOnTermination(),
            choice.tag());
    return changed(outcome, with(volume), connected.ref().id());
  }

  Decision onGuest(StepOutcome outcome, Operation operation, String device) {
    var id = volumeId(state, operation, outcome.step());
    var volume = find(state, id).orElseThrow();
    return changed(outcome, with(volume.at(device)), device);
  }

  private Decision changed(StepOutcome outcome, List<AttachedVolume> volumes, String detail) {
    var done =
        new InstanceEvent.StepDone(
            outcome.operation(),
            outcome.step(),
            outcome.startedAt(),
            detail,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            moment.now());
    var events = new ArrayList<InstanceEvent>();
    events.add(new InstanceEvent.VolumesChanged(volumes, true, moment.now()));
    if (moment.andEnd(done) instanceof Decision.Accept(var rest)) {
      events.addAll(rest);
    }
    return new Decision.Accept(events);
  }

  /** The volume service, or the network, says no: nothing was done there. */
  Decision refused(StepOutcome outcome, Operation operation, String reason) {
    var failure = Optional.of(new Failure(400, reason, ""));
    var todo =
        operation.kind() == OperationKind.BOOT
            ? Boot.giveUp(operation, moment.request())
            : List.<Step>of();
    return moment.failed(outcome, reason, todo, false, operation.failure().or(() -> failure));
  }

  Decision driverFailed(StepOutcome outcome, Operation operation, DriverFailure failure) {
    if (failure.kind() == DriverFailure.Kind.RETRYABLE) {
      return new Decision.AskAgain(moment.askAgain(), failure.message());
    }
    return moment.failed(
        outcome,
        failure.message(),
        Devices.afterFailure(
            operation.kind(),
            outcome.step().kind(),
            failure.kind() == DriverFailure.Kind.UNSUPPORTED),
        false,
        Optional.of(new Failure(500, failure.message(), failure.kind().name())));
  }

  Decision tooLate(Operation operation, Step step, String reason) {
    return moment.tooLate(
        operation,
        step,
        reason,
        Devices.afterFailure(operation.kind(), step.kind(), false),
        Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
  }

  // ---- which one it is about

  static Optional<AttachedVolume> find(InstanceState state, String volumeId) {
    return state.volumes().stream().filter(one -> one.id().equals(volumeId)).findFirst();
  }

  static VolumeChoice choice(InstanceState state, Operation operation, Step step) {
    return operation.purpose().orElse(null) instanceof Purpose.AttachVolume(var choice)
        ? choice
        : state.request().orElseThrow().volumes().get(step.index());
  }

  static String volumeId(InstanceState state, Operation operation, Step step) {
    return operation.purpose().orElse(null) instanceof Purpose.DetachVolume(var id)
        ? id
        : choice(state, operation, step).volumeId();
  }

  /** Volumes that go with the instance; also those that are yet to be connected. */
  static List<String> goingWith(InstanceState state) {
    var connected =
        state.volumes().stream()
            .filter(AttachedVolume::deleteOnTermination)
            .map(AttachedVolume::id)
            .toList();
    var all = new ArrayList<>(connected);
    state.request().orElseThrow().volumes().stream()
        .filter(VolumeChoice::deleteOnTermination)
        .map(VolumeChoice::volumeId)
        .filter(id -> find(state, id).isEmpty())
        .forEach(all::add);
    return all;
  }

  /** Whether the volume service may hold something for it. */
  static boolean mayHaveVolumes(InstanceState state) {
    return !state.volumes().isEmpty()
        || state.request().filter(request -> !request.volumes().isEmpty()).isPresent()
        || state.operation().filter(it -> it.kind() == OperationKind.ATTACH_VOLUME).isPresent();
  }

  /** The name that the guest will have for its next volume; empty when there is none left. */
  static Optional<String> nextDevice(InstanceState state) {
    for (char letter = 'b'; letter <= 'z'; letter++) {
      var device = "/dev/vd" + letter;
      if (state.volumes().stream().noneMatch(volume -> volume.device().equals(device))) {
        return Optional.of(device);
      }
    }
    return Optional.empty();
  }

  private List<AttachedVolume> with(AttachedVolume volume) {
    var all = new ArrayList<AttachedVolume>();
    var replaced = false;
    for (AttachedVolume one : state.volumes()) {
      var same = one.id().equals(volume.id());
      all.add(same ? volume : one);
      replaced |= same;
    }
    if (!replaced) {
      all.add(volume);
    }
    return all;
  }

  // ---- its network card

  /**
   * Which of the instance's ports an operation takes: the same however often it asks, and none that
   * its boot or another operation has taken.
   */
  static int portIndex(Operation operation) {
    return 1_000 + (operation.id().hashCode() & 0x3fff_ffff);
  }

  /** The port that an attach or detach is about. */
  static String portId(InstanceState state, Operation operation) {
    return switch (operation.purpose().orElseThrow()) {
      case Purpose.DetachInterface(var id) -> id;
      case Purpose.AttachInterface(NetworkChoice.ExistingPort(_, var id, _), _) -> id;
      case Purpose.AttachInterface(NetworkChoice.OnNetwork _, _) ->
          Nic.portIdOf(state.id(), portIndex(operation));
      default -> throw new IllegalStateException("no port in " + operation);
    };
  }

  static Nic nic(InstanceState state, Operation operation) {
    var id = portId(state, operation);
    return state.nics().stream().filter(nic -> nic.portId().equals(id)).findFirst().orElseThrow();
  }

  /** The network of the port that is to be given back, also if the card never came. */
  static String networkOf(InstanceState state, Operation operation) {
    return operation.purpose().orElseThrow() instanceof Purpose.AttachInterface(var choice, _)
        ? choice.networkId()
        : nic(state, operation).networkId();
  }
}
