package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverProvider;
import java.util.Set;

/**
 * Opens libvirt connections: {@code qemu:///system}, {@code qemu+ssh://host/system} and so on, and
 * libvirt's own {@code test:///default}. Options: {@link LibvirtOptions}.
 */
public final class LibvirtDriverProvider implements DriverProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("qemu", "test");
  }

  @Override
  public Driver open(ConnectionSpec connection, DriverContext context) throws DriverException {
    try {
      return LibvirtDriver.open(connection, context);
    } catch (LinkageError e) { // libvirt-java loads the library when its classes are first used
      throw DriverException.hostFault(
          "libvirt's client library cannot be loaded on this machine (Debian package libvirt0): "
              + e.getMessage());
    }
  }
}
