package org.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import org.libvirt.jna.DomainPointer;

/**
 * The domain calls that libvirt-java 0.5.4 does not bind. In its package, because only there a
 * domain's native pointer and the way it reports errors can be reached.
 */
public final class DomainCalls {
  /** {@code VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN} of libvirt-domain.h. */
  private static final int SHUTDOWN_ACPI_POWER_BUTTON = 1;

  private DomainCalls() {}

  /** libvirt.so by the same name as libvirt-java loads it. */
  private interface Calls extends Library {
    Calls LIBVIRT = Native.load("virt", Calls.class);

    int virDomainGetState(
        DomainPointer domain, IntByReference state, IntByReference reason, int flags);

    int virDomainShutdownFlags(DomainPointer domain, int flags);

    int virDomainInjectNMI(DomainPointer domain, int flags);

    int virDomainMigrateStartPostCopy(DomainPointer domain, int flags);

    int virDomainBlockCopy(
        DomainPointer domain,
        String disk,
        String destinationXml,
        Pointer parameters,
        int count,
        int flags);

    int virDomainFSFreeze(DomainPointer domain, Pointer mountPoints, int count, int flags);

    int virDomainFSThaw(DomainPointer domain, Pointer mountPoints, int count, int flags);
  }

  /**
   * A domain's state and why it is in it, as libvirt's numbers.
   *
   * @param state {@code virDomainState}
   * @param reason one of the enumerations {@code virDomain…Reason}, by state
   */
  public record State(int state, int reason) {}

  /** {@code virDomainGetState}: cheaper than {@link Domain#getInfo}, and it knows the reason. */
  public static State state(Domain domain) throws LibvirtException {
    IntByReference state = new IntByReference();
    IntByReference reason = new IntByReference();
    ErrorHandler.processError(Calls.LIBVIRT.virDomainGetState(domain.vdp, state, reason, 0));
    return new State(state.getValue(), reason.getValue());
  }

  /** {@code virDomainInjectNMI}: a non-maskable interrupt on all vCPUs. */
  public static void injectNmi(Domain domain) throws LibvirtException {
    ErrorHandler.processError(Calls.LIBVIRT.virDomainInjectNMI(domain.vdp, 0));
  }

  /**
   * {@code virDomainBlockCopy} without parameters, which libvirt-java cannot call so.
   *
   * @param disk its name in the guest, such as {@code vdb}
   * @param flags {@code virDomainBlockCopyFlags}
   */
  public static void blockCopy(Domain domain, String disk, String destinationXml, int flags)
      throws LibvirtException {
    ErrorHandler.processError(
        Calls.LIBVIRT.virDomainBlockCopy(domain.vdp, disk, destinationXml, Pointer.NULL, 0, flags));
  }

  /** {@code virDomainFSFreeze}: by the guest's agent, all its file systems. */
  public static void freeze(Domain domain) throws LibvirtException {
    ErrorHandler.processError(Calls.LIBVIRT.virDomainFSFreeze(domain.vdp, Pointer.NULL, 0, 0));
  }

  /** {@code virDomainFSThaw}: ends {@link #freeze}. */
  public static void thaw(Domain domain) throws LibvirtException {
    ErrorHandler.processError(Calls.LIBVIRT.virDomainFSThaw(domain.vdp, Pointer.NULL, 0, 0));
  }

  /**
   * {@code virDomainMigrateStartPostCopy}: the guest that is being migrated goes on at the
   * destination, and the rest of its memory follows. It must have been begun with that in mind.
   */
  public static void startPostCopy(Domain domain) throws LibvirtException {
    ErrorHandler.processError(Calls.LIBVIRT.virDomainMigrateStartPostCopy(domain.vdp, 0));
  }

  /** Presses the ACPI power button; returns at once. The guest may ignore it. */
  public static void pressPowerButton(Domain domain) throws LibvirtException {
    ErrorHandler.processError(
        Calls.LIBVIRT.virDomainShutdownFlags(domain.vdp, SHUTDOWN_ACPI_POWER_BUTTON));
  }
}
