package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Lets one at a time at a fake hypervisor's guests: within this process, and with a {@link
 * SharedState} among all. Whoever cannot get there in time fails as retryable; those who wait, wait
 * together and not one after the other.
 */
final class Turns {
  /** Changes take microseconds: whoever must wait this long waits for a process that is stopped. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  @FunctionalInterface
  interface Step<T> {
    T run() throws DriverException;
  }

  private final Optional<SharedState> state;
  private final ReentrantLock turn = new ReentrantLock();

  Turns(Optional<SharedState> state) {
    this.state = state;
  }

  /**
   * Runs the step while nobody else changes anything.
   *
   * @param onlyLooks asked in turn; a step that only looks keeps no other process out, as long as
   *     none has changed anything
   */
  <T> T take(BooleanSupplier onlyLooks, Step<T> step) throws DriverException {
    var until = System.nanoTime() + PATIENCE.toNanos();
    try {
      if (!turn.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw DriverException.retryable("the fake hypervisor is held up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw DriverException.retryable("interrupted");
    }
    try {
      if (state.isEmpty() || (onlyLooks.getAsBoolean() && state.get().isCurrent())) {
        return step.run();
      }
      try (var _ = state.get().enter(until)) {
        var result = step.run();
        state.get().tidy();
        return result;
      }
    } finally {
      turn.unlock();
    }
  }

  /** Closes the state when nobody is at it. */
  void close() {
    turn.lock();
    try {
      state.ifPresent(SharedState::close);
    } finally {
      turn.unlock();
    }
  }
}
