package io.troupe.actors.instance;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@link InstanceState#next}: what the current step asks of whom. */
final class Asking {
  /** Filled in by the host, which alone knows its epoch. */
  private static final long NO_EPOCH = 0;

  private Asking() {}

  static Effect effect(InstanceState state, OperationSettings settings) {
    return state
        .operation()
        .flatMap(
            operation ->
                operation
                    .current()
                    .<Effect>map(
                        step ->
                            new Effect.Ask(
                                operation.id(),
                                step,
                                state.generation(),
                                request(state, operation, step, settings))))
        .orElseGet(Effect.Rest::new);
  }

  private static Effect.Request request(
      InstanceState state, Operation operation, Step step, OperationSettings settings) {
    var boot = state.request().orElseThrow();
    return switch (step.kind()) {
      case RESERVE ->
          new Effect.ReserveQuota(
              boot.project(),
              counted(state, operation, step),
              boot.group().map(GroupSpec::id),
              state.moves().open().isPresent() ? whenCounted(state, step) : 0);
      case RELEASE_QUOTA -> new Effect.ReleaseQuota(boot.project());
      case PERMIT -> new Effect.Permit(target(operation), destination(state, operation, settings));
      case PLACE ->
          new Effect.Place(destination(state, operation, settings), Boot.mayPreempt(operation));
      case PREEMPT ->
          new Effect.Preempt(
              ((Purpose.Preempt) operation.purpose().orElseThrow()).preemption(),
              Importance.of(boot.flavor().extraSpecs()).priority());
      case CLAIM ->
          new Effect.ClaimHost(
              host(state, operation, step),
              state.generation(),
              Destination.of(
                  state,
                  operation,
                  settings,
                  claiming(state, operation, step),
                  claimed(state, operation, step)));
      case RELEASE_CLAIM ->
          new Effect.ReleaseHost(host(state, operation, step), state.generation());
      case CONDEMN ->
          new Effect.CondemnGuest(
              host(state, operation, step), state.generation(), keepsDisk(state, operation));
      case NETWORK ->
          new Effect.AttachPort(boot.project(), boot.networks().get(step.index()), step.index());
      case RELEASE_PORTS -> new Effect.ReleasePorts(boot.networks().get(step.index()).networkId());
      case CONNECT_VOLUME ->
          new Effect.ConnectVolume(
              boot.project(),
              boot.userId(),
              Attachments.choice(state, operation, step),
              state.host().or(operation::target));
      case CONNECT_VOLUMES ->
          new Effect.ConnectVolumes(
              boot.project(), host(state, operation, step), beside(state, step));
      case MARK_VOLUMES ->
          new Effect.MarkVolumes(
              boot.project(),
              state.volumes().stream()
                  .collect(Collectors.toMap(AttachedVolume::id, AttachedVolume::device)));
      case REIMAGE ->
          new Effect.ReimageVolume(
              boot.project(),
              Attachments.root(state).id(),
              Rebuild.volumeImage(operation).orElseThrow());
      case UNDO_REIMAGE -> new Effect.UndoReimage(boot.project(), Attachments.root(state).id());
      case KEEP_VOLUMES -> new Effect.KeepVolumes(boot.project());
      case RELEASE_VOLUME ->
          new Effect.ReleaseVolume(boot.project(), Attachments.volumeId(state, operation, step));
      case MARK_ATTACHED -> {
        var id = Attachments.volumeId(state, operation, step);
        var device = Attachments.find(state, id).map(AttachedVolume::device).orElse("");
        yield new Effect.MarkVolume(boot.project(), id, device);
      }
      case BEGIN_DETACHING ->
          new Effect.BeginDetaching(boot.project(), Attachments.volumeId(state, operation, step));
      case FREE_VOLUME ->
          new Effect.FreeVolume(boot.project(), Attachments.volumeId(state, operation, step));
      case RELEASE_VOLUMES ->
          new Effect.ReleaseVolumes(boot.project(), Attachments.goingWith(state));
      case ATTACH_PORT ->
          new Effect.AttachPort(
              boot.project(), interfaceChoice(operation), Attachments.portIndex(operation));
      case RELEASE_PORT ->
          new Effect.ReleasePort(
              Attachments.networkOf(state, operation), Attachments.portId(state, operation));
      case MAKE_IMAGE -> new Effect.MakeImage(newImage(operation));
      case SNAP_VOLUME -> new Effect.SnapVolume(boot.project(), snapshot(operation, step));
      case DROP_SNAPSHOT -> new Effect.DropSnapshot(boot.project(), snapshot(operation, step).id());
      case DROP_IMAGE -> new Effect.DropImage(operation.imageToDrop(step, state.shelf()));
      case ROTATE_BACKUPS -> {
        var backup = (Purpose.Backup) operation.purpose().orElseThrow();
        yield new Effect.RotateBackups(boot.project(), backup.type(), backup.kept());
      }
      case SPAWN,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          SWAP_VOLUME,
          ATTACH_NIC,
          DETACH_NIC,
          POWER_ON,
          POWER_OFF,
          REBOOT,
          PAUSE,
          UNPAUSE,
          SUSPEND,
          RESUME,
          CRASH_DUMP,
          SET_PASSWORD,
          RESCUE,
          UNRESCUE,
          ADOPT,
          RESIZE,
          OFFER,
          PREPARE,
          LIVE_MIGRATE,
          FORCE_COMPLETE,
          ABORT,
          SETTLE,
          SEND,
          FINISH,
          TAKE_OVER,
          SNAPSHOT,
          INSPECT,
          DESTROY ->
          new Effect.RunOnHost(
              host(state, operation, step),
              command(state, operation, step, settings),
              Leave.isInOne(operation));
    };
  }

