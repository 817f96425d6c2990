package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;

/**
 * Draws lots among hosts of equal weight: the lowest goes first. A host's lot comes from the seed
 * and the host's name, so neither a name nor the order of arrival is preferred over many decisions,
 * and any decision can be repeated.
 *
 * <p>Every host sits in one of 64 rows, by its name. The seed shuffles the rows, and the hosts
 * within each. So whoever seeks the lowest lot of very many hosts need only look at one row, if he
 * knows who sits there. Rows are about equally full; the fewer hosts, the less equally.
 */
final class Lots {
  static final int ROWS = 64;
  private static final int ROW_SHIFT = 26; // what is left of 32 bits
  private static final long LOW = 0xFFFF_FFFFL;

  private final int rowSalt;
  private final int hostSalt;

  /** The rows' part of each lot; made when the first two hosts are found equal. */
  private long[] rows;

  Lots(long seed) {
    long mixed = mix(seed);
    rowSalt = (int) (mixed >>> 32);
    hostSalt = (int) mixed;
  }

  /** Where a host sits: any 32-bit number, the sign and the next five bits are its row. */
  static int place(HostId host) {
    return mix(host.value().hashCode());
  }

  /** The lot of whoever sits there. */
  long of(int place) {
    return rows()[row(place)] | mix(place ^ hostSalt) & LOW;
  }

  /** No lot of hosts that sit from {@code first} to {@code last} is lower. */
  long least(int first, int last) {
    long least = Long.MAX_VALUE;
    for (int row = row(first); row <= row(last); row++) {
      least = Math.min(least, rows()[row]);
    }
    return least;
  }

  private long[] rows() {
    if (rows == null) {
      rows = new long[ROWS];
      for (int row = 0; row < ROWS; row++) {
        rows[row] = (long) mix(row ^ rowSalt) << 32;
      }
    }
    return rows;
  }

  /** 0 to 63, growing with the place. */
  private static int row(int place) {
    return (place >> ROW_SHIFT) + ROWS / 2;
  }

  /** MurmurHash3's finaliser (Austin Appleby): every bit of the number moves every other. */
  private static int mix(int number) {
    int z = (number ^ (number >>> 16)) * 0x85EBCA6B;
    z = (z ^ (z >>> 13)) * 0xC2B2AE35;
    return z ^ (z >>> 16);
  }

  /**
   * SplitMix64's finaliser (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
   */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
