package io.troupe.drivers.libvirt;

import io.troupe.core.value.Names;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * What the driver has to know about its host to build guests for it.
 *
 * @param name the host's own name, made fit for a key
 * @param uuid the host's, as libvirt knows it; its name when it has none
 * @param address of the host, as seen from here
 * @param hypervisor {@code QEMU} or {@code TEST}, as libvirt says
 * @param architecture such as {@code x86_64}
 * @param offersKvm whether libvirt claims KVM; see {@link KvmProbe} for whether it is true
 */
record HostFacts(
    String name,
    String uuid,
    String address,
    String hypervisor,
    String architecture,
    boolean offersKvm) {

  static HostFacts read(Connect connect, URI uri) throws LibvirtException {
    String name = token(connect.getHostName());
    XmlElement capabilities = XmlElement.parse(connect.getCapabilities());
    String architecture = capabilities.find("host/cpu/arch").orElse("unknown");
    boolean offersKvm =
        capabilities
            .find(
                "guest[os_type='hvm']/arch[@name='" + architecture + "']/domain[@type='kvm']/@type")
            .isPresent();
    return new HostFacts(
        name,
        capabilities.find("host/uuid").orElse(name),
        address(uri),
        connect.getType(),
        architecture,
        offersKvm);
  }

  /** Only QEMU hosts keep volumes, console logs and the like; the test driver pretends. */
  boolean keepsFiles() {
    return hypervisor.equals("QEMU");
  }

  /** Anything that is not fit for a key becomes a dash. */
  static String token(String hostName) {
    String cleaned = hostName.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[._-]+", "");
    String cut = cleaned.substring(0, Math.min(cleaned.length(), 255));
    return Names.isToken(cut) ? cut : "libvirt-host";
  }

  /** Where the URI points, or this machine's own address when it points nowhere. */
  private static String address(URI uri) {
    try {
      return Optional.ofNullable(uri.getHost()).isPresent()
          ? InetAddress.getByName(uri.getHost()).getHostAddress()
          : InetAddress.getLocalHost().getHostAddress();
    } catch (UnknownHostException e) {
      // A name that only ssh's configuration knows, or a machine that cannot resolve its own.
      return uri.getHost() == null ? "127.0.0.1" : uri.getHost();
    }
  }
}
