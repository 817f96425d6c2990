package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.host.HostActor;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Placed together or not at all; and settings that change while it runs. */
class SchedulerBatchTest {
  private static final Duration QUIET = Duration.ofMillis(200);
  @RegisterExtension static final Stage stage = new Stage();

  private final Wired others = new Wired();
  private volatile SchedulerSettings settings = SchedulerSettings.DEFAULT;
  private TestProbe<Decision> asker;
  private ActorRef<SchedulerActor.Message> scheduler;

  /** Room for eight: "a" has eight vCPUs. */
  @BeforeEach
  void withOneHost() {
    stage.clear();
    asker = stage.probe(Decision.class);
    others.put(
        CatalogActor.Message.class,
        stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
    others.put(
        HostActor.Message.class,
        stage.enter(
            Behaviors.receive(HostActor.Message.class)
                .onMessage(HostActor.Hold.class, SchedulerBatchTest::keepsRoom)
                .build()));
    scheduler =
        stage.enter(
            SchedulerActor.create(
                others, Set::of, () -> settings, new SimpleMeterRegistry(), stage));
    scheduler.tell(new SchedulerActor.HostDelta(HostDraft.named("a").row(), List.of()));
  }

  private static Behavior<HostActor.Message> keepsRoom(HostActor.Hold hold) {
    hold.replyTo()
        .tell(
            new HostActor.Held(
                new HostId("a"), hold.batch(), hold.round(), List.of(), "", Optional.empty()));
    return Behaviors.same();
  }

  private static RequestSpec member(String batch, int size) {
    return RequestDraft.any()
        .spec()
        .with(
            new RequestDetail(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.of(new Batch(batch, size))));
  }

  private void place(RequestSpec spec) {
    scheduler.tell(new SchedulerActor.Place(spec, asker.getRef()));
  }

  private SchedulerFigures figures() {
    return stage.figures(scheduler);
  }

  private int free() {
    var answer = stage.probe(Capacity.class);
    scheduler.tell(new SchedulerActor.GetCapacity(RequestDraft.any().spec(), 100, answer.getRef()));
    return answer.receiveMessage().fits();
  }

  @Test
  void aBatchWaitsForItsLastMemberAndIsPlacedWhole() {
    for (int i = 0; i < 7; i++) {
      place(member("r-1", 8));
    }
    asker.expectNoMessage(QUIET);

    place(member("r-1", 8));

    assertThat(asker.receiveSeveralMessages(8)).allMatch(Decision.Placed.class::isInstance);
    assertThat(free()).isZero();
  }

  @Test
  void oneTooManyAndNoneIsPlaced() {
    for (int i = 0; i < 9; i++) {
      place(member("r-2", 9));
    }
    stage.untilLateWordsAreThere(scheduler);

    var answers = new ArrayList<>(asker.receiveSeveralMessages(9));

    assertThat(answers).allMatch(Decision.NoValidHost.class::isInstance);
    assertThat(((Decision.NoValidHost) answers.getFirst()).explanation().message())
        .contains("removed 1");
    assertThat(free()).as("nothing stays promised").isEqualTo(8);
    assertThat(figures().placed()).as("nor is counted as placed").isZero();
    assertThat(figures().noValidHost()).isEqualTo(1);
  }

  /** And one that does fit does not wait for it. */
  @Test
  void roomThatIsHeardOfAMomentLaterCounts() {
    for (int i = 0; i < 9; i++) {
      place(member("r-5", 9));
    }
    asker.expectNoMessage(QUIET);
    place(member("r-6", 2));
    place(member("r-6", 2));
    assertThat(asker.receiveSeveralMessages(2)).allMatch(Decision.Placed.class::isInstance);

    stage.ask(scheduler, SchedulerFigures.class, SchedulerActor.Pause::new);
    scheduler.tell(new SchedulerActor.HostDelta(HostDraft.named("a").ratio(2).row(), List.of()));
    stage.untilLateWordsAreThere(scheduler);
    asker.expectNoMessage(QUIET); // as everybody else while it is paused
    stage.ask(scheduler, SchedulerFigures.class, SchedulerActor.Resume::new);
    stage.untilLateWordsAreThere(scheduler);

    assertThat(asker.receiveSeveralMessages(9)).allMatch(Decision.Placed.class::isInstance);
    assertThat(free()).isEqualTo(5);
  }

  @Test
  void whoComesAgainAfterwardsIsPlacedByItself() {
    var one = member("r-3", 2);
    place(one);
    place(member("r-3", 2));
    asker.receiveSeveralMessages(2);

    place(one);

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
    place(member("r-4", 5).excluding(new HostId("b")));
    assertThat(asker.receiveMessage()).as("a retry").isInstanceOf(Decision.Placed.class);
  }

  @Test
  void changedSettingsHoldFromTheNextDecisionOn() {
    scheduler.tell(
        new SchedulerActor.HostDelta(HostDraft.named("b").claimed(0, 4096, 0).row(), List.of()));
    place(RequestDraft.any().candidates(1).spec());
    assertThat(host(asker.receiveMessage())).isEqualTo("a");

    settings = SchedulerSettings.DEFAULT.withPolicy(SchedulerPolicy.STRIPING);

    place(RequestDraft.any().candidates(1).spec());
    assertThat(host(asker.receiveMessage())).as("the one without instances").isEqualTo("b");
  }

  private static String host(Decision decision) {
    return ((Decision.Placed) decision).candidates().getFirst().host().value();
  }
}
