package io.troupe.drivers.fake;

import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import java.util.SplittableRandom;

/** How long a fake connection's commands take and which of them fail: settings and a seed. */
final class FakePace {
  /** How long a waiting command may take to see that it is cancelled, ms. */
  private static final long GLANCE_MILLIS = 50;

  private static final long MIGRATION_GLANCE_MILLIS = 5;

  /** Whether a destination still wants a guest; it costs a look at a file. */
  @FunctionalInterface
  interface Awaited {
    boolean still() throws DriverException;
  }

  private final FakeSettings settings;
  private final SplittableRandom random;

  FakePace(FakeSettings settings) {
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
  }

  /** How a guest that is asked to shut down within the grace ends. */
  FakeGuest.Happening awaitShutdown(long graceMillis, Cancellation cancellation)
      throws DriverException {
    var obeys = !settings.ignoresAcpi() && settings.stopMillis() <= graceMillis && graceMillis > 0;
    pause(obeys ? settings.stopMillis() : graceMillis, cancellation);
    return obeys ? FakeGuest.Happening.SHUT_DOWN : FakeGuest.Happening.POWER_CUT;
  }

  void awaitBoot(Cancellation cancellation) throws DriverException {
    var jitter = settings.bootJitterMillis();
    var jitterMillis = jitter == 0 ? 0 : (long) (draw() * (jitter + 1));
    pause(settings.bootMillis() + jitterMillis, cancellation);
  }

  private static void pause(long millis, Cancellation cancellation) throws DriverException {
    var end = System.nanoTime() + millis * 1_000_000;
    for (var left = millis; left > 0; left = (end - System.nanoTime() + 999_999) / 1_000_000) {
      requireWanted(cancellation);
      try {
        Thread.sleep(Math.min(left, GLANCE_MILLIS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw DriverException.retryable("interrupted");
      }
    }
    requireWanted(cancellation);
  }

  /** Waits until the migration has ended, however; also when the destination has given it up. */
  void awaitEnd(FakeMigration migration, Awaited awaited, Cancellation cancellation)
      throws DriverException {
    for (var glances = 1; migration.look() == FakeMigration.End.NONE; glances++) {
      pause(MIGRATION_GLANCE_MILLIS, cancellation);
      if (glances % (GLANCE_MILLIS / MIGRATION_GLANCE_MILLIS) == 0 && !awaited.still()) {
        migration.giveUp();
      }
    }
  }

  static void requireWanted(Cancellation cancellation) throws DriverException {
    if (cancellation.requested()) {
      throw DriverException.retryable("cancelled");
    }
  }

  boolean drawsFailure(DriverCommand command) {
    return settings.failureRate() > 0
        && settings.failureCommands().contains(command.getClass().getSimpleName())
        && draw() < settings.failureRate();
  }

  DriverException drawnFailure(DriverCommand command) {
    return new DriverException(
        new DriverFailure(
            settings.failureKind(),
            "drawn failure of " + command.getClass().getSimpleName() + " (failureRate)"));
  }

  private double draw() {
    synchronized (random) {
      return random.nextDouble();
    }
  }
}