  private static VolumeSnapshot.Wanted snapshot(Operation operation, Step step) {
    var made = (Purpose.ImageOfVolumes) operation.purpose().orElseThrow();
    return made.snapshots().get(step.index());
  }

  private static long graceMillis(Operation operation, OperationSettings settings) {
    return operation.purpose().orElse(null) instanceof Purpose.Evicted(var graceMillis)
        ? graceMillis
        : settings.stopGraceMillis();
  }

  /**
   * Between the two hosts of a move their drivers see to it that one guest runs at a time, and a
   * dead host that was left is told before; nobody does so for hosts it was on before that.
   */
  private static Set<HostId> beside(InstanceState state, Step step) {
    if (step.isThere()) {
      return state.host().map(Set::of).orElseGet(Set::of);
    }
    return state.moves().dead();
  }

  private static DriverCommand command(
      InstanceState state, Operation operation, Step step, OperationSettings settings) {
    var target =
        new GuestTarget(
            state.id(),
            host(state, operation, step).value(),
            generation(state, operation, step),
            NO_EPOCH,
            operation.id(),
            operation.deadline());
    return switch (step.kind()) {
      case SPAWN ->
          new DriverCommand.Spawn(
              target,
              guest(state, image(state, operation), state.request().orElseThrow().flavor()),
              operation.kind() == OperationKind.EVACUATE && keepsDisk(state, operation));
      case POWER_ON -> new DriverCommand.Start(target);
      case POWER_OFF -> new DriverCommand.Stop(target, graceMillis(operation, settings));
      case REBOOT ->
          new DriverCommand.Reboot(
              target, operation.kind() == OperationKind.REBOOT_SOFT, settings.rebootGraceMillis());
      case PAUSE -> new DriverCommand.Pause(target);
      case UNPAUSE -> new DriverCommand.Unpause(target);
      case SUSPEND -> new DriverCommand.Suspend(target);
      case RESUME -> new DriverCommand.Resume(target);
      case CRASH_DUMP -> new DriverCommand.TriggerCrashDump(target);
      case SET_PASSWORD ->
          new DriverCommand.SetPassword(target, administrator(state), Secrets.NOT_HERE);
      case RESCUE -> new DriverCommand.Rescue(target, operation.rescueImage().orElseThrow());
      case UNRESCUE -> new DriverCommand.Unrescue(target);
      case ATTACH_VOLUME -> {
        var id = Attachments.volumeId(state, operation, step);
        yield new DriverCommand.AttachVolume(
            target, Attachments.find(state, id).orElseThrow().ref());
      }
      case DETACH_VOLUME ->
          new DriverCommand.DetachVolume(target, Attachments.volumeId(state, operation, step));
      case SWAP_VOLUME -> {
        var swap = (Purpose.SwapVolume) operation.purpose().orElseThrow();
        var from = Attachments.find(state, swap.from()).orElseThrow().ref();
        var to = Attachments.find(state, swap.to().volumeId()).orElseThrow().ref();
        yield step.isSwapBack()
            ? new DriverCommand.SwapVolume(target, to, from)
            : new DriverCommand.SwapVolume(target, from, to);
      }
      case ATTACH_NIC ->
          new DriverCommand.AttachNic(target, card(Attachments.nic(state, operation)));
      case DETACH_NIC ->
          new DriverCommand.DetachNic(target, Attachments.nic(state, operation).mac());
      case ADOPT -> new DriverCommand.Adopt(target, guestToAdopt(operation));
      case RESIZE -> {
        var size = sizeHere(state, operation);
        yield isTakenBack(state, operation)
            ? DriverCommand.Resize.back(target, size, move(state).operation())
            : new DriverCommand.Resize(target, size);
      }
      case OFFER -> new DriverCommand.OfferMove(target);
      case PREPARE ->
          new DriverCommand.PrepareMove(
              target,
              guest(state, image(state, operation), move(state).to()),
              move(state).ticket().orElseThrow(),
              storage(operation),
              operation.kind() == OperationKind.LIVE_MIGRATE);
      case LIVE_MIGRATE ->
          new DriverCommand.LiveMigrate(
              target, move(state).ticket().orElseThrow(), options(operation));
      case FORCE_COMPLETE -> new DriverCommand.ForceComplete(target);
      case ABORT -> new DriverCommand.AbortMigration(target);
      case SEND -> new DriverCommand.SendMove(target, move(state).ticket().orElseThrow());
      case FINISH ->
          new DriverCommand.FinishMove(
              target,
              guest(state, image(state, operation), move(state).to()),
              move(state).ticket().orElseThrow());
      case TAKE_OVER ->
          new DriverCommand.TakeOver(
              target, operation.kind() != OperationKind.RESIZE || operation.failure().isPresent());
      case INSPECT, SETTLE -> new DriverCommand.Inspect(target);
      case SNAPSHOT ->
          new DriverCommand.Snapshot(target, newImage(operation).id(), mustBeQuiesced(state));
      case DESTROY -> new DriverCommand.Destroy(target, keepsDisk(state, operation));
      default -> throw new IllegalStateException(step + " is no driver command");
    };
  }

