package io.troupe.drivers.libvirt;

import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Where a running guest's VNC server listens: libvirt chooses the port at each start. */
final class Vnc {
  private Vnc() {}

  static String address(Domain domain, String hostAddress) throws LibvirtException {
    return address(domain.getXMLDesc(0), hostAddress);
  }

  /**
   * {@code host:port}, empty when the guest is off or has no VNC server.
   *
   * @param hostAddress stands in when the server listens on all addresses
   */
  static String address(String domainXml, String hostAddress) {
    XmlElement domain = XmlElement.parse(domainXml);
    String vnc = "devices/graphics[@type='vnc']/";
    String port = domain.find(vnc + "@port").orElse("-1");
    if (Integer.parseInt(port) < 0) {
      return "";
    }
    String listen = domain.find(vnc + "@listen").orElse("0.0.0.0");
    String host = listen.equals("0.0.0.0") || listen.equals("::") ? hostAddress : listen;
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
