package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.libvirt.GuestAssembly.HostChoices;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Takes each command that the fences let through to the part that carries it out. */
final class LibvirtCommands {
  private static final Set<String> ON_EVERY_HOST =
      Set.of(
          "Spawn",
          "Start",
          "Stop",
          "Reboot",
          "Pause",
          "Unpause",
          "Suspend",
          "Resume",
          "Resize",
          "Destroy",
          "Inspect",
          "Diagnostics");

  /** What needs files on the host, or what libvirt's test driver does not play. */
  private static final Set<String> ON_QEMU =
      Set.of(
          "TriggerCrashDump",
          "SetPassword",
          "Snapshot",
          "Rescue",
          "Unrescue",
          "AttachNic",
          "DetachNic",
          "AttachVolume",
          "DetachVolume",
          "SwapVolume",
          "CreateVolume",
          "CopyVolume",
          "DeleteVolume",
          "OfferMove",
          "PrepareMove",
          "LiveMigrate",
          "WatchMigration",
          "ForceComplete",
          "AbortMigration",
          "SendMove",
          "FinishMove",
          "TakeOver",
          "ReadConsole",
          "Adopt");

  private final LibvirtConnection connection;
  private final HostFacts facts;
  private final VolumePool pool;
  private final HostChoices choices;
  private final Power power;
  private final Suspension suspension;
  private final GuestAgent agent;
  private final RootSnapshot snapshot;
  private final Rescue rescue;
  private final Resizing resizing;
  private final Hotplug hotplug;
  private final VolumeSwap swap;
  private final GuestAssembly assembly;
  private final LooseVolumes looseVolumes;
  private final VolumeCopy volumeCopy;
  private final Adoption adoption;
  private final Moves moves;
  private final LiveMigration migration;

  LibvirtCommands(
      LibvirtConnection connection,
      GuestEvents events,
      HostFacts facts,
      VolumePool pool,
      HostChoices choices,
      Moves.Peer peer,
      DriverContext context) {
    this.connection = connection;
    this.facts = facts;
    this.pool = pool;
    this.choices = choices;
    ImageCache cache = new ImageCache(connection, pool, context.images());
    this.power = new Power(connection, events, facts);
    this.suspension = new Suspension(connection);
    this.agent = new GuestAgent(connection);
    this.snapshot = new RootSnapshot(connection, pool, context.imageSink());
    this.rescue = new Rescue(connection, pool, cache, power);
    this.resizing = new Resizing(connection, pool, facts);
    this.looseVolumes = new LooseVolumes(connection, pool, cache);
    this.volumeCopy = new VolumeCopy(connection, pool, new LiveCopy(connection));
    this.hotplug = new Hotplug(connection, pool, choices.nicSource());
    this.swap = new VolumeSwap(connection, pool);
    this.adoption = new Adoption(connection);
    this.assembly = new GuestAssembly(connection, facts, choices, pool, context.images(), cache);
    this.moves =
        new Moves(
            connection, facts, choices, peer, pool, cache, assembly, context.transfers(), events);
    this.migration = new LiveMigration(connection, pool, facts);
  }

  /** Simple names of the commands that this host can carry out. */
  static Set<String> on(HostFacts facts) {
    Set<String> commands = new HashSet<>(ON_EVERY_HOST);
    if (facts.keepsFiles()) {
      commands.addAll(ON_QEMU);
    }
    return commands;
  }

