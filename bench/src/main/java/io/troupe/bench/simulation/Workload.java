package io.troupe.bench.simulation;

import java.util.Random;

/**
 * Draws in the shape that published traces of clouds have; docs/simulator.md names them. Most
 * requests ask for one instance, few kinds of instance are most of them, most live for hours while
 * the few that live for weeks take most of the capacity, and there are more requests by day than by
 * night. The numbers are round ones of ours, not taken from any trace.
 */
final class Workload {
  static final double DAY = 86_400;
  private static final double LONGEST = 90 * DAY;
  private static final int PREPARED = 50_000;

  private final Random random;

  /** Sorted by nothing: drawn once, so that their mean is known. */
  private final double[] lifetimes = new double[PREPARED];

  /** Sums of the above up to each place, so that one can be drawn by how long it lasts. */
  private final double[] lengths = new double[PREPARED];

  Workload(Random random) {
    this.random = random;
    double sum = 0;
    for (int i = 0; i < PREPARED; i++) {
      lifetimes[i] = drawLifetime();
      sum += lifetimes[i];
      lengths[i] = sum;
    }
  }

  /** One in three lives for minutes, half for hours, the rest without a typical length. */
  private double drawLifetime() {
    double kind = random.nextDouble();
    double seconds =
        kind < 0.35
            ? 900 * Math.exp(random.nextGaussian())
            : kind < 0.85
                ? 7_200 * Math.exp(1.2 * random.nextGaussian())
                : 12 * 3_600 * Math.pow(1 - random.nextDouble(), -1 / 0.9);
    return Math.clamp(Math.rint(seconds), 30, LONGEST);
  }

  double lifetime() {
    return lifetimes[random.nextInt(PREPARED)];
  }

  double meanLifetime() {
    return lengths[PREPARED - 1] / PREPARED;
  }

  /**
   * Seconds that an instance which is there now goes on to live: whoever looks at a moment meets
   * those that live long, somewhere in their lives.
   */
  double remainingLifetime() {
    int at = java.util.Arrays.binarySearch(lengths, random.nextDouble() * lengths[PREPARED - 1]);
    return Math.rint(
        lifetimes[at < 0 ? Math.min(-at - 1, PREPARED - 1) : at] * random.nextDouble());
  }

  /** Instances of one request: 85 of 100 ask for one, the others for 2 to 20, seldom many. */
  int count() {
    if (random.nextDouble() < 0.85) {
      return 1;
    }
    int count = 2;
    while (count < 20 && random.nextDouble() < 0.65) {
      count++;
    }
    return count;
  }

  /** By {@link #count}: 0.85 × 1 + 0.15 × (2 + 0.65 + 0.65² + … + 0.65¹⁸). */
  static double meanCount() {
    double more = 2;
    for (int i = 1; i <= 18; i++) {
      more += Math.pow(0.65, i);
    }
    return 0.85 + 0.15 * more;
  }

  /** A number below {@code of}; each next one is drawn less often, by the power of its rank. */
  int ranked(int of, double power) {
    double sum = 0;
    for (int i = 1; i <= of; i++) {
      sum += Math.pow(i, -power);
    }
    double at = random.nextDouble() * sum;
    for (int i = 1; i < of; i++) {
      at -= Math.pow(i, -power);
      if (at < 0) {
        return i - 1;
      }
    }
    return of - 1;
  }

  /**
   * When the next request comes, if the last came at {@code now}: three times as often at noon as
   * at midnight.
   *
   * @param perSecond requests on average
   */
  double next(double now, double perSecond) {
    double at = now;
    double rate;
    do {
      at -= Math.log(1 - random.nextDouble()) / (1.5 * perSecond);
      rate = 1 - 0.5 * Math.cos(2 * Math.PI * at / DAY);
    } while (random.nextDouble() * 1.5 > rate);
    return at;
  }
}
