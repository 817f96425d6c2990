package io.troupe.actors.rebalance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.H3;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.catalog.CatalogInMemory;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.actors.catalog.RebalanceRun.State;
import io.troupe.actors.catalog.RebalanceRun.Step;
import io.troupe.actors.drain.DrainWorld;
import io.troupe.actors.instance.VmState;
import io.troupe.core.value.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Time passes, and the plan is looked at; who looks at it dies, and the next one goes on. */
class RebalanceActorTest {
  @RegisterExtension static final Stage stage = new Stage();

  private DrainWorld world;
  private CatalogInMemory catalog;
  private RebalanceRunner runner;
  private ActorRef<RebalanceActor.Message> actor;

  /** Five servers on one host, to go to two others by turns. */
  @BeforeEach
  void enter() {
    stage.clear();
    world = new DrainWorld();
    catalog = new CatalogInMemory();
    runner = new RebalanceRunner(catalog, world, stage);
    for (int i = 0; i < 5; i++) {
      world.put(i, VmState.ACTIVE, H1, Map.of());
    }
    actor = stage.enter(behavior());
  }

  private Behavior<RebalanceActor.Message> behavior() {
    return RebalanceActor.create(new RebalanceRunner(catalog, world, stage));
  }

  private static HostId destination(int number) {
    return number % 2 == 0 ? H2 : H3;
  }

  private void start() {
    var steps = new ArrayList<Step>();
    for (int i = 0; i < 5; i++) {
      steps.add(Step.waiting(Examples.instance(i), H1, destination(i), 1));
    }
    start(steps);
  }

  private void start(List<Step> steps) {
    var now = stage.instant();
    runner
        .start(new RebalanceRun("req-1", "even", 2, false, steps, now, now, "root", "admin"))
        .toCompletableFuture()
        .join();
  }

  private RebalanceRun run() {
    return runner.current().toCompletableFuture().join().orElseThrow();
  }

  private void untilOver() {
    stage.until(
        () -> {
          world.work();
          stage.pass(RebalanceActor.PAUSE);
          return run().isOver();
        });
  }

  private void untilTwoAreUnderWay() {
    stage.until(
        () -> {
          stage.pass(RebalanceActor.PAUSE);
          return world.underWay() == 2;
        });
  }

  @Test
  void movesAreBegunAFewAtATimeUntilAllAreDone() {
    start();
    untilTwoAreUnderWay();
    assertThat(run().count(State.MOVING)).isEqualTo(2);

    untilOver();

    assertThat(run().count(State.DONE)).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      assertThat(world.hostOf(i)).isEqualTo(destination(i));
    }
    assertThat(world.begun)
        .allSatisfy(command -> assertThat(command.origin().userId()).isEqualTo("root"));
  }

  @Test
  void nextOneGoesOnWhereTheLastOneDied() {
    start();
    untilTwoAreUnderWay();

    actor = stage.killAndBringBack(actor, behavior());
    untilOver();

    assertThat(run().count(State.DONE)).isEqualTo(5);
    assertThat(world.begun).as("each once").hasSize(5);
  }

  @Test
  void writtenAndNotSentItIsSentByTheNextOne() {
    world.isCutOff = true;
    start();
    stage.until(
        () -> {
          stage.pass(RebalanceActor.PAUSE);
          return run().count(State.MOVING) == 2;
        });
    assertThat(world.begun).isEmpty();
    stage.leave(actor);

    world.isCutOff = false;
    actor = stage.enter(behavior());
    untilOver();

    assertThat(run().count(State.DONE)).isEqualTo(5);
    assertThat(world.begun).hasSize(5);
  }

  @Test
  void oneThatFailsOrIsRefusedOrDeletedDoesNotStopTheRest() {
    world.failsNext(0, 1);
    world.refusesLive(1);
    start();
    untilTwoAreUnderWay();
    world.delete(4);

    untilOver();

    assertThat(run().steps())
        .extracting(Step::state)
        .containsExactly(State.FAILED, State.FAILED, State.DONE, State.DONE, State.FAILED);
    assertThat(run().steps().get(0).detail()).isEqualTo("No valid host was found.");
    assertThat(run().steps().get(1).detail()).startsWith("refused: ");
    assertThat(run().steps().get(4).detail()).isEqualTo("it was deleted");
  }

  @Test
  void stoppedItBeginsNothingMore() {
    start();
    untilTwoAreUnderWay();
    runner.stop().toCompletableFuture().join();

    untilOver();
    stage.pass(RebalanceActor.PAUSE);

    assertThat(run().count(State.DONE)).isEqualTo(2);
    assertThat(run().status(stage.instant())).isEqualTo("stopped");
    assertThat(world.begun).hasSize(2);
  }

  /** A move without an operation's id is looked at as that release did it, and not sent. */
  @Test
  void planOfAFormerReleaseIsGoneOnWith() {
    world.put(7, VmState.ACTIVE, H2, Map.of());
    start(
        List.of(
            new Step(Examples.instance(7), H1, H2, 1, State.MOVING, "", Optional.empty()),
            new Step(Examples.instance(0), H1, H2, 1, State.MOVING, "", Optional.empty()),
            Step.waiting(Examples.instance(1), H1, H3, 1)));

    untilOver();

    assertThat(run().steps())
        .extracting(Step::state)
        .containsExactly(State.DONE, State.FAILED, State.DONE);
    assertThat(world.begun).hasSize(1);
  }
}