  /** Until there is a guest on it again the disk of an evacuated instance is all there is of it. */
  private static boolean keepsDisk(InstanceState state, Operation operation) {
    return state.moves().disk().isPresent() && operation.kind() != OperationKind.DELETE;
  }

  private static String guestToAdopt(Operation operation) {
    return operation
        .purpose()
        .map(purpose -> purpose instanceof Purpose.Adopt(_, var guest) ? guest : "")
        .orElseThrow();
  }

  /** The image may name the guest's administrator, as Nova's property does. */
  private static String administrator(InstanceState state) {
    return state.request().orElseThrow().imageProperties().getOrDefault("os_admin_user", "root");
  }

  /** The image may ask for it, with Nova's property. */
  private static boolean mustBeQuiesced(InstanceState state) {
    return ImageProperty.OS_REQUIRE_QUIESCE.isTrue(state.request().orElseThrow().imageProperties());
  }

  private static Image newImage(Operation operation) {
    return operation.purpose().flatMap(Purpose::newImage).orElseThrow();
  }

  private static HostId target(Operation operation) {
    return operation
        .target()
        .orElseThrow(() -> new IllegalStateException("no target for " + operation));
  }

  /** The other host of a move, or the one that has the instance, or is to have it. */
  private static HostId host(InstanceState state, Operation operation, Step step) {
    return step.isThere()
        ? move(state)
            .otherEnd()
            .orElseThrow(() -> new IllegalStateException("no other host for " + operation))
        : state.moves().open().flatMap(_ -> state.host()).orElseGet(() -> target(operation));
  }

