package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverFailure.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * What each libvirt error means for us, in one table. A code that is not in it is a host fault.
 * libvirt's words are always kept. Codes: virterror.h.
 */
final class LibvirtErrors {
  private static final Map<ErrorNumber, Kind> KINDS = new EnumMap<>(ErrorNumber.class);

  static {
    all(
        Kind.RETRYABLE, // the connection went away, or somebody else is at work on the same thing
        ErrorNumber.VIR_ERR_NO_CONNECT,
        ErrorNumber.VIR_ERR_INVALID_CONN,
        ErrorNumber.VIR_ERR_RPC,
        ErrorNumber.VIR_ERR_GNUTLS_ERROR,
        ErrorNumber.VIR_ERR_SSH,
        ErrorNumber.VIR_ERR_LIBSSH,
        ErrorNumber.VIR_ERR_OPERATION_TIMEOUT,
        ErrorNumber.VIR_ERR_OPERATION_ABORTED,
        ErrorNumber.VIR_ERR_RESOURCE_BUSY,
        ErrorNumber.VIR_ERR_AGENT_UNRESPONSIVE,
        ErrorNumber.VIR_ERR_AGENT_UNSYNCED);
    all(
        Kind.INSTANCE_FAULT, // what we asked for cannot be written down as a domain, anywhere
        ErrorNumber.VIR_ERR_XML_ERROR,
        ErrorNumber.VIR_ERR_XML_DETAIL,
        ErrorNumber.VIR_ERR_XML_INVALID_SCHEMA,
        ErrorNumber.VIR_ERR_INVALID_MAC,
        ErrorNumber.VIR_ERR_NO_DOMAIN);
    all(
        Kind.UNSUPPORTED,
        ErrorNumber.VIR_ERR_NO_SUPPORT,
        ErrorNumber.VIR_ERR_OPERATION_UNSUPPORTED,
        ErrorNumber.VIR_ERR_ARGUMENT_UNSUPPORTED);
  }

  private LibvirtErrors() {}

  /** The failure as a driver reports it, with libvirt's own words behind what we were doing. */
  static DriverException failure(String doing, LibvirtException cause) {
    Kind kind = kind(cause.getError().getCode(), cause.getError().getDomain());
    return new DriverException(new DriverFailure(kind, doing + ": " + cause.getMessage()), cause);
  }

  /**
   * A broken connection shows as whatever error the socket gave, always from libvirt's own wire
   * protocol: so there the origin decides, not the code.
   */
  static Kind kind(ErrorNumber code, ErrorDomain origin) {
    if (origin == ErrorDomain.VIR_FROM_RPC) {
      return Kind.RETRYABLE;
    }
    return KINDS.getOrDefault(code, Kind.HOST_FAULT);
  }

  static boolean is(LibvirtException e, ErrorNumber code) {
    return e.getError().getCode() == code;
  }

  private static void all(Kind kind, ErrorNumber... codes) {
    for (ErrorNumber code : codes) {
      KINDS.put(code, kind);
    }
  }
}
