package io.troupe.drivers.spi;

import java.util.Set;

/**
 * Makes drivers for the connection URIs of some schemes. Found by {@link java.util.ServiceLoader}.
 */
public interface DriverProvider {
  /**
   * URI schemes this provider takes, such as {@code fake} or {@code qemu}; the part of a scheme
   * behind a plus is ignored.
   */
  Set<String> schemes();

  /**
   * Opens a connection; blocks until the hypervisor has answered once.
   *
   * @throws DriverException when the URI is not understood or the hypervisor does not answer
   */
  Driver open(ConnectionSpec connection, DriverContext context) throws DriverException;

  /** How the driver's commands spend their time. */
  default Threads threads() {
    return Threads.NATIVE;
  }

  /**
   * Native calls hold their carrier thread and get a fixed pool; pure Java ones run on virtual
   * threads.
   */
  enum Threads {
    NATIVE,
    VIRTUAL
  }
}
