package io.troupe.bench.boot;

import java.time.Duration;

/** How boots are put on the cloud. */
public sealed interface Load {
  /** How many boots this load asks for. */
  int boots();

  /** How many requests may be under way at once. */
  int width();

  /** Always so many boots between request and ACTIVE; the next starts when one ends. */
  record InFlight(int inFlight, int boots) implements Load {
    @Override
    public int width() {
      return inFlight;
    }

    @Override
    public String toString() {
      return inFlight + " in flight, " + boots + " boots";
    }
  }

  /**
   * So many boots begin each second, whether the cloud keeps up or not. Latency counts from the
   * moment a boot should have begun, so a stall shows in every boot that had to wait for it (no
   * "coordinated omission").
   *
   * @param maxInFlight boots beyond this are not sent and count as failures: a bound for both sides
   */
  record Rate(double perSecond, Duration time, int maxInFlight) implements Load {
    @Override
    public int boots() {
      return (int) Math.round(perSecond * time.toMillis() / 1000.0);
    }

    @Override
    public int width() {
      return maxInFlight;
    }

    @Override
    public String toString() {
      return "%.1f boots begun per second for %d s".formatted(perSecond, time.toSeconds());
    }
  }
}
