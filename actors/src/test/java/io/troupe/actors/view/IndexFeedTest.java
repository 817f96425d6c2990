package io.troupe.actors.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.view.IndexFeed.Ask;
import io.troupe.actors.view.IndexFeed.Batch;
import io.troupe.actors.view.IndexFeed.ComeTo;
import io.troupe.actors.view.IndexFeed.Message;
import io.troupe.actors.view.IndexFeed.Told;
import io.troupe.actors.view.IndexFeed.ToldUpTo;
import io.troupe.actors.view.Lines.Line;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a feed asks of another that has sent something which did not come. */
class IndexFeedTest {
  private final ActorTestKit testKit =
      ActorTestKit.create(
          "index-feed",
          ConfigFactory.parseString("pekko.actor.provider = local")
              .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
              .withFallback(ConfigFactory.load()));
  private final InstanceIndex index = new InstanceIndex(10);
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final InstantSource clock = () -> Instant.now().plus(ahead.get());
  private final BlockingQueue<Instant> ended = new LinkedBlockingQueue<>();
  private final TestProbe<Message> other = testKit.createTestProbe(Message.class);
  private ActorRef<Message> feed;

  @BeforeEach
  void start() {
    feed = testKit.spawn(IndexFeed.create(index, this::ended, Set::of, clock));
  }

  @AfterEach
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void whatWasSentBeforeItWasMetIsAskedFor() {
    var first = meet();
    answer(first, 4);
    feed.tell(batch(5));
    comesTo(5);
    asksNothing();

    feed.tell(batch(8));

    assertThat(asked().question()).isGreaterThan(first.question());
  }

  @Test
  void theLossOfTheLastBatchIsNoticed() {
    answer(meet(), 4);

    comesTo(5);

    asked();
  }

  @Test
  void itAsksUntilAnAnswerIsWhole() {
    var first = meet();
    feed.tell(new Told(other.getRef(), first.question(), new Lines(List.of(line()))));
    feed.tell(new ToldUpTo(other.getRef(), first.question(), 2, 4)); // one part was lost
    comesTo(4);
    asksNothing(); // the rest may be under way
    ahead.set(Duration.ofSeconds(20));
    comesTo(4);
    var second = asked();
    // Parts of the first are none of the second.
    feed.tell(new Told(other.getRef(), first.question(), new Lines(List.of(line()))));
    feed.tell(new ToldUpTo(other.getRef(), second.question(), 1, 4));
    ahead.set(Duration.ofSeconds(40));
    comesTo(4);
    var third = asked();
    feed.tell(new Told(other.getRef(), third.question(), new Lines(List.of(line()))));
    feed.tell(new ToldUpTo(other.getRef(), third.question(), 1, 4));

    comesTo(4);

    asksNothing();
  }

  @Test
  void whatIsMissedIsAskedForSinceTheTimeWhenNothingWas() {
    answer(meet(), 4);
    var whole = Instant.now();
    asksNothing();

    comesTo(5);
    var first = asked();
    ahead.set(Duration.ofSeconds(20));
    comesTo(6);
    var second = asked();

    assertThat(first.since()).isBefore(whole);
    assertThat(second.since()).isEqualTo(first.since());
  }

  /** Who asks a feed that does not know it yet misses what changes until then. */
  @Test
  void aChangeThatNobodyWasToldIsCounted() {
    feed.tell(new Ask(other.getRef(), 1, Instant.now()));
    var before = other.expectMessageClass(ToldUpTo.class);

    index.put(InstanceState.absent(InstanceId.fresh()), 1);
    feed.tell(new Ask(other.getRef(), 2, Instant.now()));

    assertThat(other.expectMessageClass(ToldUpTo.class).number()).isGreaterThan(before.number());
  }

  @Test
  void ofANodeThatHasEndedWhatItDidSinceItWasHeardMayBeUnknown() throws Exception {
    answer(meet(), 4);
    var heard = Instant.now();
    comesTo(4);

    testKit.system().receptionist().tell(Receptionist.deregister(IndexFeed.KEY, other.getRef()));

    assertThat(ended.poll(10, TimeUnit.SECONDS))
        .isBetween(heard.minusSeconds(31), Instant.now().minusSeconds(30));
  }

  private CompletionStage<Boolean> ended(Instant since) {
    return CompletableFuture.completedFuture(ended.add(since));
  }

  private Ask meet() {
    testKit.system().receptionist().tell(Receptionist.register(IndexFeed.KEY, other.getRef()));
    return asked();
  }

  private Ask asked() {
    return asked(Duration.ofSeconds(10));
  }

  /** What comes beside, what it has come to itself, is of no matter. */
  private Ask asked(Duration patience) {
    return (Ask)
        other
            .fishForMessage(
                patience,
                message ->
                    message instanceof Ask
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore())
            .getLast();
  }

  private void asksNothing() {
    assertThatThrownBy(() -> asked(Duration.ofMillis(500))).isInstanceOf(AssertionError.class);
  }

  private void answer(Ask ask, long number) {
    feed.tell(new ToldUpTo(other.getRef(), ask.question(), 0, number));
  }

  private void comesTo(long number) {
    feed.tell(new ComeTo(other.getRef(), number));
  }

  private Batch batch(long number) {
    var serialization = SerializationExtension.get(testKit.system().classicSystem());
    var lines = serialization.serialize(new Lines(List.of(line()))).get();
    return new Batch(other.getRef(), number, lines);
  }

  private static Line line() {
    return new Line(InstanceId.fresh(), 1, Optional.empty(), true, Optional.empty(), Instant.now());
  }
}
