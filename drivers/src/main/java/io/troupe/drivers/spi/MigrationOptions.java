package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;

/**
 * How a live migration goes about it.
 *
 * @param autoConverge a guest that writes memory faster than it travels is slowed down
 * @param postCopy the guest may be let go on at the destination before all of its memory is there,
 *     once it is told to complete ({@link DriverCommand.ForceComplete}). From then on there is no
 *     way back, and a failure of the network loses the guest
 * @param bandwidthMibPerSecond at most, MiB/s; 0: no limit of ours
 * @param downtimeMillis the guest may stand still at the end for this long, ms; 0: as the
 *     hypervisor means
 * @param completionTimeoutMillis after so long, ms, the migration is aborted or, if {@code
 *     forceAtTimeout}, forced to complete; 0: only the command's deadline ends it
 */
public record MigrationOptions(
    boolean autoConverge,
    boolean postCopy,
    long bandwidthMibPerSecond,
    long downtimeMillis,
    long completionTimeoutMillis,
    boolean forceAtTimeout)
    implements CborSerializable {
  public static final MigrationOptions PLAIN = new MigrationOptions(false, false, 0, 0, 0, false);

  public MigrationOptions {
    if (bandwidthMibPerSecond < 0 || downtimeMillis < 0 || completionTimeoutMillis < 0) {
      throw new IllegalArgumentException("a limit is 0 or more");
    }
  }
}
