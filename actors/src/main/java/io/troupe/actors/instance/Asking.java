package io.troupe.actors.instance;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Step;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

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
              boot.project(), boot.flavor().resources(), boot.group().map(GroupSpec::id));
      case RELEASE_QUOTA -> new Effect.ReleaseQuota(boot.project());
      case PLACE -> new Effect.Place(spec(state, operation, settings));
      case CLAIM ->
          new Effect.ClaimHost(
              target(operation), state.generation(), spec(state, operation, settings));
      case RELEASE_CLAIM -> new Effect.ReleaseHost(target(operation), state.generation());
      case CONDEMN -> new Effect.CondemnGuest(target(operation), state.generation());
      case NETWORK ->
          new Effect.AttachPort(boot.project(), boot.networks().get(step.index()), step.index());
      case RELEASE_PORTS -> new Effect.ReleasePorts(boot.networks().get(step.index()).networkId());
      case CONNECT_VOLUME ->
          new Effect.ConnectVolume(
              boot.project(),
              boot.userId(),
              Attachments.choice(state, operation, step),
              target(operation));
      case MARK_ATTACHED -> {
        var id = Attachments.volumeId(state, operation, step);
        var device = Attachments.find(state, id).map(AttachedVolume::device).orElse("");
        yield new Effect.MarkVolume(boot.project(), id, device);
      }
      case BEGIN_DETACHING ->
          new Effect.BeginDetaching(
              boot.project(), Attachments.volumeId(state, operation, step));
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
      case DROP_IMAGE -> new Effect.DropImage(newImage(operation).id());
      case ROTATE_BACKUPS -> {
        var backup = (Purpose.Backup) operation.purpose().orElseThrow();
        yield new Effect.RotateBackups(boot.project(), backup.type(), backup.kept());
      }
      case SPAWN,
          ATTACH_VOLUME,
          DETACH_VOLUME,
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
          SNAPSHOT,
          INSPECT,
          DESTROY ->
          new Effect.RunOnHost(target(operation), command(state, operation, step, settings));
    };
  }

  private static DriverCommand command(
      InstanceState state, Operation operation, Step step, OperationSettings settings) {
    var target =
        new GuestTarget(
            state.id(),
            target(operation).value(),
            state.generation(),
            NO_EPOCH,
            operation.id(),
            operation.deadline());
    return switch (step.kind()) {
      case SPAWN -> new DriverCommand.Spawn(target, guest(state));
      case POWER_ON -> new DriverCommand.Start(target);
      case POWER_OFF -> new DriverCommand.Stop(target, settings.stopGraceMillis());
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
      case ATTACH_NIC ->
          new DriverCommand.AttachNic(target, card(Attachments.nic(state, operation)));
      case DETACH_NIC ->
          new DriverCommand.DetachNic(target, Attachments.nic(state, operation).mac());
      case SNAPSHOT -> new DriverCommand.Snapshot(target, newImage(operation).id());
      case INSPECT -> new DriverCommand.Inspect(target);
      case DESTROY -> new DriverCommand.Destroy(target);
      default -> throw new IllegalStateException(step + " is no driver command");
    };
  }

  /** The image may name the guest's administrator, as Nova's property does. */
  private static String administrator(InstanceState state) {
    return state.request().orElseThrow().imageProperties().getOrDefault("os_admin_user", "root");
  }

  private static Image newImage(Operation operation) {
    return operation.purpose().flatMap(Purpose::newImage).orElseThrow();
  }

  private static HostId target(Operation operation) {
    return operation
        .target()
        .orElseThrow(() -> new IllegalStateException("no target for " + operation));
  }

  private static RequestSpec spec(
      InstanceState state, Operation operation, OperationSettings settings) {
    var boot = state.request().orElseThrow();
    return boot.requestSpec(state.id(), operation.tried(), settings.spawnAttempts());
  }

  private static GuestSpec guest(InstanceState state) {
    var boot = state.request().orElseThrow();
    var nics = state.nics().stream().map(Asking::card).toList();
    var root = state.volumes().stream().filter(AttachedVolume::root).findFirst();
    var volumes =
        state.volumes().stream()
            .filter(volume -> !volume.root())
            .sorted(Comparator.comparing(AttachedVolume::device))
            .map(AttachedVolume::ref)
            .toList();
    return new GuestSpec(
        boot.name(),
        boot.hostname(),
        boot.project().value(),
        boot.userId(),
        boot.flavor().guestSize(),
        boot.image(),
        nics,
        new GuestSpec.ConfigDrive(
            boot.metadata(),
            boot.keyName(),
            boot.publicKey(),
            boot.userDataBase64(),
            state.zone().orElse("")),
        boot.flavor().extraSpecs(),
        root.map(AttachedVolume::ref),
        volumes);
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
                    state.id(), host.value(), state.generation(), NO_EPOCH, id, deadline));
  }
}
