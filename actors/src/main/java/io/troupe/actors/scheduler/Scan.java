package io.troupe.actors.scheduler;

/**
 * The loops over all hosts. Each is free of branches and calls and touches whole columns, so the
 * compiler turns it into vector instructions: a condition becomes the sign bit of a difference, and
 * a sign bit becomes a mask of −1 (the host is out) or 0 (it is in).
 */
final class Scan {
  private Scan() {}

  /** Starts {@code out} from up to 32 classes: bit c of {@code closed} shuts class c. */
  static void close(int[] out, int[] hostClass, int hosts, int closed) {
    for (int i = 0; i < hosts; i++) {
      out[i] = (closed << (31 - hostClass[i])) >> 31;
    }
  }

  /** Starts {@code out} from any number of classes: {@code closed[c]} is −1 or 0. */
  static void close(int[] out, int[] hostClass, int hosts, int[] closed) {
    for (int i = 0; i < hosts; i++) {
      out[i] = closed[hostClass[i]];
    }
  }

  /** Puts out who has less than {@code asked}; both within ±2^30, so the difference fits. */
  static void require(int[] out, int[] free, int hosts, int asked) {
    for (int i = 0; i < hosts; i++) {
      out[i] |= (free[i] - asked) >> 31;
    }
  }

  /** How many are in. */
  static int count(int[] out, int hosts) {
    int removed = 0;
    for (int i = 0; i < hosts; i++) {
      removed += out[i];
    }
    return hosts + removed;
  }

  /** The highest raw value of those who are in. */
  static int highest(int[] raw, int[] out, int hosts) {
    int highest = Integer.MIN_VALUE;
    for (int i = 0; i < hosts; i++) {
      highest = Math.max(highest, (raw[i] & ~out[i]) | (out[i] & Integer.MIN_VALUE));
    }
    return highest;
  }

  /** The lowest raw value of those who are in. */
  static int lowest(int[] raw, int[] out, int hosts) {
    int lowest = Integer.MAX_VALUE;
    for (int i = 0; i < hosts; i++) {
      lowest = Math.min(lowest, (raw[i] & ~out[i]) | (out[i] & Integer.MAX_VALUE));
    }
    return lowest;
  }

  /** Adds one weigher to the weights of {@code length} hosts from slot {@code first} on. */
  static void add(double[] weights, int[] raw, int first, int length, int low, double perUnit) {
    for (int i = 0; i < length; i++) {
      weights[i] += (raw[first + i] - low) * perUnit;
    }
  }

  /** The same where classes have multipliers of their own. */
  static void add(
      double[] weights,
      int[] raw,
      int first,
      int length,
      int low,
      double[] perUnit,
      int[] hostClass) {
    for (int i = 0; i < length; i++) {
      weights[i] += (raw[first + i] - low) * perUnit[hostClass[first + i]];
    }
  }
}
