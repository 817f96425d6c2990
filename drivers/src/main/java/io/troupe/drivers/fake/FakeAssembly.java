package io.troupe.drivers.fake;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Puts fake guests together, changes what they are made of, and takes them apart. */
record FakeAssembly(
    FakeReach reach,
    FakePace pace,
    FakePower power,
    FakeSettings settings,
    FakeInventory inventory,
    FakeImages images) {

  DriverResult spawn(DriverCommand.Spawn command, Cancellation cancellation)
      throws DriverException {
    var target = command.target();
    var found = reach.look(target);
    if (found.isPresent() && found.get().generation() == target.generation()) {
      return power.start(target, cancellation);
    }
    inventory.requireFits(command.spec().size());
    if (command.keepsDisk()) {
      reach.hypervisor().requireDisk(target, areCommon());
    } else if (command.spec().rootVolume().isEmpty()) {
      images.cache(command.spec().image());
    }
    requireVolumes(target.host(), command.spec());
    pace.awaitBoot(cancellation);
    var made =
        reach.change(
            target,
            guest ->
                guest.filter(it -> it.generation() == target.generation()).isPresent()
                    ? guest
                    : Optional.of(FakeGuest.made(command, reach.now())));
    reach.hypervisor().dropDisk(target, areCommon()); // it is the guest's now, or a former one's
    return FakeReach.shown(made);
  }

  private void requireVolumes(String host, GuestSpec spec) throws DriverException {
    for (var volume : spec.volumes()) {
      requireVolume(host, FakeVolume.key(volume));
    }
    if (spec.rootVolume().isPresent()) {
      requireVolume(host, FakeVolume.key(spec.rootVolume().get()));
    }
  }

  private void requireVolume(String host, String id) throws DriverException {
    reach.hypervisor().requireVolume(host, id, areCommon());
  }

  private boolean areCommon() {
    return settings.sharedPool().isPresent();
  }

  /** A disk that stays is a volume of its own until a guest is made on it. */
  DriverResult destroy(GuestTarget target, boolean keepsDisk) throws DriverException {
    if (keepsDisk) {
      reach.hypervisor().keepDisk(target, areCommon());
    }
    reach.hypervisor().destroy(target, reach.origin(), reach.now());
    if (!keepsDisk) {
      reach.hypervisor().dropDisk(target, areCommon());
    }
    return DriverResult.Guest.GONE;
  }

  DriverResult rescue(GuestTarget target, GuestSpec.ImageRef image, Cancellation cancellation)
      throws DriverException {
    if (reach.existing(target).rescued()) {
      return power.start(target, cancellation);
    }
    images.cache(image);
    return bootAs(target, true, cancellation);
  }

  DriverResult unrescue(GuestTarget target, Cancellation cancellation) throws DriverException {
    return reach.existing(target).rescued()
        ? bootAs(target, false, cancellation)
        : power.start(target, cancellation);
  }

  private DriverResult bootAs(GuestTarget target, boolean rescued, Cancellation cancellation)
      throws DriverException {
    pace.awaitBoot(cancellation);
    return reach.update(
        target,
        guest ->
            guest.rescued() == rescued
                ? guest
                : power
                    .off(guest, FakeGuest.Happening.POWER_CUT)
                    .bootingFrom(rescued)
                    .booted(reach.now()));
  }

  DriverResult resize(DriverCommand.Resize command) throws DriverException {
    var target = command.target();
    var size = command.size();
    inventory.requireFits(size);
    reach.existing(target);
    return FakeReach.shown(
        reach.change(
            target,
            found -> {
              if (found.isPresent()) {
                requireResizable(found.get(), command);
              }
              return found.map(
                  guest ->
                      command
                          .undone()
                          .map(undone -> guest.resizedBack(size, undone))
                          .orElseGet(() -> guest.resized(size, target.operation()))
                          .at(command.placement()));
            }));
  }

  private static void requireResizable(FakeGuest guest, DriverCommand.Resize command)
      throws DriverException {
    var size = command.size();
    if (guest.runs() || guest.goesOn()) {
      throw DriverException.instanceFault(
          guest.name() + " is " + guest.power() + ", only a guest that is off can be resized");
    }
    if (command.undone().isEmpty()
        && size.diskGib() > 0
        && size.diskGib() < guest.size().diskGib()) {
      throw DriverException.instanceFault(
          "the disk of " + guest.name() + " cannot shrink to " + size.diskGib() + " GiB");
    }
  }

  DriverResult attachNic(GuestTarget target, GuestSpec.Nic nic) throws DriverException {
    return FakeReach.shown(changeDevices(target, guest -> guest.withNic(nic)));
  }

  DriverResult detachNic(GuestTarget target, String mac) throws DriverException {
    return FakeReach.shown(changeDevices(target, guest -> guest.withoutNic(mac)));
  }

  DriverResult attachVolume(GuestTarget target, String volumeId) throws DriverException {
    reach.existing(target);
    requireVolume(target.host(), volumeId);
    var after = changeDevices(target, guest -> guest.withVolume(volumeId));
    return new DriverResult.VolumeAttached(after.orElseThrow().deviceOf(volumeId));
  }

  DriverResult detachVolume(GuestTarget target, String volumeId) throws DriverException {
    return FakeReach.shown(changeDevices(target, guest -> guest.withoutVolume(volumeId)));
  }

  DriverResult swapVolume(GuestTarget target, String from, String to) throws DriverException {
    var guest = reach.existing(target);
    if (!guest.has(from) && !guest.has(to)) {
      throw DriverException.instanceFault(guest.name() + " has no volume " + from);
    }
    if (!guest.runs() && !guest.isPaused()) {
      throw DriverException.instanceFault(
          guest.name() + " is " + guest.power() + ", only one in memory copies a volume");
    }
    requireVolume(target.host(), to);
    reach.hypervisor().requireAsLarge(target.host(), from, to, areCommon());
    var after = changeDevices(target, found -> found.swapped(from, to));
    return new DriverResult.VolumeAttached(after.orElseThrow().deviceOf(to));
  }

  DriverResult createVolume(DriverCommand.CreateVolume command) throws DriverException {
    if (command.image().isPresent()) {
      images.cache(command.image().get());
    }
    reach
        .hypervisor()
        .keepVolume(
            command.target(), FakeVolume.key(command.volume()), command.sizeGib(), areCommon());
    return DriverResult.Guest.GONE;
  }

  DriverResult copyVolume(GuestTarget target, String from, String to, long gib)
      throws DriverException {
    reach.hypervisor().copyVolume(target, from, to, gib, areCommon());
    return DriverResult.Guest.GONE;
  }

  DriverResult deleteVolume(GuestTarget target, String volumeId) throws DriverException {
    reach.hypervisor().removeVolume(target, volumeId, areCommon());
    return DriverResult.Guest.GONE;
  }

  private Optional<FakeGuest> changeDevices(GuestTarget target, UnaryOperator<FakeGuest> change)
      throws DriverException {
    reach.existing(target);
    return reach.change(
        target,
        found -> {
          if (found.isPresent() && found.get().power() == PowerState.SUSPENDED) {
            throw DriverException.instanceFault(
                found.get().name() + " is SUSPENDED, its devices cannot be changed");
          }
          return found.map(change);
        });
  }
}
