package io.troupe.actors.host;

import static io.troupe.actors.Examples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an administrator decides about a host holds at once, and after a crash. */
class HostAdministrationTest {
  private static final ConnectionId CONNECTION = new ConnectionId("c-1");

  @RegisterExtension static final Stage stage = new Stage();

  private volatile String zone = "zone-1";
  private ActorRef<HostActor.Message> actor;

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
    isSeen();
    row();
  }

  private Behavior<HostActor.Message> behavior() {
    return HostActor.create(
        H1,
        stage,
        (_, _, up) -> new HostState.Surroundings(zone, Map.of(), true, "", up),
        FleetSettings.DEFAULT,
        stage.journalMeter(),
        stage);
  }

  private void isSeen() {
    actor.tell(
        new HostActor.Seen(CONNECTION, "through-1", Examples.inventory(H1, 4, 9 * 1024, 100)));
  }

  /** What the scheduler hears next. */
  private HostRow row() {
    return stage.nextToOthers(SchedulerActor.HostDelta.class).row();
  }

  /** And what it hears at once, after an administrator's decision. */
  private HostRow rowAtOnce() {
    return stage.nextToOthers(SchedulerActor.HostDeltas.class).deltas().getFirst().row();
  }

  private HostActor.AdministerReply administer(Administration.Change change) {
    return stage.ask(
        actor, HostActor.AdministerReply.class, to -> new HostActor.Administer(change, to));
  }

  private HostActor.ClaimReply claim(int instance, Optional<String> wantedZone) {
    var spec =
        new RequestSpec(
            Examples.instance(instance),
            Examples.PROJECT,
            new Resources(1, 1024, 10),
            wantedZone,
            Optional.empty(),
            Set.of(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            Map.of(),
            3);
    return stage.ask(actor, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(spec, 1, to));
  }

  @Test
  void aDisabledHostTakesNothingNew() {
    assertThat(claim(1, Optional.empty())).isInstanceOf(HostActor.ClaimMade.class);
    row();

    var view = administer(Administration.Change.disable("new disk")).view().orElseThrow();

    assertThat(view.enabled()).isFalse();
    assertThat(view.disabledReason()).isEqualTo("new disk");
    assertThat(rowAtOnce().enabled()).isFalse();
    assertThat(claim(2, Optional.empty())).isInstanceOf(HostActor.ClaimRefused.class);
    assertThat(claim(1, Optional.empty())).as("it has it").isInstanceOf(HostActor.ClaimMade.class);
    assertThat(administer(Administration.Change.enable()).view().orElseThrow().disabledReason())
        .isEmpty();
    assertThat(claim(2, Optional.empty())).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void aForcedDownHostCountsAsDownThoughItAnswers() {
    administer(Administration.Change.forceDown(true));

    assertThat(rowAtOnce().up()).isFalse();
    assertThat(claim(1, Optional.empty()))
        .isEqualTo(new HostActor.ClaimRefused("the host is forced down"));
    isSeen();
    assertThat(claim(1, Optional.empty())).isInstanceOf(HostActor.ClaimRefused.class);
    var view = administer(Administration.Change.forceDown(false)).view().orElseThrow();
    assertThat(view.up()).isTrue();
    assertThat(claim(1, Optional.empty())).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void itsStatusIsOneWord() {
    assertThat(status()).isEqualTo(HostStatus.UP);
    administer(Administration.Change.disable("why"));
    assertThat(status()).isEqualTo(HostStatus.MAINTENANCE);
    administer(Administration.Change.forceDown(true));
    assertThat(status()).isEqualTo(HostStatus.DOWN);
  }

  private HostStatus status() {
    return stage.ask(actor, HostActor.StatusReply.class, HostActor.GetStatus::new).status();
  }

  @Test
  void aCrashForgetsNothingOfIt() {
    administer(Administration.Change.disable("why"));
    administer(Administration.Change.forceDown(true));

    actor = stage.killAndBringBack(actor, behavior());

    var view = stage.ask(actor, HostActor.ViewReply.class, HostActor.GetView::new).view();
    assertThat(view.orElseThrow().disabledReason()).isEqualTo("why");
    assertThat(view.orElseThrow().forcedDown()).isTrue();
  }

  @Test
  void whatIsSoAlreadyIsNotWrittenAgain() {
    administer(Administration.Change.disable("why"));
    var writes = stage.journal("host|" + H1.value()).size();

    administer(Administration.Change.disable("why"));

    assertThat(stage.journal("host|" + H1.value())).hasSize(writes);
  }

  @Test
  void removedOnlyWhenEmptyAndBackAsNew() {
    claim(1, Optional.empty());
    administer(Administration.Change.disable("why"));
    var refused = stage.ask(actor, HostActor.AdministerReply.class, HostActor.Remove::new);
    assertThat(refused.refusal().orElseThrow()).isInstanceOf(Rejection.Conflict.class);
    stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.ReleaseClaim(Examples.instance(1), 1, to));

    var removed = stage.ask(actor, HostActor.AdministerReply.class, HostActor.Remove::new);

    assertThat(removed.view()).isPresent();
    assertThat(stage.nextToOthers(SchedulerActor.HostGone.class).host()).isEqualTo(H1);
    assertThat(administer(Administration.Change.enable()).refusal().orElseThrow())
        .isInstanceOf(Rejection.NotFound.class);
    isSeen();
    assertThat(row().enabled()).isTrue();
  }

  @Test
  void aZoneThatWasTakenAwayMeanwhileIsNotGiven() {
    assertThat(claim(1, Optional.of("zone-1"))).isInstanceOf(HostActor.ClaimMade.class);

    zone = "zone-2";

    assertThat(claim(2, Optional.of("zone-1")))
        .isEqualTo(new HostActor.ClaimRefused("the host is in availability zone zone-2 now"));
  }
}
