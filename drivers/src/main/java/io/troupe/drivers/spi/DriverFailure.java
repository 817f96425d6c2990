package io.troupe.drivers.spi;

/**
 * Why a driver could not do what it was told.
 *
 * @param message for the operator, the hypervisor's own words kept
 */
public record DriverFailure(Kind kind, String message) {
  /** What to do about it is decided by the kind alone. */
  public enum Kind {
    /** The same command may succeed if repeated: time-out, busy, connection lost. */
    RETRYABLE,
    /** This host cannot do it, another one may. */
    HOST_FAULT,
    /** No host will do it: the request itself is the cause. */
    INSTANCE_FAULT,
    /** The driver has no such command. */
    UNSUPPORTED
  }
}
