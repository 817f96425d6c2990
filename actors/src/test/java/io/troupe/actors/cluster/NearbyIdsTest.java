package io.troupe.actors.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.core.value.InstanceId;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NearbyIdsTest {
  private static final int SHARDS = 10;

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  "pekko.actor.provider = local, pekko.cluster.sharding.number-of-shards = "
                      + SHARDS)
              .withFallback(ConfigFactory.load()));

  private final NearbyIds ids = new NearbyIds(KIT.system());
  private final TestProbe<Object> probe = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void newInstancesAreInTheShardsThatAreHereUntilTheyMove() {
    assertThat(Stream.generate(ids::next).limit(100).filter(ids::isNear)).isEmpty();

    ActorRef<Object> shard = KIT.spawn(shard(), "7");
    probe.awaitAssert(
        () -> {
          // One of ten shards: twelve draws meet it in seven of ten cases.
          assertThat(Stream.generate(ids::next).limit(1000).filter(ids::isNear).count())
              .isBetween(550L, 850L);
          return null;
        });
    assertThat(Stream.generate(InstanceId::fresh).limit(1000).filter(ids::isNear).count())
        .isBetween(30L, 200L);

    KIT.stop(shard);
    probe.awaitAssert(
        () -> {
          assertThat(Stream.generate(ids::next).limit(100).filter(ids::isNear)).isEmpty();
          return null;
        });
  }

  /** As sharding has it: an actor named by the shard's number, with the entities below it. */
  private Behavior<Object> shard() {
    return Behaviors.setup(
        context -> {
          context.spawn(ids.notingShard(Behaviors.ignore()), "entity");
          return Behaviors.ignore();
        });
  }
}
