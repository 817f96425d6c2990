package io.troupe.node.jmx;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.troupe.core.journal.JournalMeter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

final class JournalBean implements JournalMXBean {
  private final MeterRegistry registry;

  JournalBean(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public List<Latency> getPersistLatency() {
    return registry.find(JournalMeter.WRITES).timers().stream()
        .map(JournalBean::latency)
        .sorted(Comparator.comparing(Latency::entity))
        .toList();
  }

  @Override
  public int getBacklog() {
    return Optional.ofNullable(registry.find(JournalMeter.BACKLOG).gauge())
        .map(Gauge::value)
        .orElse(0.0)
        .intValue();
  }

  private static Latency latency(Timer timer) {
    var now = timer.takeSnapshot();
    return new Latency(
        timer.getId().getTag("entity"),
        timer.count(),
        timer.mean(TimeUnit.MILLISECONDS),
        percentile(now, 0.5),
        percentile(now, 0.99),
        timer.max(TimeUnit.MILLISECONDS));
  }

  private static double percentile(HistogramSnapshot snapshot, double which) {
    return Arrays.stream(snapshot.percentileValues())
        .filter(one -> one.percentile() == which)
        .mapToDouble(one -> one.value(TimeUnit.MILLISECONDS))
        .findFirst()
        .orElse(0);
  }
}
