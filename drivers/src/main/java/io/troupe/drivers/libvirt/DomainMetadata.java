package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestTarget;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * What we record with a domain, in the place libvirt keeps for applications: whose it is. A domain
 * without this element is not ours, whatever its name says.
 *
 * @param generation the owner's; a command of an older one is refused
 * @param operation the one that made the guest, for operators
 * @param files the generation in the names of its volumes: an older one when it has changed hands
 *     where it was
 */
record DomainMetadata(InstanceId instance, long generation, OperationId operation, long files) {
  /** Written into guests that outlive releases: never change it. */
  static final String NAMESPACE = "urn:troupe:libvirt:guest:1";

  static final String PREFIX = "troupe";

  static DomainMetadata of(GuestTarget target) {
    return new DomainMetadata(
        target.instance(), target.generation(), target.operation(), target.generation());
  }

  /** Adds the element below a domain's {@code metadata}. */
  void write(XmlElement metadata) {
    say(metadata.childIn(NAMESPACE, PREFIX + ":guest"));
  }

  /** The element by itself, as libvirt takes it when it is changed. */
  String alone() {
    return say(XmlElement.root("guest")).write();
  }

  private XmlElement say(XmlElement guest) {
    guest.set("instance", instance.toString());
    guest.set("generation", Long.toString(generation));
    guest.set("operation", operation.toString());
    return files == generation ? guest : guest.set("files", Long.toString(files));
  }

  /** Puts the element into a domain that is there, at once and for its next starts. */
  void mark(Domain domain) throws LibvirtException {
    int flags = Domain.ModificationImpact.CONFIG;
    if (domain.isActive() == 1) {
      flags |= Domain.ModificationImpact.LIVE;
    }
    domain.setMetadata(Domain.MetadataType.ELEMENT, alone(), PREFIX, NAMESPACE, flags);
  }

  /** Empty for a foreign domain. */
  static Optional<DomainMetadata> read(Domain domain) throws LibvirtException {
    try {
      return parse(domain.getMetadata(Domain.MetadataType.ELEMENT, NAMESPACE, 0));
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Empty when the element is not as we write it: then somebody else wrote it. */
  static Optional<DomainMetadata> parse(String xml) {
    try {
      XmlElement guest = XmlElement.parse(xml);
      long generation = Long.parseLong(guest.attribute("generation"));
      OperationId operation = new OperationId(guest.attribute("operation"));
      String files = guest.attribute("files"); // absent with former releases and most guests
      long named = files.isEmpty() ? generation : Long.parseLong(files);
      return InstanceId.parse(guest.attribute("instance"))
          .map(instance -> new DomainMetadata(instance, generation, operation, named));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