  /** Under which the guest is at that host, or is to be. */
  private static long generation(InstanceState state, Operation operation, Step step) {
    if (step.isThere()) {
      return move(state).otherGeneration();
    }
    return step.kind() == StepKind.TAKE_OVER
            || state.host().isEmpty()
            || operation.kind() == OperationKind.REBUILD
        ? state.generation()
        : state.guestGeneration();
  }

  private static Move move(InstanceState state) {
    return state
        .moves()
        .open()
        .orElseThrow(() -> new IllegalStateException("no move of " + state.id()));
  }

  /**
   * What is counted for an instance that moves is newer than all that was counted before it. As it
   * was before comes after the larger of both flavors, whether or not a host was found between.
   */
  private static long whenCounted(InstanceState state, Step step) {
    return 2 * state.generation() + (step.isAsBefore() ? 1 : 0);
  }

  /** While a resize is not settled, the larger of both flavors. */
  private static Resources counted(InstanceState state, Operation operation, Step step) {
    var open = state.moves().open();
    if (open.isEmpty()) {
      return state.request().orElseThrow().flavor().resources();
    }
    var move = open.get();
    return switch (operation.kind()) {
      case RESIZE -> step.isAsBefore() ? move.from().resources() : move.from().larger(move.to());
      case REVERT_RESIZE -> move.from().resources();
      default -> state.request().orElseThrow().flavor().resources();
    };
  }

  private static RequestSpec destination(
      InstanceState state, Operation operation, OperationSettings settings) {
    var flavor = placed(state, operation);
    return Destination.of(state, operation, settings, flavor, amount(state, flavor));
  }

  /** A whole new flavor's worth, also for a host that has the old one already. */
  private static FlavorAtBoot placed(InstanceState state, Operation operation) {
    return operation.kind() == OperationKind.RESIZE
        ? move(state).to()
        : state.request().orElseThrow().flavor();
  }

  /** The flavor that the claim is for. */
  private static FlavorAtBoot claiming(InstanceState state, Operation operation, Step step) {
    return switch (operation.kind()) {
      case REVERT_RESIZE -> move(state).from();
      case RESIZE -> step.isThere() ? move(state).to() : state.request().orElseThrow().flavor();
      default -> state.request().orElseThrow().flavor();
    };
  }

  private static Resources claimed(InstanceState state, Operation operation, Step step) {
    var then = amount(state, claiming(state, operation, step));
    var both = operation.kind() == OperationKind.RESIZE && step.isThere();
    return both && move(state).isOnOneHost()
        ? amount(state, state.request().orElseThrow().flavor()).larger(then)
        : then;
  }

  private static Resources amount(InstanceState state, FlavorAtBoot flavor) {
    return Destination.amount(state, flavor);
  }

  /**
   * The new size, or when a resize is taken back the old one, without the disk: that one the driver
   * has kept.
   */
  private static Resources sizeHere(InstanceState state, Operation operation) {
    var move = move(state);
    var back = isTakenBack(state, operation);
    var size = back ? move.from().guestSize() : move.to().guestSize();
    var diskStays = back || state.request().orElseThrow().bootsFromVolume();
    return diskStays ? new Resources(size.vcpus(), size.ramMib(), 0) : size;
  }

