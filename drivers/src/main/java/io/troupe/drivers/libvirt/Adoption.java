package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestTarget;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Takes a domain that we did not make into our care. It gets our element, and nothing else about it
 * changes: name, disks and cards are as they were, and it is not restarted. Its UUID, which libvirt
 * never changes, is the instance's id, by which all other commands find it.
 */
final class Adoption {
  private final LibvirtConnection connection;

  Adoption(LibvirtConnection connection) {
    this.connection = connection;
  }

  /** The domain bears the target's mark. Repeatable. */
  void adopt(GuestTarget target, String name, Tenure tenure) throws DriverException {
    connection.onGuest(
        "adoption",
        target.instance(),
        domain -> {
          requireAdoptable(domain, target, name);
          if (domain.isPersistent() == 0) {
            tenure.require(domain.getConnect());
            define(domain); // or it would be gone as soon as it is off
          }
          tenure.require(domain.getConnect());
          DomainMetadata.of(target).mark(domain);
          return true;
        });
  }

  private static void requireAdoptable(Domain domain, GuestTarget target, String name)
      throws LibvirtException, DriverException {
    if (!domain.getName().equals(name)) {
      throw DriverException.instanceFault(
          "the domain with UUID %s is called %s, not %s"
              .formatted(target.instance(), domain.getName(), name));
    }
    InstanceId instance = target.instance();
    Optional<Long> newer =
        DomainMetadata.read(domain)
            .filter(mark -> mark.instance().equals(instance))
            .map(DomainMetadata::generation)
            .filter(generation -> generation > target.generation());
    if (newer.isPresent()) {
      throw DriverException.instanceFault(
          "guest %s belongs to generation %d, the command to %d"
              .formatted(instance, newer.get(), target.generation()));
    }
  }

  private static void define(Domain domain) throws LibvirtException {
    String xml = Definition.read(domain).write();
    domain.getConnect().domainDefineXML(xml).free();
  }
}
