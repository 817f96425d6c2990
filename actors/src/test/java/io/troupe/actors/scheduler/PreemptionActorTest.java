package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.config.PreemptionMode;
import io.troupe.config.PreemptionSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scheduler and host between them: one host with room for two, and two preemptible ones on it. */
class PreemptionActorTest {
  private static final HostId HOST = Examples.H1;
  private static final OperationId OPERATION = new OperationId("req-boot");
  private static final RequestSpec SPOT = spot("0");
  private static final RequestSpec OTHER_SPOT = spot("1");
  private static final RequestSpec REQUEST =
      RequestDraft.any().extraSpec(Importance.PRIORITY, "1").spec();
  @RegisterExtension static final Stage stage = new Stage();

  private volatile SchedulerSettings settings;
  private ActorRef<SchedulerActor.Message> scheduler;
  private ActorRef<HostActor.Message> host;
  private TestProbe<InstanceActor.Message> instances;

  private static RequestSpec spot(String priority) {
    return RequestDraft.any()
        .extraSpecs(Map.of(Importance.PREEMPTIBLE, "true", Importance.PRIORITY, priority))
        .spec();
  }

  @BeforeEach
  void aFullHost() {
    stage.clear();
    settings =
        SchedulerSettings.DEFAULT.withPreemption(
            new PreemptionSettings(PreemptionMode.DELETE, 7_000, 4));
    instances = stage.probe(InstanceActor.Message.class);
    var one = OneHost.enter(stage, 2, () -> settings, instances.getRef());
    scheduler = one.scheduler();
    host = one.host();
    assertThat(claim(SPOT)).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(claim(OTHER_SPOT)).isInstanceOf(HostActor.ClaimMade.class);
    stage.until(() -> explained() instanceof Decision.NoValidHost);
  }

  /** Counts nobody anywhere. */
  private Decision explained() {
    return stage
        .ask(
            scheduler,
            PlacementReport.class,
            to -> new SchedulerActor.Explain(RequestDraft.any().spec(), to))
        .decision();
  }

  private HostActor.ClaimReply claim(RequestSpec spec) {
    return stage.ask(host, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(spec, 1, to));
  }

  private Decision place(RequestSpec spec, boolean mayPreempt) {
    return stage.place(scheduler, spec, mayPreempt);
  }

  private TestProbe<HostActor.ClaimReply> preempts(Preemption preemption, int priority) {
    var asker = stage.probe(HostActor.ClaimReply.class);
    host.tell(
        new HostActor.Preempt(preemption, priority, REQUEST.instance(), OPERATION, asker.getRef()));
    return asker;
  }

  private static Preemption named(Decision decision) {
    return ((Decision.NoValidHost) decision).unless().orElseThrow();
  }

  private InstanceActor.MustLeave toldToLeave() {
    for (var message = instances.receiveMessage(); ; message = instances.receiveMessage()) {
      if (message instanceof InstanceActor.MustLeave told) {
        return told;
      }
    }
  }

  @Test
  void theLeastImportantLeavesAndTheRequestClaimsAsAnybodyDoes() {
    var preemption = named(place(REQUEST, true));
    assertThat(preemption.victims()).containsExactly(new Preemption.Victim(SPOT.instance(), 1));

    var asker = preempts(preemption, 1);

    var told = toldToLeave().eviction();
    assertThat(told.host()).isEqualTo(HOST);
    assertThat(told.generation()).isEqualTo(1);
    assertThat(told.graceMillis()).isEqualTo(7_000);
    assertThat(told.by()).isEqualTo(REQUEST.instance());
    asker.expectNoMessage(Duration.ZERO);
    assertThat(claim(REQUEST)).isInstanceOf(HostActor.ClaimRefused.class);

    stage.ask(
        host, HostActor.ClaimReply.class, to -> new HostActor.ReleaseClaim(SPOT.instance(), 1, to));

    assertThat(asker.receiveMessage()).isInstanceOf(HostActor.ClaimGone.class);
    assertThat(claim(REQUEST)).isInstanceOf(HostActor.ClaimMade.class);
  }

  /** The host's word that there is room is still under way when it is asked for. */
  @Test
  void nobodyIsNamedForRoomThatWasJustGivenBack() {
    var answer = stage.probe(Decision.class);
    scheduler.tell(new SchedulerActor.Place(REQUEST, true, answer.getRef()));
    answer.expectNoMessage(Duration.ofMillis(200));

    stage.ask(
        host, HostActor.ClaimReply.class, to -> new HostActor.ReleaseClaim(SPOT.instance(), 1, to));
    stage.until(() -> explained() instanceof Decision.Placed);
    stage.untilLateWordsAreThere(scheduler);

    assertThat(answer.receiveMessage()).isInstanceOf(Decision.Placed.class);
  }

  @Test
  void askedOnceMoreItTellsThemOnceMoreAndAnswersTheLastAsker() {
    var preemption = named(place(REQUEST, true));
    preempts(preemption, 1);
    var first = toldToLeave();

    var again = preempts(preemption, 1);

    assertThat(toldToLeave()).isEqualTo(first);
    stage.ask(
        host, HostActor.ClaimReply.class, to -> new HostActor.ReleaseClaim(SPOT.instance(), 1, to));
    assertThat(again.receiveMessage()).isInstanceOf(HostActor.ClaimGone.class);
  }

  /** The scheduler's view may be old: the claim was renewed, or is as important. */
  @Test
  void theHostTellsNobodyWhoNeedNotLeave() {
    var preemption = named(place(REQUEST, true));

    assertThat(preempts(preemption, 0).receiveMessage()).isInstanceOf(HostActor.ClaimGone.class);
    var renewed =
        new Preemption(
            HOST, List.of(new Preemption.Victim(SPOT.instance(), 2)), PreemptionMode.DELETE, 0);
    assertThat(preempts(renewed, 1).receiveMessage()).isInstanceOf(HostActor.ClaimGone.class);
  }

  @Test
  void nobodyIsNamedToWhomMayNotPreemptOrWhileItIsOff() {
    assertThat(((Decision.NoValidHost) place(REQUEST, false)).unless()).isEmpty();
    settings = SchedulerSettings.DEFAULT;
    assertThat(((Decision.NoValidHost) place(REQUEST, true)).unless()).isEmpty();
  }

  /** What is freed for one is counted for it. */
  @Test
  void theNextRequestEvictsAnother() {
    named(place(REQUEST, true));
    var second = RequestDraft.any().extraSpec(Importance.PRIORITY, "2").spec();

    assertThat(named(place(second, true)).victims()).hasSize(2);
  }
}
