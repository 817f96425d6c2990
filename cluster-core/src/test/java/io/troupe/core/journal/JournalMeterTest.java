package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class JournalMeterTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final JournalMeter meter = new JournalMeter(registry);

  private double backlog() {
    return registry.get(JournalMeter.BACKLOG).gauge().value();
  }

  private long writes(String entity) {
    return registry.get(JournalMeter.WRITES).tag("entity", entity).timer().count();
  }

  @Test
  void aWriteIsBacklogUntilItIsConfirmed() {
    var one = meter.writesOf("instance");
    var other = meter.writesOf("host");

    one.begin();
    other.begin();
    assertThat(backlog()).isEqualTo(2);

    one.end();
    assertThat(backlog()).isEqualTo(1);
    assertThat(writes("instance")).isEqualTo(1);
    assertThat(writes("host")).isZero();
  }

  @Test
  void aWriteThatFailedIsNeitherBacklogNorCounted() {
    var one = meter.writesOf("instance");

    one.begin();
    one.abandon(); // the entity recovers
    one.abandon(); // and stops
    assertThat(backlog()).isZero();

    one.begin();
    one.end();
    assertThat(backlog()).isZero();
    assertThat(writes("instance")).isEqualTo(1);
  }
}
