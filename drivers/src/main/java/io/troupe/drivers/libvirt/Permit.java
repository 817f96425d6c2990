package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a running command may go on: it was not cancelled, and somebody still waits for it.
 *
 * @param tenure whether it may change the host
 */
record Permit(Cancellation cancellation, Instant deadline, Tenure tenure) {
  /** How often a wait looks again; small against a guest's seconds, cheap for the host. */
  private static final Duration LOOK = Duration.ofMillis(200);

  static Permit of(GuestTarget target, Cancellation cancellation, EpochMarker marker) {
    return new Permit(cancellation, target.deadline(), new Tenure.Of(marker, target));
  }

  /** To be called at every safe point. Throws retryable when the command must end. */
  void check() throws DriverException {
    if (cancellation.requested()) {
      throw DriverException.retryable("cancelled");
    }
    if (Instant.now().isAfter(deadline)) {
      throw DriverException.retryable("deadline passed: " + deadline);
    }
  }

  /** A condition on the host; asking may fail. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws DriverException;
  }

  /** Waits until the condition holds, or the command must end. */
  void await(Condition condition) throws DriverException {
    await(Duration.ofDays(365).toMillis(), condition);
  }

  /** Waits until the condition holds; false when it does not within {@code millis} ms. */
  boolean await(long millis, Condition condition) throws DriverException {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      check();
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw DriverException.retryable("interrupted");
      }
    }
    return true;
  }
}
