package io.troupe.drivers.spi;

import java.util.Objects;

/** A driver command or query that failed, with what kind of failure it was. */
public final class DriverException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient DriverFailure failure;

  public DriverException(DriverFailure failure) {
    this(failure, null);
  }

  public DriverException(DriverFailure failure, Throwable cause) {
    super(failure.kind() + ": " + failure.message(), cause);
    this.failure = Objects.requireNonNull(failure);
  }

  public DriverFailure failure() {
    return failure;
  }

  public static DriverException retryable(String message) {
    return new DriverException(new DriverFailure(DriverFailure.Kind.RETRYABLE, message));
  }

  public static DriverException hostFault(String message) {
    return new DriverException(new DriverFailure(DriverFailure.Kind.HOST_FAULT, message));
  }

  /** A snapshot that had to be of file systems in order. */
  public static DriverException notQuiesced() {
    return instanceFault(
        "the guest's agent does not quiesce its file systems, which its image asks for"
            + " (os_require_quiesce)");
  }

  public static DriverException instanceFault(String message) {
    return new DriverException(new DriverFailure(DriverFailure.Kind.INSTANCE_FAULT, message));
  }

  public static DriverException unsupported(String message) {
    return new DriverException(new DriverFailure(DriverFailure.Kind.UNSUPPORTED, message));
  }
}
