package io.troupe.actors.instance;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and times the operations that ended, and gives each its line in the log. */
public final class OperationMeter {
  private static final Logger LOG = LoggerFactory.getLogger("io.troupe.operation");

  private final MeterRegistry registry;

  public OperationMeter(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * {@code state} is the one the operation left behind; its newest finished trail tells the rest.
   */
  void ended(InstanceState state) {
    if (state.trails().isEmpty()) {
      return;
    }
    var trail = state.trails().getLast();
    if (trail.finishedAt().isEmpty()) {
      return;
    }
    var took = Duration.between(trail.startedAt(), trail.finishedAt().get());
    var failed = trail.error().isPresent();
    registry
        .timer("troupe.operations", "action", trail.action(), "outcome", failed ? "error" : "ok")
        .record(took);
    var host = state.host().map(Object::toString).orElse("-");
    if (failed) {
      LOG.warn(
          "{} instance={} host={} {} failed after {} ms, now {}: {}",
          trail.id(),
          state.id(),
          host,
          trail.action(),
          took.toMillis(),
          state.vmState().word(),
          trail.error().get());
    } else {
      LOG.info(
          "{} instance={} host={} {} took {} ms, now {}",
          trail.id(),
          state.id(),
          host,
          trail.action(),
          took.toMillis(),
          state.vmState().word());
    }
  }
}
