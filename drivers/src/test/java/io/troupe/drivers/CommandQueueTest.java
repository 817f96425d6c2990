package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.fake.FakeWorld;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandQueueTest {
  private static final int MOST_RUNNING = 5;
  private static final int SPAWNS_PER_HOST = 2;

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  /** Jobs come, end and are withdrawn at random; the bounds hold and everything runs in the end. */
  @ParameterizedTest
  @MethodSource("seeds")
  void boundsHoldAndNothingStarves(int seed) {
    var random = new Random(seed);
    var queue = new CommandQueue(MOST_RUNNING, SPAWNS_PER_HOST);
    var instances = IntStream.range(0, 12).mapToObj(i -> InstanceId.fresh()).toList();
    var inside = new ArrayList<DriverJob>();
    var running = new ArrayList<DriverJob>();
    var arrivals = new ArrayList<DriverJob>();

    for (var step = 0; step < 400 || !inside.isEmpty(); step++) {
      var withdraws = random.nextInt(10) == 0;
      if (step < 400 && random.nextInt(5) < 3) {
        var job = job(random, instances);
        arrivals.add(job);
        inside.add(job);
        queue.add(job);
      } else if (!running.isEmpty() && !(withdraws && step < 400)) {
        end(queue, running.remove(random.nextInt(running.size())), inside);
      } else if (!inside.isEmpty()) {
        var job = inside.get(random.nextInt(inside.size()));
        running.remove(job);
        end(queue, job, inside);
      }
      var started = queue.startable();
      running.addAll(started);

      assertBounds(seed, running);
      for (var job : started) {
        assertThat(inside.stream().filter(each -> each.instance().equals(job.instance())))
            .as("seed %d: first of its instance", seed)
            .first()
            .isSameAs(job);
      }
      assertThat(inside.isEmpty() || !running.isEmpty()).as("seed %d: goes on", seed).isTrue();
    }

    assertThat(arrivals).allMatch(job -> job.place() == DriverJob.Place.OVER);
    assertThat(queue.all()).isEmpty();
  }

  /** They are of one operation and one kind, and yet the answer to the one is none to the other. */
  @Test
  void aSwapOfVolumesIsNotRepeatedByTheOneThatTakesItBack() {
    var queue = new CommandQueue(MOST_RUNNING, SPAWNS_PER_HOST);
    var target = new GuestTarget(InstanceId.fresh(), "h", 1, 1, OperationId.fresh(), Instant.MAX);
    var former = new VolumeRef("former", "former.qcow2", "qcow2");
    var latter = new VolumeRef("latter", "latter.qcow2", "qcow2");
    var swap = new DriverCommand.SwapVolume(target, former, latter);

    queue.add(new DriverJob(swap, TestInbox.<DriverActor.Reply>create().getRef()));

    assertThat(queue.sameAs(swap)).isPresent();
    assertThat(queue.sameAs(new DriverCommand.SwapVolume(target, latter, former))).isEmpty();
  }

  @Test
  void aResizeIsNotRepeatedByTheOneThatTakesItBack() {
    var queue = new CommandQueue(MOST_RUNNING, SPAWNS_PER_HOST);
    var target = new GuestTarget(InstanceId.fresh(), "h", 1, 1, OperationId.fresh(), Instant.MAX);
    var larger = new DriverCommand.Resize(target, new Resources(2, 4096, 40));

    queue.add(new DriverJob(larger, TestInbox.<DriverActor.Reply>create().getRef()));

    assertThat(queue.sameAs(larger)).isPresent();
    assertThat(queue.sameAs(new DriverCommand.Resize(target, new Resources(1, 2048, 20))))
        .isEmpty();
  }

  private static void assertBounds(int seed, List<DriverJob> running) {
    assertThat(running).as("seed %d", seed).hasSizeLessThanOrEqualTo(MOST_RUNNING);
    var busy = new HashSet<InstanceId>();
    for (var job : running) {
      assertThat(busy.add(job.instance())).as("seed %d: one per instance", seed).isTrue();
      assertThat(
              running.stream()
                  .filter(each -> each.isSpawn() && each.host().equals(job.host()))
                  .count())
          .as("seed %d: spawns of %s", seed, job.host())
          .isLessThanOrEqualTo(SPAWNS_PER_HOST);
    }
  }

  private static void end(CommandQueue queue, DriverJob job, List<DriverJob> inside) {
    inside.remove(job);
    queue.remove(job);
  }

  private static DriverJob job(Random random, List<InstanceId> instances) {
    var target =
        new GuestTarget(
            instances.get(random.nextInt(instances.size())),
            "h" + random.nextInt(3),
            1,
            1,
            OperationId.fresh(),
            Instant.MAX);
    DriverCommand command =
        random.nextBoolean() ? FakeWorld.spawn(target) : new DriverCommand.Start(target);
    return new DriverJob(command, TestInbox.<DriverActor.Reply>create().getRef());
  }
}
