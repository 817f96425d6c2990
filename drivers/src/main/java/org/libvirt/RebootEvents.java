package org.libvirt;

import com.sun.jna.Pointer;
import java.util.function.Consumer;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/**
 * Reports when a guest of a connection has rebooted. libvirt-java can register a reboot listener
 * but not take it away again, and libvirt keeps a connection open as long as it has one.
 */
public final class RebootEvents {
  /** {@code VIR_DOMAIN_EVENT_ID_REBOOT} of libvirt-domain.h. */
  private static final int REBOOT = 1;

  /** In a field, or it would be collected while libvirt still calls it. */
  @SuppressWarnings("unused")
  private final Libvirt.VirConnectDomainEventGenericCallback callback;

  private final int callbackId;

  private RebootEvents(Libvirt.VirConnectDomainEventGenericCallback callback, int callbackId) {
    this.callback = callback;
    this.callbackId = callbackId;
  }

  /**
   * Registers for all domains.
   *
   * @param uuid takes the domain's UUID as text, on libvirt's event loop: returns at once
   */
  public static RebootEvents register(Connect connect, Consumer<String> uuid)
      throws LibvirtException {
    Libvirt.VirConnectDomainEventGenericCallback callback =
        (ConnectionPointer connection, DomainPointer domain, Pointer opaque) -> {
          try {
            uuid.accept(uuidOf(connect, domain));
          } catch (LibvirtException e) {
            throw new IllegalStateException("a domain of an event has a UUID", e);
          }
        };
    int id =
        ErrorHandler.processError(
            Library.libvirt.virConnectDomainEventRegisterAny(
                connect.vcp, null, REBOOT, callback, null, null));
    return new RebootEvents(callback, id);
  }

  private static String uuidOf(Connect connect, DomainPointer borrowed) throws LibvirtException {
    Domain domain = Domain.constructIncRef(connect, borrowed);
    try {
      return domain.getUUIDString();
    } finally {
      domain.free();
    }
  }

  public void deregister(Connect connect) throws LibvirtException {
    ErrorHandler.processError(
        Library.libvirt.virConnectDomainEventDeregisterAny(connect.vcp, callbackId));
  }
}
