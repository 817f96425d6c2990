package io.troupe.bench.boot;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A latency distribution, written by many threads. Microseconds inside, three significant digits.
 */
final class Timings {
  private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(2);

  private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);

  void record(long nanos) {
    micros.recordValue(Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, LONGEST_MICROS));
  }

  BootReport.Latency summary() {
    return new BootReport.Latency(
        micros.getTotalCount(), millis(50), millis(90), millis(99), millis(100));
  }

  private double millis(double percentile) {
    return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
  }
}
