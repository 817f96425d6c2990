package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestPlacement;
import java.util.EnumSet;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** Gives a guest that is off another size. */
record Resizing(LibvirtConnection connection, VolumePool pool, HostFacts facts) {
  private static final EnumSet<PowerState> OFF =
      EnumSet.of(PowerState.SHUTDOWN, PowerState.CRASHED, PowerState.NOSTATE);

  /**
   * The guest has these vCPUs and this RAM from its next start on, and its root disk is as large as
   * this, or again what it was before; 0 GiB leaves the disk as it is. Repeatable. An instance
   * fault when the guest is not off, or its disk is larger.
   */
  void resize(DriverCommand.Resize command, GuestVolumes volumes, Tenure tenure)
      throws DriverException {
    Resources size = command.size();
    connection
        .onDomain(
            "resize",
            volumes.instance(),
            domain -> {
              PowerState found = PowerStates.of(domain);
              if (!OFF.contains(found)) {
                throw DriverException.instanceFault(
                    "guest "
                        + volumes.instance()
                        + " is "
                        + found
                        + ", it can be resized when off");
              }
              if (facts.keepsFiles()) {
                changeDisk(domain.getConnect(), command, volumes, tenure);
              }
              Definition.change(domain, tenure, xml -> edit(xml, size, command.placement()));
              return true;
            })
        .orElseThrow(
            () -> DriverException.instanceFault("no guest " + volumes.instance() + " here"));
  }

  private void changeDisk(
      Connect connect, DriverCommand.Resize command, GuestVolumes volumes, Tenure tenure)
      throws LibvirtException, DriverException {
    FormerDisk former = former(volumes);
    if (command.undone().isPresent()) {
      former.bringBack(connect, command.undone().get(), tenure);
    } else if (command.size().diskGib() > 0) {
      long bytes = command.size().diskGib() << 30;
      long has = pool.virtualSizeBytes(connect, volumes.rootDisk());
      if (has > bytes) {
        throw DriverException.instanceFault(
            "a disk of " + has + " bytes cannot shrink to " + bytes + " bytes");
      }
      former.keepAndGrow(connect, bytes, command.target().operation(), tenure);
    }
  }

  /** The guest stays as large as it is. Repeatable. */
  void settle(GuestVolumes volumes, Tenure tenure) throws DriverException {
    if (facts.keepsFiles()) {
      connection.run("end of a resize", connect -> former(volumes).drop(connect, tenure));
    }
  }

  private FormerDisk former(GuestVolumes volumes) {
    return new FormerDisk(pool, volumes, facts.uuid());
  }

  static void edit(XmlElement domain, Resources size, Optional<GuestPlacement> placement) {
    String ramMib = Long.toString(size.ramMib());
    domain.all("memory").getFirst().set("unit", "MiB").text(ramMib);
    domain.all("currentMemory").forEach(now -> now.set("unit", "MiB").text(ramMib));
    XmlElement vcpu = domain.all("vcpu").getFirst();
    vcpu.unset("current").text(Integer.toString(size.vcpus()));
    PlacementXml.replace(domain, placement);
  }
}
