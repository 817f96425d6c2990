package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Entities;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An administrator holds placements back and lets them go. */
class SchedulerPauseTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Duration QUIET = Duration.ofMillis(200);

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final TestProbe<Decision> asker = KIT.createTestProbe();
  private final TestProbe<SchedulerFigures> administrator = KIT.createTestProbe();
  private ActorRef<SchedulerActor.Message> scheduler;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void withOneHost() {
    scheduler =
        KIT.spawn(
            SchedulerActor.create(
                nobody(), Set::of, SchedulerSettings.DEFAULT, metrics, Clock.systemUTC()));
    scheduler.tell(new SchedulerActor.HostDelta(HostDraft.named("one").row(), List.of()));
  }

  /** A scheduler without connections asks nobody. */
  private static Entities nobody() {
    return (Entities)
        Proxy.newProxyInstance(
            Entities.class.getClassLoader(),
            new Class<?>[] {Entities.class},
            (_, method, _) -> {
              throw new IllegalStateException(method.getName());
            });
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
    var gaveUp = KIT.<Decision>createTestProbe();
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
    var curious = KIT.<PlacementReport>createTestProbe();

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

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.NoValidHost.class);
    assertThat(figures().removed()).containsExactly(java.util.Map.entry("RamFilter", 1L));
    assertThat(figures().noValidHost()).isEqualTo(1);
  }
}