  /**
   * @param recorded of the guest that is there; empty when there is none
   */
  DriverResult carryOut(DriverCommand command, Optional<DomainMetadata> recorded, Permit permit)
      throws DriverException {
    GuestTarget target = command.target();
    InstanceId instance = target.instance();
    Tenure tenure = permit.tenure();
    switch (command) {
      case DriverCommand.Spawn(_, var spec, var keepsDisk) -> {
        if (recorded.isPresent() && recorded.get().generation() == target.generation()) {
          power.start(instance, tenure);
        } else if (keepsDisk) {
          assembly.spawnOnFormerDisk(target, spec, permit);
        } else {
          assembly.spawn(target, spec, permit);
        }
      }
      case DriverCommand.Start _ -> power.start(instance, tenure);
      case DriverCommand.Stop(_, var graceMillis) -> power.stop(instance, graceMillis, permit);
      case DriverCommand.Reboot(_, var soft, var graceMillis) -> {
        if (soft) {
          power.rebootSoft(instance, graceMillis, permit);
        } else {
          power.rebootHard(instance, tenure);
        }
      }
      case DriverCommand.Pause _ -> suspension.pause(instance, tenure);
      case DriverCommand.Unpause _ -> suspension.unpause(instance, tenure);
      case DriverCommand.Suspend _ -> suspension.suspend(instance, tenure);
      case DriverCommand.Resume _ -> suspension.resume(instance, tenure);
      case DriverCommand.TriggerCrashDump _ -> suspension.interrupt(instance, tenure);
      case DriverCommand.SetPassword(_, var user, var password) ->
          agent.setPassword(instance, user, password, tenure);
      case DriverCommand.Snapshot wanted -> {
        return snapshot.take(wanted, volumes(target, recorded), permit);
      }
      case DriverCommand.Rescue(_, var image) ->
          rescue.begin(volumes(target, recorded), image, permit);
      case DriverCommand.Unrescue _ -> rescue.end(volumes(target, recorded), permit);
      case DriverCommand.Resize resize ->
          resizing.resize(resize, volumes(target, recorded), tenure);
      case DriverCommand.AttachNic(_, var nic) -> hotplug.attachNic(instance, nic, permit);
      case DriverCommand.DetachNic(_, var mac) -> hotplug.detachNic(instance, mac, permit);
      case DriverCommand.AttachVolume(_, var volume) -> {
        String device = hotplug.attachVolume(instance, volume, permit);
        return new DriverResult.VolumeAttached("/dev/" + device);
      }
      case DriverCommand.DetachVolume(_, var volumeId) ->
          hotplug.detachVolume(instance, volumeId, permit);
      case DriverCommand.SwapVolume(_, var from, var to) -> {
        String device = swap.swap(instance, from, to, permit);
        return new DriverResult.VolumeAttached("/dev/" + device);
      }
      case DriverCommand.CreateVolume(_, var volume, var sizeGib, var image) ->
          looseVolumes.create(volume, sizeGib, image, permit);
      case DriverCommand.CopyVolume(_, var from, var to, var sizeGib) ->
          volumeCopy.copy(from, to, sizeGib, permit);
      case DriverCommand.DeleteVolume(_, var volume) -> looseVolumes.delete(volume, permit);
      case DriverCommand.Adopt(_, var name) -> adoption.adopt(target, name, tenure);
      case DriverCommand.OfferMove _ -> {
        return new DriverResult.MoveTicketed(
            moves.offer(guest(target, recorded), volumes(target, recorded)));
      }
      case DriverCommand.PrepareMove prepare -> {
        return new DriverResult.MoveTicketed(moves.prepare(prepare, recorded, permit));
      }
      case DriverCommand.LiveMigrate(_, var ticket, var options) ->
          migration.migrate(target, ticket, options, permit);
      case DriverCommand.WatchMigration _ -> {
        return migration.watch(instance);
      }
      case DriverCommand.ForceComplete _ -> migration.force(instance, permit);
      case DriverCommand.AbortMigration _ -> migration.abort(instance, permit);
      case DriverCommand.SendMove(_, var ticket) ->
          moves.send(target, volumes(target, recorded), ticket, permit);
      case DriverCommand.FinishMove(_, var spec, var ticket) ->
          moves.finish(target, spec, ticket, recorded, permit);
      case DriverCommand.TakeOver(_, var settles) -> {
        moves.takeOver(target, guest(target, recorded), permit);
        if (settles) {
          resizing.settle(volumes(target, recorded), tenure);
        }
      }
      case DriverCommand.Destroy(_, var keepsDisk) -> {
        if (keepsDisk) {
          assembly.removeButDisk(target, tenure);
        } else {
          assembly.remove(target, tenure);
        }
        moves.drop(target);
      }
      case DriverCommand.Inspect _ -> {}
      case DriverCommand.ReadConsole(_, var maxBytes) -> {
        return console(volumes(target, recorded), maxBytes);
      }
      case DriverCommand.Diagnostics _ -> {
        return diagnose(instance);
      }
    }
    return inspect(instance);
  }

  private DriverResult inspect(InstanceId instance) throws DriverException {
    return connection
        .onDomain(
            "inspect",
            instance,
            domain ->
                new DriverResult.Guest(
                    true, PowerStates.of(domain), Vnc.address(domain, facts.address())))
        .orElse(DriverResult.Guest.GONE);
  }

  private DriverResult diagnose(InstanceId instance) throws DriverException {
    return connection.onGuest(
        "diagnostics", instance, domain -> Diagnosis.of(domain, choices.guestType()));
  }

  private DriverResult console(GuestVolumes volumes, int maxBytes) throws DriverException {
    return new DriverResult.Console(
        connection.call(
            "console log",
            connect -> ConsoleLog.read(connect, pool, volumes.consoleLog(), maxBytes)));
  }

  /** The files of the guest that is there, which may be of an older generation. */
  private static GuestVolumes volumes(GuestTarget target, Optional<DomainMetadata> recorded)
      throws DriverException {
    DomainMetadata guest = guest(target, recorded);
    return new GuestVolumes(guest.instance(), guest.files());
  }

  private static DomainMetadata guest(GuestTarget target, Optional<DomainMetadata> recorded)
      throws DriverException {
    return recorded.orElseThrow(() -> LibvirtConnection.noGuest(target.instance()));
  }
}
