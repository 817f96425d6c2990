package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Decision PLACED = new Decision.Placed(List.of(), 1);

  private final Tally tally = new Tally(START);

  private double rateAt(long second) {
    return tally.figures(0, false, 0, START.plusSeconds(second)).decisionsPerSecond();
  }

  @Test
  void theRateIsThatOfTheLastNineWholeSeconds() {
    for (int second = 0; second < 30; second++) {
      for (int i = 0; i < 5; i++) {
        tally.count(PLACED, START.plusSeconds(second));
      }
    }

    assertThat(rateAt(30)).isEqualTo(5);
    assertThat(rateAt(33)).isEqualTo(5 * 6 / 9.0);
    assertThat(rateAt(39)).isZero();
  }

  @Test
  void theSecondUnderWayIsLeftOut() {
    tally.count(PLACED, START);

    assertThat(rateAt(0)).isZero();
    assertThat(rateAt(1)).isEqualTo(1 / 9.0);
  }

  @Test
  void outcomesAreCountedApart() {
    tally.count(PLACED, START);
    tally.countConflict();

    var figures = tally.figures(3, true, 7, START);

    assertThat(figures)
        .isEqualTo(new SchedulerFigures(START, 3, 1, 0, 0, java.util.Map.of(), 1, true, 7, 0));
  }
}
