package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Devices;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.SharedPool;
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

  /** Why something is not done to an instance that boots from a volume. */
  Optional<Rejection> refusal(UserCommand command) {
    return switch (command) {
      case UserCommand.Rebuild(_, var wanted)
          when moment.request().bootsFromVolume()
              && !wanted.image().id().equals(moment.request().image().id()) ->
          Optional.of(
              new Rejection.Invalid(
                  "imageRef",
                  "Unable to rebuild with a different image for a volume-backed server."));
      case UserCommand.Rebuild(_, var wanted)
          when wanted.volumeImage().isPresent() && !moment.request().bootsFromVolume() ->
          Optional.of(new Rejection.Invalid("imageRef", "The server does not boot from a volume."));
      case UserCommand.CreateBackup _ when moment.request().bootsFromVolume() ->
          Optional.of(
              new Rejection.Invalid("", "Backup is not supported for volume-backed instances."));
      case UserCommand.CreateImageOfVolumes _ when !moment.request().bootsFromVolume() ->
          Optional.of(
              new Rejection.Invalid(
                  "",
                  "Instance %s does not boot from a volume: its image is one of its own disk."
                      .formatted(state.id())));
      case UserCommand.CreateImage _ when moment.request().bootsFromVolume() ->
          Optional.of(
              new Rejection.Invalid(
                  "",
                  "Instance %s boots from a volume: its image is one of snapshots of volumes."
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
    var refused = refusedNow();
    if (refused.isPresent()) {
      return new Decision.Reject(refused.get());
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
    var refused = refusedNow();
    if (refused.isPresent()) {
      return new Decision.Reject(refused.get());
    }
    return began(
        origin,
        OperationKind.DETACH_VOLUME,
        new Purpose.DetachVolume(volumeId),
        moment.settings().powerMillis());
  }

  /**
   * Why volumes do not come and go at the moment. While a resize waits, both of its guests are
   * changed; a move that is in doubt has to be settled first.
   */
  private Optional<Rejection> refusedNow() {
    if (state.other().isPresent() && !isOnBothHosts()) {
      return Optional.of(
          new Rejection.Conflict(
              ("Instance %s is on two hosts until its resize is confirmed or reverted: its volumes"
                      + " cannot be changed now.")
                  .formatted(state.id())));
    }
    return state.host().isEmpty() && state.vmState() != VmState.SHELVED_OFFLOADED
        ? Optional.of(
            new Rejection.Conflict(
                "Instance %s is on no host: its volumes cannot be changed now."
                    .formatted(state.id())))
        : Optional.empty();
  }

  /**
   * The volume service's way to put a volume elsewhere while it is used. A root volume stays: what
   * the guest boots from would be another one at its next start.
   */
  Decision swapVolume(UserCommand.Origin origin, String from, String to) {
    var volume = find(state, from);
    if (volume.isEmpty()) {
      return new Decision.Reject(new Rejection.NotFound("Volume attachment", from));
    }
    if (volume.get().root()) {
      return new Decision.Reject(new Rejection.Invalid("", "Cannot swap a root device volume"));
    }
    if (find(state, to).isPresent()) {
      return new Decision.Reject(
          new Rejection.Invalid(
              "",
              "Invalid volume: volume %s is already attached to instance %s."
                  .formatted(to, state.id())));
    }
    if (nextDevice(state).isEmpty()) {
      return new Decision.Reject(
          new Rejection.Invalid("", "The server has as many volumes as it can have."));
    }
    var refused = refusedNow();
    if (refused.isPresent()) {
      return new Decision.Reject(refused.get());
    }
    var choice =
        new VolumeChoice(
            to, Optional.empty(), false, volume.get().deleteOnTermination(), volume.get().tag());
    return began(
        origin,
        OperationKind.SWAP_VOLUME,
        new Purpose.SwapVolume(from, choice),
        moment.settings().snapshotMillis());
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
            steps(kind),
            moment.in(millis),
            Optional.empty(),
            Optional.of(purpose),
            moment.now()));
  }

  private List<Step> steps(OperationKind kind) {
    if (isOffHost(kind)) {
      return Devices.offHost(kind);
    }
    var ofVolume = kind != OperationKind.ATTACH_INTERFACE && kind != OperationKind.DETACH_INTERFACE;
    return ofVolume && isOnBothHosts() ? Devices.onBothHosts(kind) : Devices.steps(kind);
  }

  /** A resize waits to be confirmed or reverted, and its source still has a guest. */
  private boolean isOnBothHosts() {
    return state.vmState() == VmState.RESIZED
        && state
            .moves()
            .open()
            .filter(move -> move.waitsAtTheSource() && !move.doubted())
            .isPresent();
  }

  private boolean isOffHost(OperationKind kind) {
    return state.host().isEmpty()
        && (kind == OperationKind.ATTACH_VOLUME || kind == OperationKind.DETACH_VOLUME);
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
            choice.tag(),
            connected.place());
    return changed(outcome, with(volume), connected.ref().id());
  }

  /** They can all be had on the host that was asked about. */
  Decision allConnected(StepOutcome outcome, StepOutcome.VolumesConnected connected) {
    var volumes =
        state.volumes().stream()
            .map(
                volume ->
                    volume.lying(connected.places().getOrDefault(volume.id(), volume.place())))
            .toList();
    return changed(outcome, volumes, "%d volumes".formatted(volumes.size()));
  }

  /** The root volume is another file from now on, or the one it was again. */
  Decision reimaged(StepOutcome outcome, StepOutcome.VolumeConnected connected) {
    var volume = root(state).in(connected.ref());
    return changed(outcome, with(volume), connected.ref().name());
  }

  /** What the guest that waits at the source calls it is not kept: it may be another name. */
  Decision onGuest(StepOutcome outcome, Operation operation, String device) {
    if (outcome.step().isThere()) {
      return moment.done(outcome, device, Got.NOTHING);
    }
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

  /** Of the source of a resize: what it cannot have must not be what a revert needs. */
  Decision refusedAtTheSource(StepOutcome outcome, Operation operation, String reason) {
    return moment.failed(
        outcome,
        reason,
        Devices.afterFailure(operation.kind(), outcome.step(), true, true),
        false,
        Optional.of(new Failure(400, reason, "")));
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
            outcome.step(),
            failure.kind() == DriverFailure.Kind.UNSUPPORTED,
            isOnBothHosts()),
        false,
        Optional.of(new Failure(500, failure.message(), failure.kind().name())));
  }

  Decision tooLate(Operation operation, Step step, String reason) {
    return moment.tooLate(
        operation,
        step,
        reason,
        Devices.afterFailure(operation.kind(), step, false, isOnBothHosts()),
        Optional.of(new Failure(500, "Timed out at step " + step.kind().word(), reason)));
  }

  // ---- where they lie

  /** The only host that some volume can be had on; empty when there are others, or none at all. */
  static Optional<HostId> onlyHost(InstanceState state) {
    return state.volumes().stream()
        .filter(volume -> volume.place().pool().isEmpty())
        .flatMap(volume -> volume.place().host().or(state::host).stream())
        .findFirst();
  }

  /** The pool that the volumes are in which can be had on several hosts. */
  static Optional<SharedPool> pool(InstanceState state) {
    return state.volumes().stream()
        .flatMap(volume -> volume.place().pool().stream())
        .findFirst()
        .map(SharedPool::new);
  }

  // ---- which one it is about

  /** Whether an operation is about one volume, of a server that is there. */
  static boolean areChangedBy(Operation operation) {
    return switch (operation.kind()) {
      case ATTACH_VOLUME, DETACH_VOLUME, SWAP_VOLUME -> true;
      default -> false;
    };
  }

  static Optional<AttachedVolume> find(InstanceState state, String volumeId) {
    return state.volumes().stream().filter(one -> one.id().equals(volumeId)).findFirst();
  }

  /** The volume that the instance boots from. */
  static AttachedVolume root(InstanceState state) {
    return state.volumes().stream().filter(AttachedVolume::root).findFirst().orElseThrow();
  }

  static VolumeChoice choice(InstanceState state, Operation operation, Step step) {
    return switch (operation.purpose().orElse(null)) {
      case Purpose.AttachVolume(var choice) -> choice;
      case Purpose.SwapVolume(_, var choice) -> choice;
      case null, default -> state.request().orElseThrow().volumes().get(step.index());
    };
  }

  static String volumeId(InstanceState state, Operation operation, Step step) {
    return switch (operation.purpose().orElse(null)) {
      case Purpose.DetachVolume(var id) -> id;
      case Purpose.SwapVolume(var from, _)
          when step.isSwapBack() || freesFormer(operation, step) || takesFormer(operation, step) ->
          from;
      case null, default -> choice(state, operation, step).volumeId();
    };
  }

  /** A swap frees the new one when it has failed; what breaks a swap off says which. */
  private static boolean freesFormer(Operation operation, Step step) {
    var swapFailed =
        operation.kind() == OperationKind.SWAP_VOLUME && operation.failure().isPresent();
    return step.kind() == StepKind.FREE_VOLUME && !step.isFreeOther() && !swapFailed;
  }

  /** The guest at the source has the new one first, and then the former one no longer. */
  private static boolean takesFormer(Operation operation, Step step) {
    return step.kind() == StepKind.DETACH_VOLUME && operation.failure().isEmpty();
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
        || state
            .operation()
            .filter(
                it ->
                    it.kind() == OperationKind.ATTACH_VOLUME
                        || it.kind() == OperationKind.SWAP_VOLUME)
            .isPresent();
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
