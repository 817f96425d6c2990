package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult.MigrationSeen;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Copied;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Phase;
import io.troupe.drivers.spi.MigrationOptions;

/**
 * A guest on its way: it is copied evenly over the time that the settings say, while anybody may
 * look, hurry or stop it.
 */
final class FakeMigration {
  /** What is over, and how. */
  enum End {
    NONE,
    COPIED,
    ABORTED,
    TIMED_OUT,
    GIVEN_UP
  }

  private final MigrationOptions options;
  private final long memoryBytes;
  private final long diskBytes;
  private final long millis;
  private final long beganNanos = System.nanoTime();
  private End end = End.NONE;
  private boolean forced;

  /**
   * @param diskBytes that travel; 0 when the disk stays where it is
   * @param leastMillis it takes, ms; longer when the options' bandwidth asks for it
   */
  FakeMigration(MigrationOptions options, long memoryBytes, long diskBytes, long leastMillis) {
    this.options = options;
    this.memoryBytes = memoryBytes;
    this.diskBytes = diskBytes;
    var bytesPerSecond = options.bandwidthMibPerSecond() << 20;
    this.millis =
        bytesPerSecond == 0
            ? leastMillis
            : Math.max(leastMillis, (memoryBytes + diskBytes) / bytesPerSecond * 1_000);
  }

  /** How it is now; {@code NONE} while it goes on. Once over, it stays so. */
  synchronized End look() {
    if (end == End.NONE && (forced || elapsedMillis() >= millis)) {
      end = End.COPIED;
    }
    var patience = options.completionTimeoutMillis();
    if (end == End.NONE && patience > 0 && elapsedMillis() >= patience) {
      end = options.forceAtTimeout() ? End.COPIED : End.TIMED_OUT;
    }
    return end;
  }

  /** Whether it has ended by this or otherwise without the guest having gone. */
  synchronized boolean abort() {
    if (look() == End.NONE) {
      end = End.ABORTED;
    }
    return end != End.COPIED;
  }

  /** The destination does not want the guest any more. */
  synchronized void giveUp() {
    if (look() == End.NONE) {
      end = End.GIVEN_UP;
    }
  }

  synchronized void force() {
    forced = true;
  }

  synchronized MigrationSeen seen() {
    var share = millis == 0 || forced ? 1.0 : Math.min(1.0, (double) elapsedMillis() / millis);
    return new MigrationSeen(
        forced && options.postCopy() ? Phase.POST_COPY : Phase.COPYING,
        elapsedMillis(),
        copied(memoryBytes, share),
        copied(diskBytes, share));
  }

  private static Copied copied(long total, double share) {
    var processed = (long) (total * share);
    return new Copied(total, processed, total - processed);
  }

  private long elapsedMillis() {
    return (System.nanoTime() - beganNanos) / 1_000_000;
  }

  /** Throws how it ended, unless the guest may go. */
  void requireCopied(String guest) throws DriverException {
    switch (look()) {
      case COPIED -> {}
      case ABORTED -> throw DriverException.instanceFault("migration of " + guest + " was aborted");
      case TIMED_OUT ->
          throw DriverException.instanceFault(
              "migration of "
                  + guest
                  + " was not complete after "
                  + options.completionTimeoutMillis()
                  + " ms");
      case GIVEN_UP -> throw DriverException.hostFault("the destination has given up " + guest);
      case NONE -> throw new IllegalStateException("still under way");
    }
  }
}
