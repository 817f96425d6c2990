package io.troupe.drivers.spi;

/**
 * Tells a running command that its outcome is no longer wanted, or that its deadline has passed.
 */
@FunctionalInterface
public interface Cancellation {
  Cancellation NEVER = () -> false;

  boolean requested();
}
