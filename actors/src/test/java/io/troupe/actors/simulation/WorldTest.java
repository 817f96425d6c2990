package io.troupe.actors.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Thousands of small clouds in which everything goes wrong that can. {@code -Dtroupe.seed=N} runs
 * one of them again and prints all that happens in it; {@code -Dtroupe.worlds=N} runs more.
 */
class WorldTest {
  private static final long FIRST_SEED = 20_261_120L;

  @Test
  void keepsItsPromisesWhateverGoesWrong() {
    run(World.Script.ANYTHING);
  }

  /** Beside whatever else is being done, and however often that was broken off and resumed. */
  @Test
  void aDeleteInBetweenLeavesNothingBehind() {
    run(World.Script.DELETE_IN_BETWEEN);
  }

  @Test
  void volumesAreWhereEverybodySaysTheyAre() {
    var steps = run(World.Script.VOLUMES);

    if (Long.getLong("troupe.seed") == null) {
      assertThat(steps)
          .contains("reimage_volume", "undo_reimage", "snapshot_volume", "drop_snapshot");
    }
  }

  /** And nobody leaves who is not preemptible, or is no less important. */
  @Test
  void whoHasToLeaveLeavesAndNobodyElse() {
    run(World.Script.PREEMPTION);
  }

  /** The steps that were come to in some world. */
  private static Set<String> run(World.Script script) {
    var replayed = Long.getLong("troupe.seed");
    if (replayed != null) {
      var world = new World(replayed, true, script);
      world.run();
      return world.steps();
    }
    var steps = new TreeSet<String>();
    var worlds = Integer.getInteger("troupe.worlds", 10_000);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + worlds; seed++) {
      try {
        var world = new World(seed, false, script);
        world.run();
        steps.addAll(world.steps());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            script + " world " + seed + "; again with -Dtroupe.seed=" + seed, e);
      }
    }
    return steps;
  }
}
