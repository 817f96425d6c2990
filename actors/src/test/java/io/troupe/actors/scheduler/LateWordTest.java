package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.scheduler.pool.VolumeDecision;
import io.troupe.actors.scheduler.pool.VolumeRequest;
import io.troupe.config.SchedulerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a host has said before a question counts for it, though it comes a moment after. */
class LateWordTest {
  private static final Duration QUIET = Duration.ofMillis(200);
  @RegisterExtension static final Stage stage = new Stage();

  private final Wired others = new Wired();
  private TestProbe<Decision> asker;
  private ActorRef<SchedulerActor.Message> scheduler;

  @BeforeEach
  void withoutHosts() {
    stage.clear();
    asker = stage.probe(Decision.class);
    others.put(
        CatalogActor.Message.class,
        stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
    scheduler =
        stage.enter(
            SchedulerActor.create(
                others, Set::of, SchedulerSettings.DEFAULT, new SimpleMeterRegistry(), stage));
    figures(); // it answers: it knows whether it is paused
  }

  private void place(RequestSpec spec) {
    scheduler.tell(new SchedulerActor.Place(spec, asker.getRef()));
  }

  private void says(HostDraft host) {
    scheduler.tell(new SchedulerActor.HostDelta(host.row(), List.of()));
  }

  private SchedulerFigures figures() {
    return stage.figures(scheduler);
  }

  private void lateWordsAreThere() {
    stage.untilLateWordsAreThere(scheduler);
  }

  @Test
  void aHostThatIsHeardOfAMomentLater() {
    place(RequestDraft.any().spec());
    asker.expectNoMessage(QUIET);

    says(HostDraft.named("new"));
    lateWordsAreThere();

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
    assertThat(figures().noValidHost()).isZero();
  }

  @Test
  void nobodyComesAndItIsRefusedAndCountedOnce() {
    says(HostDraft.named("small"));
    place(RequestDraft.any().asking(1, 1_000_000, 1).spec());
    asker.expectNoMessage(QUIET);

    lateWordsAreThere();

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.NoValidHost.class);
    assertThat(figures().noValidHost()).isEqualTo(1);
    stage.pass(SchedulerActor.WORDS_ARE_LATE);
    asker.expectNoMessage(QUIET);
  }

  @Test
  void whoAsksAgainMeanwhileIsAnsweredOnce() {
    var spec = RequestDraft.any().spec();
    var gaveUp = stage.probe(Decision.class);
    scheduler.tell(new SchedulerActor.Place(spec, gaveUp.getRef()));
    says(HostDraft.named("new"));

    place(spec);
    lateWordsAreThere();

    assertThat(asker.receiveMessage()).isInstanceOf(Decision.Placed.class);
    gaveUp.expectNoMessage(QUIET);
    assertThat(figures().placed()).isEqualTo(1);
  }

  @Test
  void whileAPauseHasBegunItWaits() {
    var spec = RequestDraft.any().spec();
    var gaveUp = stage.probe(Decision.class);
    scheduler.tell(new SchedulerActor.Place(spec, gaveUp.getRef()));
    place(RequestDraft.any().spec());
    stage.ask(scheduler, SchedulerFigures.class, SchedulerActor.Pause::new);
    place(spec);
    lateWordsAreThere();
    asker.expectNoMessage(QUIET);

    says(HostDraft.named("new"));
    stage.ask(scheduler, SchedulerFigures.class, SchedulerActor.Resume::new);

    assertThat(asker.receiveSeveralMessages(2)).allMatch(Decision.Placed.class::isInstance);
    gaveUp.expectNoMessage(QUIET);
  }

  @Test
  void aVolumeLooksTwiceToo() {
    var answers = stage.probe(VolumeDecision.class);
    for (var name : List.of("placed", "refused")) {
      var gib = name.equals("placed") ? 1 : 1_000_000;
      var request = new VolumeRequest(name, gib, Optional.empty(), Set.of());
      scheduler.tell(new SchedulerActor.PlaceVolume(request, answers.getRef()));
    }
    answers.expectNoMessage(QUIET);

    says(HostDraft.named("new"));
    lateWordsAreThere();

    assertThat(answers.receiveSeveralMessages(2))
        .hasOnlyElementsOfTypes(VolumeDecision.Placed.class, VolumeDecision.NoValidBackend.class)
        .filteredOn(VolumeDecision.Placed.class::isInstance)
        .hasSize(1);
  }
}
