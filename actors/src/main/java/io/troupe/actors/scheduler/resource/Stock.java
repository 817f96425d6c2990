package io.troupe.actors.scheduler.resource;

/**
 * A provider's inventory of one resource class, as Placement has it.
 *
 * @param reserved of the total, not for instances
 * @param minUnit least and greatest amount of one request, in steps of {@code stepSize}
 * @param ratio capacity is (total − reserved) × ratio; above 0
 */
public record Stock(
    long total, long reserved, long minUnit, long maxUnit, long stepSize, double ratio) {
  public Stock {
    if (total < 1 || reserved < 0 || reserved > total) {
      throw new IllegalArgumentException(
          "reserved must be 0 to total, total above 0: " + reserved + ", " + total);
    }
    if (minUnit < 1 || maxUnit < minUnit || stepSize < 1) {
      throw new IllegalArgumentException(
          "units must be above 0 and in order: " + minUnit + ", " + maxUnit + ", " + stepSize);
    }
    if (!(ratio > 0) || Double.isInfinite(ratio)) {
      throw new IllegalArgumentException("allocation ratio must be above 0: " + ratio);
    }
  }

  /** One that gives any amount. */
  public static Stock of(long total) {
    return new Stock(total, 0, 1, total, 1, 1.0);
  }

  public long capacity() {
    return (long) Math.floor((total - reserved) * ratio);
  }

  /** Whether one request may be that large. */
  boolean divides(long amount) {
    return amount >= minUnit && amount <= maxUnit && amount % stepSize == 0;
  }
}
