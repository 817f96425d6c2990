package io.troupe.actors.drain;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.catalog.CatalogInMemory;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.catalog.HostDrain.Terms;
import io.troupe.actors.instance.VmState;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Time passes, and the drain's actor looks; it dies, and the next one goes on. */
class DrainActorTest {
  @RegisterExtension static final Stage stage = new Stage();

  private DrainWorld world;
  private CatalogInMemory catalog;
  private Drains drains;
  private ActorRef<DrainActor.Message> actor;

  @BeforeEach
  void enter() {
    stage.clear();
    world = new DrainWorld();
    catalog = new CatalogInMemory();
    drains = new Drains(catalog, world, stage);
    world.put(901, VmState.ACTIVE, H2, Map.of());
    for (int i = 0; i < 5; i++) {
      world.put(i, i % 2 == 0 ? VmState.ACTIVE : VmState.STOPPED, H1, Map.of());
    }
    actor = stage.enter(behavior());
  }

  private org.apache.pekko.actor.typed.Behavior<DrainActor.Message> behavior() {
    return DrainActor.create(new DrainRunner(catalog, world, world, stage));
  }

  private HostDrain drain() {
    return drains.of(H1).toCompletableFuture().join().orElseThrow();
  }

  private void start() {
    drains.start(H1, "new memory", Terms.USUAL, Examples.adminOrigin("req-drain"));
  }

  private void untilDrained() {
    stage.until(
        () -> {
          world.work();
          stage.pass(DrainActor.PAUSE);
          return drain().status().equals("drained");
        });
  }

  @Test
  void looksUntilTheHostIsDrainedAndAtWhatComesLate() {
    start();
    untilDrained();
    assertThat(world.claimsOf(H1)).isEmpty();

    world.put(7, VmState.ACTIVE, H1, Map.of());
    stage.until(
        () -> {
          world.work();
          stage.pass(DrainActor.PAUSE);
          return drain().count(State.MOVED) == 6;
        });
    assertThat(world.hostOf(7)).isEqualTo(H2);
  }

  @Test
  void nextOneGoesOnWhereTheLastOneDied() {
    start();
    stage.until(
        () -> {
          stage.pass(DrainActor.PAUSE);
          return world.underWay() == 2;
        });

    actor = stage.killAndBringBack(actor, behavior());
    untilDrained();

    assertThat(world.claimsOf(H1)).isEmpty();
    assertThat(world.begun).as("three live, two cold and confirmed").hasSize(7);
    assertThat(drain().count(State.MOVED)).isEqualTo(5);
  }

  @Test
  void oneThatFailsToBeAskedIsAskedAgain() {
    world.isCutOff = true;
    start();
    stage.until(
        () -> {
          stage.pass(DrainActor.PAUSE);
          return drain().count(State.MOVING) == 2;
        });
    assertThat(world.begun).isEmpty();

    world.isCutOff = false;
    untilDrained();
    assertThat(world.begun).hasSize(7);
  }
}
