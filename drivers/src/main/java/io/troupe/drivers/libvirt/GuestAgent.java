package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import java.util.regex.Pattern;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * What can only be done from within a guest, by the QEMU guest agent that may run there. The guest
 * decides whether it does, and which of its commands it knows.
 */
record GuestAgent(LibvirtConnection connection) {
  /** The agent's words, which libvirt hands on inside an internal error. */
  private static final Pattern UNKNOWN_COMMAND =
      Pattern.compile("has not been found|has been disabled|is disabled|not supported|cannot find");

  /**
   * The user's password is this one. Unsupported when no agent answers or it has no such command,
   * an instance fault when it refuses, for instance because there is no such user.
   */
  void setPassword(InstanceId instance, String user, String password, Tenure tenure)
      throws DriverException {
    connection.onGuest(
        "password",
        instance,
        domain -> {
          if (domain.isActive() == 0) {
            throw DriverException.instanceFault("guest " + instance + " is off");
          }
          tenure.require(domain.getConnect());
          set(domain, user, password);
          return true;
        });
  }

  private static void set(Domain domain, String user, String password)
      throws LibvirtException, DriverException {
    try {
      domain.setUserPassword(user, password, 0);
    } catch (LibvirtException e) {
      throw refusal("password", e);
    }
  }

  /** What it means that an agent's command failed. */
  static DriverException refusal(String doing, LibvirtException e) {
    if (isSilence(e)) {
      return DriverException.unsupported(doing + ": no guest agent answers: " + e.getMessage());
    }
    if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_INTERNAL_ERROR)) {
      return UNKNOWN_COMMAND.matcher(e.getMessage()).find()
          ? DriverException.unsupported(doing + ": " + e.getMessage())
          : DriverException.instanceFault(doing + ": " + e.getMessage());
    }
    return LibvirtErrors.failure(doing, e);
  }

  /** Whether there is nobody inside to talk to. */
  static boolean isSilence(LibvirtException e) {
    return LibvirtErrors.is(e, ErrorNumber.VIR_ERR_AGENT_UNRESPONSIVE)
        || LibvirtErrors.is(e, ErrorNumber.VIR_ERR_AGENT_UNSYNCED)
        || LibvirtErrors.is(e, ErrorNumber.VIR_ERR_ARGUMENT_UNSUPPORTED);
  }
}
