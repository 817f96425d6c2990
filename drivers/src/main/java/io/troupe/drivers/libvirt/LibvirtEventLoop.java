package io.troupe.drivers.libvirt;

import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's event loop: one thread in this process, started before the first connection is opened.
 * It carries keep-alive messages and calls event listeners, which must return at once.
 */
final class LibvirtEventLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtEventLoop.class);

  /**
   * Without it libvirt prints every error to the process's standard error. In a field, or it would
   * be collected while libvirt still calls it. Errors reach the caller as exceptions.
   */
  private static final VirErrorCallback NO_PRINTING =
      (data, error) -> LOG.trace("libvirt: {}", error == null ? "" : error.message);

  private static boolean started;

  private LibvirtEventLoop() {}

  /** Repeatable. Throws when libvirt's client library cannot be initialised. */
  static synchronized void start() throws LibvirtException {
    if (started) {
      return;
    }
    Connect.setErrorCallback(NO_PRINTING);
    Library.initEventLoop();
    Thread.ofPlatform().daemon().name("libvirt-events").start(LibvirtEventLoop::run);
    started = true;
  }

  private static void run() {
    while (true) {
      try {
        Library.processEvent();
      } catch (LibvirtException | RuntimeException e) {
        // One bad turn must not end the loop: without it no connection would notice that it died.
        LOG.error("libvirt's event loop failed once and goes on", e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
