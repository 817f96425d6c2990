package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import java.util.Optional;
import java.util.UUID;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** Which domains, ours or not, have a file as a disk. */
final class DiskHolders {
  private DiskHolders() {}

  /** The domain's disk that is this file. */
  static Optional<XmlElement> disk(Domain domain, String path) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(0)).all("devices/disk").stream()
        .filter(disk -> disk.find("source/@file").filter(path::equals).isPresent())
        .findFirst();
  }

  /** Throws an instance fault while a domain has the file, be it in memory or not. */
  static void requireNone(Connect connect, String path) throws LibvirtException, DriverException {
    Optional<String> holder = first(connect, path, _ -> true, Domain::getName);
    if (holder.isPresent()) {
      throw DriverException.instanceFault("volume " + path + " is attached to " + holder.get());
    }
  }

  /** The guest in memory that has the file. */
  static Optional<InstanceId> inMemory(Connect connect, String path)
      throws LibvirtException, DriverException {
    return first(
        connect,
        path,
        domain -> domain.isActive() == 1,
        domain -> new InstanceId(UUID.fromString(domain.getUUIDString())));
  }

  private static <T> Optional<T> first(
      Connect connect,
      String path,
      LibvirtConnection.DomainCall<Boolean> counts,
      LibvirtConnection.DomainCall<T> read)
      throws LibvirtException, DriverException {
    for (Domain domain : connect.listAllDomains(0)) {
      try {
        if (counts.on(domain) && disk(domain, path).isPresent()) {
          return Optional.of(read.on(domain));
        }
      } catch (LibvirtException e) {
        if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
          throw e;
        } // one that has gone since it was listed has no file
      } finally {
        domain.free();
      }
    }
    return Optional.empty();
  }
}