  private static boolean isTakenBack(InstanceState state, Operation operation) {
    return operation.kind() == OperationKind.RESIZE
        ? operation.failure().isPresent()
        : operation.kind() == OperationKind.REVERT_RESIZE || !move(state).arrived();
  }

  private static MoveTicket.Storage storage(Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.LiveMigrate live
        ? live.storage()
        : MoveTicket.Storage.UNKNOWN;
  }

  private static MigrationOptions options(Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.LiveMigrate live
        ? live.options()
        : MigrationOptions.PLAIN;
  }

  /** An instance that was shelved lives on in an image of its own. */
  private static GuestSpec.ImageRef image(InstanceState state, Operation operation) {
    return operation.purpose().orElse(null) instanceof Purpose.Unshelve unshelve
        ? unshelve.image().orElseGet(() -> state.request().orElseThrow().image())
        : state.request().orElseThrow().image();
  }

  private static GuestSpec guest(
      InstanceState state, GuestSpec.ImageRef image, FlavorAtBoot flavor) {
    var boot = state.request().orElseThrow();
    var nics = state.nics().stream().map(Asking::card).toList();
    var root = state.volumes().stream().filter(AttachedVolume::root).findFirst();
    var volumes =
        state.volumes().stream()
            .filter(volume -> !volume.root())
            .sorted(Comparator.comparing(AttachedVolume::device))
            .toList();
    var size = flavor.guestSize();
    return new GuestSpec(
        boot.name(),
        boot.hostname(),
        boot.project().value(),
        boot.userId(),
        root.isEmpty() ? size : new Resources(size.vcpus(), size.ramMib(), 0),
        image,
        nics,
        new GuestSpec.ConfigDrive(
            boot.metadata(),
            boot.keyName(),
            boot.publicKey(),
            boot.userDataBase64(),
            state.zone().orElse(""),
            boot.files(),
            tagged(state)),
        flavor.extraSpecs(),
        root.map(AttachedVolume::ref),
        volumes.stream().map(AttachedVolume::ref).toList(),
        volumes.stream().map(volume -> volume.device().replace("/dev/", "")).toList());
  }

  private static List<GuestSpec.TaggedDevice> tagged(InstanceState state) {
    var devices = new ArrayList<GuestSpec.TaggedDevice>();
    for (Nic nic : state.nics()) {
      nic.tag()
          .map(tag -> new GuestSpec.TaggedDevice(GuestSpec.TaggedDevice.Kind.NIC, nic.mac(), tag))
          .ifPresent(devices::add);
    }
    for (AttachedVolume volume : state.volumes()) {
      volume
          .tag()
          .map(
              tag -> new GuestSpec.TaggedDevice(GuestSpec.TaggedDevice.Kind.DISK, volume.id(), tag))
          .ifPresent(devices::add);
    }
    return devices;
  }

  private static GuestSpec.Nic card(Nic nic) {
    return new GuestSpec.Nic(
        nic.portId(),
        nic.mac(),
        nic.networkId(),
        nic.subnetId(),
        nic.address(),
        nic.cidr(),
        nic.gateway(),
        nic.dnsServers(),
        nic.mtu());
  }

  private static NetworkChoice interfaceChoice(Operation operation) {
    return operation.purpose().orElseThrow() instanceof Purpose.AttachInterface(var choice, _)
        ? choice
        : fail(operation);
  }

  private static NetworkChoice fail(Operation operation) {
    throw new IllegalStateException("no network in " + operation);
  }

  /**
   * The guest for a command that only reads, outside of any operation. Empty while the instance is
   * on no host.
   */
  static Optional<GuestTarget> guestToRead(InstanceState state, OperationId id, Instant deadline) {
    return state
        .host()
        .map(
            host ->
                new GuestTarget(
                    state.id(), host.value(), state.guestGeneration(), NO_EPOCH, id, deadline));
  }
}
