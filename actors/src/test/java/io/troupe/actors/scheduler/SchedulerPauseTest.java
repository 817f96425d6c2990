package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.CatalogState;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An administrator holds placements back and lets them go. */
class SchedulerPauseTest {
  @RegisterExtension static final Stage stage = new Stage();
  private static final Duration QUIET = Duration.ofMillis(200);

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Wired others = new Wired();
  private TestProbe<Decision> asker;
  private TestProbe<SchedulerFigures> administrator;
  private ActorRef<CatalogActor.Message> catalog;
  private ActorRef<SchedulerActor.Message> scheduler;

  @BeforeEach
  void withOneHost() {
    stage.clear();
    asker = stage.probe(Decision.class);
    administrator = stage.probe(SchedulerFigures.class);
    catalog = catalog();
    others.put(CatalogActor.Message.class, catalog);
    scheduler = anotherNode();
  }

  private static ActorRef<CatalogActor.Message> catalog() {
    return stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {}));
  }

  /** One scheduler at a time; without connections it waits for the catalog only. */
  private ActorRef<SchedulerActor.Message> anotherNode() {
    var started =
        stage.enter(
            SchedulerActor.create(others, Set::of, SchedulerSettings.DEFAULT, metrics, stage));
    started.tell(new SchedulerActor.HostDelta(HostDraft.named("one").row(), List.of()));
    return started;
  }

  private SchedulerFigures pause() {
    scheduler.tell(new SchedulerActor.Pause(administrator.getRef()));
    return administrator.receiveMessage();
  }

  private SchedulerFigures resume() {
    scheduler.tell(new SchedulerActor.Resume(administrator.getRef()));
    return administrator.receiveMessage();
  }

  private SchedulerFigures figures() {
    scheduler.tell(new SchedulerActor.GetFigures(administrator.getRef()));
    return administrator.receiveMessage();
  }

  @Test
  void placementsWaitUntilItIsResumed() {
    assertThat(pause().paused()).isTrue();
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));

    asker.expectNoMessage(QUIET);
    assertThat(figures().waiting()).isEqualTo(2);
    assertThat(figures().placed()).isZero();

    resume();

    assertThat(asker.receiveSeveralMessages(2)).allMatch(Decision.Placed.class::isInstance);
    assertThat(figures())
        .satisfies(
            now -> {
              assertThat(now.paused()).isFalse();
              assertThat(now.waiting()).isZero();
              assertThat(now.placed()).isEqualTo(2);
            });
  }

  @Test
  void anInstanceThatAsksAgainWaitsOnce() {
    pause();
    var gaveUp = stage.probe(Decision.class);
    var request = RequestDraft.any().spec();
    scheduler.tell(new SchedulerActor.Place(request, gaveUp.getRef()));
    scheduler.tell(new SchedulerActor.Place(request, asker.getRef()));
    assertThat(figures().waiting()).isEqualTo(1);

    resume();

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
    gaveUp.expectNoMessage(QUIET);
  }

  @Test
  void questionsAreAnsweredWhilePaused() {
    pause();
    var curious = stage.probe(PlacementReport.class);

    scheduler.tell(new SchedulerActor.Explain(RequestDraft.any().spec(), curious.getRef()));

    assertThat(curious.receiveMessage().decision()).isInstanceOf(Decision.Placed.class);
  }

  @Test
  void resumingWhatIsNotPausedChangesNothing() {
    assertThat(resume().paused()).isFalse();
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
  }

  @Test
  void aRefusedClaimIsAConflict() {
    scheduler.tell(new SchedulerActor.ClaimRefused(new HostId("one")));

    assertThat(figures().conflicts()).isEqualTo(1);
    assertThat(metrics.get("troupe.scheduler.conflicts").counter().count()).isEqualTo(1);
  }

  @Test
  void refusalsAreCountedByFilter() {
    scheduler.tell(
        new SchedulerActor.Place(
            RequestDraft.any().asking(1, 1_000_000, 1).spec(), asker.getRef()));
    stage.untilLateWordsAreThere(scheduler);

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.NoValidHost.class);
    assertThat(figures().removed()).containsExactly(java.util.Map.entry("RamFilter", 1L));
    assertThat(figures().noValidHost()).isEqualTo(1);
  }

  @Test
  void aPauseLastsWhenTheSchedulerMoves() {
    pause();

    scheduler = anotherNode();
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));

    asker.expectNoMessage(QUIET);
    assertThat(figures().paused()).isTrue();
    resume();
    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
    scheduler = anotherNode();
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));
    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
  }

  @Test
  void nothingIsAnsweredBeforeTheCatalogSaysWhetherItIsPaused() {
    pause();
    var shard = stage.probe(CatalogActor.Message.class);
    others.put(CatalogActor.Message.class, shard.getRef());
    scheduler = anotherNode();
    scheduler.tell(new SchedulerActor.Place(RequestDraft.any().spec(), asker.getRef()));
    var question = shard.expectMessageClass(CatalogActor.GetAll.class);

    for (int i = 0; i < 3; i++) { // by then it has given up waiting for hosts
      stage.pass(Duration.ofSeconds(4));
      question = shard.expectMessageClass(CatalogActor.GetAll.class);
    }

    asker.expectNoMessage(QUIET);
    question.replyTo().tell(new CatalogActor.All("scheduling-pause", 2, List.of()));
    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
  }

  /** Told before, a paused scheduler that has just moved would show as one that is not. */
  @Test
  void figuresWaitForTheCatalogToo() {
    pause();
    var shard = stage.probe(CatalogActor.Message.class);
    others.put(CatalogActor.Message.class, shard.getRef());
    scheduler = anotherNode();
    var question = shard.expectMessageClass(CatalogActor.GetAll.class);
    scheduler.tell(new SchedulerActor.GetFigures(administrator.getRef()));
    administrator.expectNoMessage(QUIET);

    catalog.tell(question);

    assertThat(administrator.receiveMessage().paused()).isTrue();
  }

  @Test
  void aPauseIsAnsweredOnceItIsWritten() {
    figures(); // the first scheduler has read what it wanted to
    var shard = stage.probe(CatalogActor.Message.class);
    others.put(CatalogActor.Message.class, shard.getRef());
    scheduler = anotherNode();
    shard.expectMessageClass(CatalogActor.GetAll.class);
    scheduler.tell(new SchedulerActor.Pause(administrator.getRef()));
    var write = shard.expectMessageClass(CatalogActor.Create.class);
    administrator.expectNoMessage(QUIET);

    write.replyTo().tell(new CatalogActor.Written(new CatalogState.Versioned(write.entry(), 1), 1));

    assertThat(administrator.receiveMessage().paused()).isTrue();
  }
}
