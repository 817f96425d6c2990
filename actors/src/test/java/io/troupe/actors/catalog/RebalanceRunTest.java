package io.troupe.actors.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.catalog.RebalanceRun.State;
import io.troupe.actors.catalog.RebalanceRun.Step;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RebalanceRunTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static final Supplier<OperationId> IDS = () -> new OperationId("req-move");

  /** One step for each pair of hosts, such as {@code a-b}. */
  private static RebalanceRun run(int atOnce, String... pairs) {
    var steps = new ArrayList<Step>();
    for (String pair : pairs) {
      var from = new HostId(pair.substring(0, 1));
      var to = new HostId(pair.substring(2));
      steps.add(Step.waiting(id(steps.size()), from, to, 1));
    }
    return new RebalanceRun("req-1", "even", atOnce, false, steps, NOW, NOW, "root", "admin");
  }

  private static InstanceId id(int number) {
    return new InstanceId(new UUID(0, number));
  }

  private static List<State> states(RebalanceRun run) {
    return run.steps().stream().map(Step::state).toList();
  }

  @Test
  void beginsAsManyAsMayBeUnderWay() {
    var begun = run(2, "a-b", "a-c", "a-d").begun(NOW, IDS);

    assertThat(states(begun)).containsExactly(State.MOVING, State.MOVING, State.WAITING);
    assertThat(begun.begun(NOW, IDS)).isEqualTo(begun);
    assertThat(states(begun.ended(id(0), Optional.empty(), NOW).begun(NOW, IDS)))
        .containsExactly(State.DONE, State.MOVING, State.MOVING);
  }

  @Test
  void nobodyGoesWhereAnEarlierOneHasNotLeft() {
    var begun = run(5, "b-c", "a-b", "a-d").begun(NOW, IDS);

    assertThat(states(begun)).containsExactly(State.MOVING, State.WAITING, State.MOVING);
    assertThat(states(begun.ended(id(0), Optional.of("refused"), NOW).begun(NOW, IDS)))
        .containsExactly(State.FAILED, State.MOVING, State.MOVING);
  }

  @Test
  void stoppedOneBeginsNothingAndIsOverWithTheLastThatMoves() {
    var stopping = run(1, "a-b", "a-c").begun(NOW, IDS).stopped(NOW);

    assertThat(stopping.status(NOW)).isEqualTo("stopping");
    assertThat(stopping.isOver()).isFalse();
    var over = stopping.ended(id(0), Optional.empty(), NOW).begun(NOW, IDS);
    assertThat(states(over)).containsExactly(State.DONE, State.WAITING);
    assertThat(over.isOver()).isTrue();
    assertThat(over.status(NOW)).isEqualTo("stopped");
  }

  @Test
  void oneThatIsNotWrittenAgainIsInterruptedAndOneThatIsOverIsNot() {
    var running = run(1, "a-b").begun(NOW, IDS);
    var later = NOW.plus(RebalanceRun.SILENCE).plusSeconds(1);

    assertThat(running.status(NOW)).isEqualTo("running");
    assertThat(running.status(later)).isEqualTo("interrupted");
    assertThat(running.touched(later).status(later)).isEqualTo("running");
    assertThat(running.ended(id(0), Optional.empty(), NOW).status(later)).isEqualTo("finished");
    assertThat(run(1).status(later)).isEqualTo("finished");
  }

  @Test
  void whatHasEndedDoesNotEndAgain() {
    var done = run(1, "a-b").begun(NOW, IDS).ended(id(0), Optional.empty(), NOW);

    assertThat(done.ended(id(0), Optional.of("late"), NOW)).isEqualTo(done);
  }
}
