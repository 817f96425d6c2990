package io.troupe.core.journal;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long the journal takes, as the entities of this node see it: from handing an event over to
 * being told that it is safe, waiting for a place in a batch included. Safe for use from any
 * thread.
 */
public final class JournalMeter {
  /** Timer of every write, with the tag {@code entity}. */
  public static final String WRITES = "troupe.journal.writes";

  /** Gauge: writes under way on this node. */
  public static final String BACKLOG = "troupe.journal.backlog";

  private final MeterRegistry registry;
  private final AtomicInteger underWay = new AtomicInteger();

  public JournalMeter(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge(BACKLOG, underWay);
  }

  /** For one entity, which writes one thing at a time. */
  public Writes writesOf(String entity) {
    return new Writes(
        Timer.builder(WRITES)
            .tag("entity", entity)
            .publishPercentiles(0.5, 0.99)
            .register(registry));
  }

  /** What one entity writes; its own thread calls. */
  public final class Writes {
    private final Timer timer;
    private boolean writing;
    private long begunNanos;

    private Writes(Timer timer) {
      this.timer = timer;
    }

    public void begin() {
      if (!writing) {
        writing = true;
        underWay.incrementAndGet();
      }
      begunNanos = System.nanoTime();
    }

    public void end() {
      timer.record(System.nanoTime() - begunNanos, TimeUnit.NANOSECONDS);
      abandon();
    }

    /** The entity stopped or starts anew: of a write that was under way nothing will be heard. */
    public void abandon() {
      if (writing) {
        writing = false;
        underWay.decrementAndGet();
      }
    }
  }
}
