package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
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
   * this; 0 GiB leaves the disk as it is. Repeatable. An instance fault when the guest is not off,
   * or its disk is larger.
   */
  void resize(
      GuestVolumes volumes, Resources size, Optional<GuestPlacement> placement, Tenure tenure)
      throws DriverException {
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
              if (facts.keepsFiles() && size.diskGib() > 0) {
                grow(domain.getConnect(), volumes.rootDisk(), size.diskGib() << 30, tenure);
              }
              Definition.change(domain, tenure, xml -> edit(xml, size, placement));
              return true;
            })
        .orElseThrow(
            () -> DriverException.instanceFault("no guest " + volumes.instance() + " here"));
  }

  private void grow(Connect connect, String rootDisk, long bytes, Tenure tenure)
      throws LibvirtException, DriverException {
    long has = pool.virtualSizeBytes(connect, rootDisk);
    if (has > bytes) {
      throw DriverException.instanceFault(
          "a disk of " + has + " bytes cannot shrink to " + bytes + " bytes");
    }
    pool.grow(connect, rootDisk, bytes, tenure);
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
