package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult.Diagnostics;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Cpu;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Disk;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Memory;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Nic;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Traffic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.DomainInfo;
import org.libvirt.LibvirtException;

/** What libvirt has counted about a running guest. */
final class Diagnosis {
  private Diagnosis() {}

  /** Throws an instance fault for a guest that is not in memory. */
  static Diagnostics of(Domain domain, String guestType) throws LibvirtException, DriverException {
    PowerState power = PowerStates.of(domain);
    if (domain.isActive() == 0) {
      throw DriverException.instanceFault("guest " + domain.getName() + " is " + power);
    }
    XmlElement devices = XmlElement.parse(domain.getXMLDesc(0)).all("devices").getFirst();
    DomainInfo info = domain.getInfo();
    return new Diagnostics(
        power,
        "libvirt",
        guestType,
        "linux",
        Optional.empty(), // libvirt does not know when it started a guest
        !devices.all("disk[@device='cdrom']").isEmpty(),
        Arrays.stream(domain.getVcpusInfo())
            .map(cpu -> new Cpu(cpu.number, Optional.of(cpu.cpuTime), Optional.empty()))
            .toList(),
        nics(domain, devices),
        disks(domain, devices),
        new Memory(info.maxMem / 1024, info.memory / 1024));
  }

  private static List<Nic> nics(Domain domain, XmlElement devices) throws LibvirtException {
    List<Nic> nics = new ArrayList<>();
    for (XmlElement card : devices.all("interface")) {
      Optional<String> device = card.find("target/@dev");
      Optional<Traffic> traffic =
          device.isEmpty() // QEMU's own user network counts nothing
              ? Optional.empty()
              : Optional.of(traffic(domain, device.get()));
      nics.add(new Nic(card.find("mac/@address").orElse(""), traffic));
    }
    return nics;
  }

  private static Traffic traffic(Domain domain, String device) throws LibvirtException {
    var stats = domain.interfaceStats(device);
    return new Traffic(
        stats.rx_bytes,
        stats.rx_packets,
        stats.rx_errs,
        stats.rx_drop,
        stats.tx_bytes,
        stats.tx_packets,
        stats.tx_errs,
        stats.tx_drop);
  }

  private static List<Disk> disks(Domain domain, XmlElement devices) throws LibvirtException {
    List<Disk> disks = new ArrayList<>();
    for (XmlElement disk : devices.all("disk")) {
      var stats = domain.blockStats(disk.find("target/@dev").orElseThrow());
      disks.add(
          new Disk(
              stats.rd_bytes, stats.rd_req, stats.wr_bytes, stats.wr_req, Math.max(0, stats.errs)));
    }
    return disks;
  }
}
