package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** A domain as it will be at its next start. */
final class Definition {
  private Definition() {}

  /** What is done to it; nothing may be asked of the host in there. */
  @FunctionalInterface
  interface Edit {
    void on(XmlElement domain) throws DriverException;
  }

  static XmlElement read(Domain domain) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(Domain.XMLFlags.INACTIVE | Domain.XMLFlags.SECURE));
  }

  /** Defines the domain anew, all at once or not at all. */
  static void change(Domain domain, Tenure tenure, Edit edit)
      throws LibvirtException, DriverException {
    XmlElement xml = read(domain);
    edit.on(xml);
    tenure.require(domain.getConnect());
    domain.getConnect().domainDefineXML(xml.write()).free();
  }
}
