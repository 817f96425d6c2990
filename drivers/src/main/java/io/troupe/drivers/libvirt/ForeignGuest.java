package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestReport;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.DomainBlockInfo;
import org.libvirt.DomainInfo;
import org.libvirt.LibvirtException;

/** What can be told of a domain that we did not make, without touching it. */
final class ForeignGuest {
  private static final long BYTES_PER_GIB = 1L << 30;

  private ForeignGuest() {}

  /** Empty for a domain whose UUID cannot be an instance's id. */
  static Optional<GuestReport.Foreign> facts(Domain domain) throws LibvirtException {
    Optional<InstanceId> id = InstanceId.parse(domain.getUUIDString());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    DomainInfo info = domain.getInfo();
    Resources size = new Resources(info.nrVirtCpu, info.maxMem / 1024, diskGib(domain));
    return Optional.of(new GuestReport.Foreign(id.get(), size));
  }

  /** Of its first disk; 0 when it has none, or when nobody can say: it may be off, on a network. */
  private static long diskGib(Domain domain) throws LibvirtException {
    XmlElement xml = XmlElement.parse(domain.getXMLDesc(0));
    Optional<String> target =
        xml.all("devices").stream()
            .flatMap(devices -> devices.all("disk[not(@device) or @device='disk']").stream())
            .flatMap(disk -> disk.find("target/@dev").stream())
            .findFirst();
    if (target.isEmpty()) {
      return 0;
    }
    try {
      DomainBlockInfo disk = domain.blockInfo(target.get());
      return (disk.getCapacity() + BYTES_PER_GIB - 1) / BYTES_PER_GIB;
    } catch (LibvirtException e) {
      return 0;
    }
  }
}
