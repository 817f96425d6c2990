package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.actors.view.IndexFeed;
import io.troupe.actors.view.InstanceIndex;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The indexes of three nodes, with the node's own configuration of what is written and how. */
class ViewOnEveryNodeTest {
  private final ActorTestKit testKit =
      ActorTestKit.create(
          "index-feed",
          ConfigFactory.parseString("pekko.actor.provider = local")
              .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
              .withFallback(ConfigFactory.load()));

  @AfterEach
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void whatOneNodeIsGivenTheOthersShow() {
    var given = startedIndex();
    var others = List.of(startedIndex(), startedIndex());
    var state = Life.active().state();
    var version = new AtomicLong();

    // Given anew each time: what changed before two feeds have met is told only if it is young.
    testKit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(60),
            Duration.ofMillis(500), // longer than a feed collects
            () -> {
              var before = views(given);
              var shown = others.stream().map(ViewOnEveryNodeTest::views).toList();
              given.put(state, version.incrementAndGet());
              assertThat(before).hasSize(1);
              assertThat(shown).containsExactly(before, before);
              return shown;
            });
  }

  private InstanceIndex startedIndex() {
    var index = new InstanceIndex(10);
    testKit.spawn(
        IndexFeed.create(
            index, _ -> CompletableFuture.completedFuture(null), Set::of, Clock.systemUTC()));
    return index;
  }

  private static List<InstanceView> views(InstanceIndex index) {
    var views = new ArrayList<InstanceView>();
    index.all().forEach(views::add);
    return views;
  }
}
