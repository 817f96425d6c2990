package io.troupe.actors.instance;

import io.troupe.actors.operation.Failure;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Instant;

/**
 * Why an instance is in error.
 *
 * @param code an HTTP-like status, 500 unless the user's request was the cause
 * @param message shown to the owner
 * @param details for administrators only
 */
public record Fault(int code, String message, String details, Instant at) {
  /** Written into journals: never change it. */
  private static final String GUEST_GONE = "guest-gone";

  static Fault of(Failure why, Instant at) {
    return new Fault(why.code(), why.message(), why.details(), at);
  }

  /** Somebody removed the guest behind our back. It is never made anew without being asked for. */
  static Fault ofGoneGuest(InstanceId instance, HostId host, Instant at) {
    return new Fault(
        500,
        "The guest of instance %s is no longer on its host.".formatted(instance),
        details(host),
        at);
  }

  /** Somebody moved it to a host that the instance is not on. */
  static Fault ofMovedGuest(InstanceId instance, HostId to, Instant at) {
    return new Fault(
        500,
        "The guest of instance %s is no longer on its host, but on another one."
            .formatted(instance),
        onHost(to),
        at);
  }

  private static String onHost(HostId host) {
    return GUEST_GONE + ": host " + host + " shows the guest, and has no claim for it";
  }

  boolean isOfGuestOn(HostId host) {
    return details.equals(onHost(host));
  }

  private static String details(HostId host) {
    return GUEST_GONE + ": host " + host + " shows no such guest";
  }

  /** Whether it is over as soon as the guest is there again. */
  boolean isOfGoneGuest() {
    return details.startsWith(GUEST_GONE);
  }
}
