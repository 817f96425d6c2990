package io.troupe.actors.host;

import static io.troupe.actors.Examples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HostActorTest {
  private static final ConnectionId CONNECTION = new ConnectionId("c-1");
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 2.0, 1.0, 1.0, 0, 1024, 0, "zone-1");

  @RegisterExtension static final Stage stage = new Stage();

  private volatile boolean enabled = true;
  private ActorRef<HostActor.Message> actor;

  private Behavior<HostActor.Message> behavior() {
    return HostActor.create(
        H1,
        stage,
        (_, _, up) -> new HostState.Surroundings("zone-1", Map.of(), enabled, "", up),
        SETTINGS,
        stage.journalMeter(),
        stage);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  /** 4 vCPUs at a ratio of 2 and 9 GiB of RAM, one reserved: room for eight small ones. */
  private void isSeen() {
    isSeen("through-1");
  }

  private void isSeen(String incarnation) {
    actor.tell(
        new HostActor.Seen(CONNECTION, incarnation, Examples.inventory(H1, 4, 9 * 1024, 100)));
  }

  private static RequestSpec spec(int instance, Optional<GroupSpec> group) {
    return new RequestSpec(
        Examples.instance(instance),
        Examples.PROJECT,
        new Resources(1, 1024, 10),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        group,
        Map.of(),
        Map.of(),
        Map.of(),
        3);
  }

  private HostActor.ClaimReply claim(int instance, long generation) {
    return claim(instance, generation, Optional.empty());
  }

  private HostActor.ClaimReply claim(int instance, long generation, Optional<GroupSpec> group) {
    return stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.MakeClaim(spec(instance, group), generation, to));
  }

  private HostActor.ClaimReply release(int instance, long generation) {
    return stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.ReleaseClaim(Examples.instance(instance), generation, to));
  }

  private HostActor.ClaimReply condemn(int instance, long generation) {
    return stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.Condemn(Examples.instance(instance), generation, false, to));
  }

  private HostView view() {
    return stage.ask(actor, HostActor.ViewReply.class, HostActor.GetView::new).view().orElseThrow();
  }

  private GuestTarget target(int instance, String operation) {
    return new GuestTarget(
        Examples.instance(instance),
        H1.value(),
        1,
        0,
        new OperationId(operation),
        stage.instant().plusSeconds(60));
  }

  private TestProbe<DriverActor.Reply> runs(DriverCommand command) {
    var probe = stage.probe(DriverActor.Reply.class);
    actor.tell(new HostActor.Run(command, probe.getRef()));
    return probe;
  }

  private ConnectionActor.Execute execute() {
    return stage.nextToOthers(ConnectionActor.Execute.class);
  }

  private static void done(ConnectionActor.Execute execute) {
    execute
        .replyTo()
        .tell(
            new DriverActor.Done(
                execute.command().target().operation(),
                execute.command().target().instance(),
                execute.command().name(),
                DriverResult.Guest.in(PowerState.RUNNING)));
  }

  private static DriverCommand.Reboot reboot(GuestTarget target) {
    return new DriverCommand.Reboot(target, false, 0);
  }

  // ---- claims

  @Test
  void aStormClaimsExactlyTheCapacityWhateverTheOrder() {
    isSeen();
    var replies = stage.probe(HostActor.ClaimReply.class);
    IntStream.rangeClosed(1, 200)
        .parallel()
        .forEach(
            number ->
                actor.tell(
                    new HostActor.MakeClaim(spec(number, Optional.empty()), 1, replies.getRef())));

    var made =
        replies.receiveSeveralMessages(200).stream()
            .filter(HostActor.ClaimMade.class::isInstance)
            .count();

    assertThat(made).isEqualTo(8);
    assertThat(view().claimed()).isEqualTo(new Resources(8, 8 * 1024, 80));
  }

  @Test
  void aRefusalNamesTheValues() {
    isSeen();
    IntStream.rangeClosed(1, 8).forEach(number -> claim(number, 1));

    assertThat(claim(9, 1)).isEqualTo(new HostActor.ClaimRefused("1 vCPU asked, 0 free"));
  }

  @Test
  void theSameClaimTwiceIsOne() {
    isSeen();

    assertThat(claim(1, 1)).isEqualTo(claim(1, 1)).isEqualTo(new HostActor.ClaimMade("zone-1"));
    assertThat(view().instances()).hasSize(1);
  }

  @Test
  void anUnknownADisabledAndAnUnreachableHostRefuse() {
    assertThat(claim(1, 1)).isEqualTo(new HostActor.ClaimRefused("unknown host"));
    isSeen();
    enabled = false;
    assertThat(claim(1, 1)).isEqualTo(new HostActor.ClaimRefused("the host is disabled"));
    enabled = true;
    actor.tell(new HostActor.Lost("cut"));
    assertThat(claim(1, 1)).isEqualTo(new HostActor.ClaimRefused("the hypervisor does not answer"));
  }

  @Test
  void twoThatShallStandApartAreKeptApartEvenIfTheSchedulerDidNot() {
    isSeen();
    var apart = Optional.of(new GroupSpec("g", GroupSpec.Policy.ANTI_AFFINITY, 1));
    claim(1, 1, apart);

    assertThat(claim(2, 1, apart)).isInstanceOf(HostActor.ClaimRefused.class);
    assertThat(claim(3, 1)).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void aLateReleaseDoesNotTakeANewerClaim() {
    isSeen();
    claim(1, 2);

    release(1, 1);

    assertThat(view().instances()).hasSize(1);
    release(1, 2);
    assertThat(view().instances()).isEmpty();
  }

  private HostActor.ClaimReply claim(int instance, Resources amount, long generation) {
    var spec = spec(instance, Optional.empty());
    var asked =
        new RequestSpec(
            spec.instance(),
            spec.project(),
            amount,
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            Map.of(),
            3);
    return stage.ask(
        actor, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(asked, generation, to));
  }

  /** An instance that is resized where it is. */
  @Test
  void aClaimGrowsOnlyIfThereIsRoomForTheDifference() {
    isSeen();
    claim(1, 1);
    claim(2, new Resources(1, 5 * 1024, 10), 1); // 6 of 8 GiB

    assertThat(claim(1, new Resources(1, 3 * 1024, 10), 2)).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(claim(1, new Resources(1, 4 * 1024, 10), 3))
        .isEqualTo(new HostActor.ClaimRefused("1024 MiB of RAM more asked, 0 free"));
    assertThat(view().claimed().ramMib()).isEqualTo(8 * 1024);
  }

  @Test
  void aClaimShrinksAlsoWhileTheHypervisorDoesNotAnswer() {
    isSeen();
    claim(1, new Resources(2, 4096, 20), 1);
    actor.tell(new HostActor.Lost("gone"));

    assertThat(claim(1, new Resources(1, 1024, 10), 2)).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(view().claimed()).isEqualTo(new Resources(1, 1024, 10));
    assertThat(claim(1, new Resources(2, 4096, 20), 1))
        .as("late")
        .isInstanceOf(HostActor.ClaimUnsure.class);
    assertThat(view().claimed()).isEqualTo(new Resources(1, 1024, 10));
  }

  @Test
  void claimsAndTheEpochSurviveACrash() {
    isSeen();
    claim(1, 1);
    runs(reboot(target(1, "r-1")));
    assertThat(execute().command().target().epoch()).isEqualTo(1);

    actor = stage.killAndBringBack(actor, behavior());

    assertThat(view().instances()).hasSize(1);
    assertThat(view().up()).as("until it is seen again").isFalse();
    var claims = stage.probe(HostActor.ClaimReply.class);
    actor.tell(new HostActor.MakeClaim(spec(2, Optional.empty()), 1, claims.getRef()));
    runs(reboot(target(1, "r-2")));
    isSeen();
    assertThat(claims.receiveMessage()).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(execute().command().target().epoch()).isEqualTo(2);
  }

  /** The node of the former connection may be paused, with a command of ours under way. */
  @Test
  void aConnectionThatHasMovedMeansANewEpoch() {
    isSeen();
    runs(reboot(target(1, "r-1")));
    assertThat(execute().through()).isEqualTo("through-1");

    isSeen("through-2");
    runs(reboot(target(1, "r-2")));

    var execute = execute();
    assertThat(execute.through()).isEqualTo("through-2");
    assertThat(execute.command().target().epoch()).isEqualTo(2);
    isSeen("through-2");
    runs(reboot(target(1, "r-3")));
    assertThat(execute().command().target().epoch()).isEqualTo(2);
  }

  @Test
  void theSchedulerHearsNothingOfAHostThatHasNotHeardOfItsHypervisor() {
    isSeen();
    stage.nextToOthers(SchedulerActor.HostDelta.class);

    actor = stage.killAndBringBack(actor, behavior());
    actor.tell(new HostActor.Publish());

    stage.nextToOthers(ConnectionActor.Introduce.class);
    actor.tell(new HostActor.Lost("cut"));
    assertThat(stage.nextToOthers(SchedulerActor.HostDelta.class).row().up()).isFalse();
    isSeen();
    assertThat(stage.nextToOthers(SchedulerActor.HostDelta.class).row().up()).isTrue();
  }

  @Test
  void theSchedulerHearsWhereTheDriverIs() {
    var connection = stage.probe(ConnectionActor.Message.class).getRef();
    actor.tell(
        new HostActor.Seen(
            CONNECTION,
            "through-1",
            Examples.inventory(H1, 4, 9 * 1024, 100),
            Set.of(),
            Optional.of(connection)));

    assertThat(stage.nextToOthers(SchedulerActor.HostDelta.class).connection())
        .contains(connection);
  }

  @Test
  void theSchedulerHearsOfEachClaim() {
    isSeen();
    claim(1, 1);

    SchedulerActor.HostDelta delta;
    do {
      delta = stage.nextToOthers(SchedulerActor.HostDelta.class);
    } while (delta.settled().isEmpty());
    assertThat(delta.settled()).containsExactly(Examples.instance(1));
    assertThat(delta.row().claimed().vcpus()).isOne();
    assertThat(delta.row().ioOps()).as("being built").isOne();
  }

  // ---- condemned guests

  @Test
  void aCondemnedGuestIsRemovedWhenTheHostComesBackAndThenTheClaim() {
    isSeen();
    claim(1, 1);
    actor.tell(new HostActor.Lost("cut"));
    assertThat(condemn(1, 1)).isEqualTo(new HostActor.ClaimGone());
    assertThat(view().instances()).as("the guest is still there").hasSize(1);

    isSeen();

    var destroy = execute();
    assertThat(destroy.command()).isInstanceOf(DriverCommand.Destroy.class);
    assertThat(destroy.command().target().generation()).isEqualTo(1);
    done(destroy);
    stage.until(() -> view().instances().isEmpty());
  }

  /** Who waits for a destroy with which the claim shall go. */
  private TestProbe<DriverActor.Reply> leaves() {
    isSeen();
    claim(1, 1);
    var probe = stage.probe(DriverActor.Reply.class);
    var command = new DriverCommand.Destroy(target(1, "r-1"), false);
    actor.tell(new HostActor.Run(command, Optional.of(1L), probe.getRef()));
    return probe;
  }

  @Test
  void theClaimGoesWithTheGuestBeforeItIsSaidToBeGone() {
    var probe = leaves();
    var destroy = execute();
    assertThat(view().instances()).as("the guest is still there").hasSize(1);

    done(destroy);

    assertThat(probe.receiveMessage()).isInstanceOf(DriverActor.Done.class);
    assertThat(view().instances()).isEmpty();
  }

  @Test
  void theClaimStaysWhenTheGuestCannotBeRemoved() {
    var probe = leaves();
    var destroy = execute();

    var failure = new DriverFailure(DriverFailure.Kind.RETRYABLE, "busy");
    destroy.replyTo().tell(DriverActor.Failed.of(destroy.command(), failure));

    assertThat(probe.receiveMessage()).isInstanceOf(DriverActor.Failed.class);
    assertThat(view().instances()).hasSize(1);
  }

  @Test
  void aLaterClaimDoesNotGoWithAnEarlierGuest() {
    var probe = leaves();
    var destroy = execute();
    release(1, 1);
    claim(1, 2);

    done(destroy);

    assertThat(probe.receiveMessage()).isInstanceOf(DriverActor.Done.class);
    assertThat(view().instances()).hasSize(1);
  }

  @Test
  void whatWasAskedBeforeIsNotTheAnswerToWhatIsAskedNow() {
    isSeen();
    claim(1, 1);
    var target = target(1, "r-1");
    var first = runs(reboot(target));
    var answeredLate = execute();
    var second = runs(reboot(target));
    var answered = execute();

    var failure = new DriverFailure(DriverFailure.Kind.HOST_FAULT, "not moved");
    answeredLate.replyTo().tell(DriverActor.Failed.of(answeredLate.command(), failure));
    second.expectNoMessage(Duration.ofMillis(100));
    done(answered);

    assertThat(second.receiveMessage()).isInstanceOf(DriverActor.Done.class);
    first.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aCondemnedGuestThatCannotBeRemovedIsTriedAgainAtTheNextComparison() {
    isSeen();
    claim(1, 1);
    condemn(1, 1);
    var first = execute();
    var failure = new DriverFailure(DriverFailure.Kind.RETRYABLE, "busy");
    first.replyTo().tell(DriverActor.Failed.of(first.command(), failure));

    hypervisorShows();

    done(execute());
    stage.until(() -> view().instances().isEmpty());
  }

  @Test
  void nothingIsClaimedForAnInstanceWhoseEarlierGuestIsStillThere() {
    isSeen();
    claim(1, 1);
    condemn(1, 1);

    assertThat(claim(1, 2)).isInstanceOf(HostActor.ClaimRefused.class);
  }

  // ---- comparing with the hypervisor

  @Test
  void aLeftOverClaimIsCondemned() {
    isSeen();
    claim(1, 1);
    hypervisorShows();

    standsByItsClaim(false);

    assertThat(execute().command()).isInstanceOf(DriverCommand.Destroy.class);
  }

  @Test
  void anAnswerAboutAnEarlierClaimDoesNotCondemnTheNewOne() {
    isSeen();
    claim(1, 1);
    hypervisorShows();
    var question = stage.nextToOthers(InstanceActor.ConfirmClaim.class);
    claim(1, 2);

    question
        .replyTo()
        .tell(new InstanceActor.ClaimConfirmed(Examples.instance(1), H1, 1, false, false, true));

    assertThat(release(2, 1)).isEqualTo(new HostActor.ClaimGone()); // the answer was read by now
    assertThat(claim(1, 2)).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void guestsOfOthersAreShownAndNotTouched() {
    isSeen();
    hypervisorShows(new GuestReport("somebodys", Optional.empty(), 0, PowerState.RUNNING));

    stage.until(() -> view().foreignGuests().equals(List.of("somebodys")));
  }

  /**
   * The hypervisor had been asked before the guest was there, and the instance was shown as gone.
   */
  @Test
  void anAnswerThatMayBeOlderThanACommandSaysNothingOfItsGuest() {
    isSeen();
    claim(1, 1);
    var asker = runs(reboot(target(1, "r")));
    var underWay = execute();
    var question = asksForGuests();
    done(underWay);
    asker.receiveMessage();
    shows(question);

    hypervisorShows();

    var reported = (InstanceActor.Reported) nextToInstance();
    assertThat(reported.report().power()).isEqualTo(PowerState.NOSTATE);
    stage.nothingToOthers(); // it has just used its claim
    hypervisorShows();
    assertThat(nextToInstance()).isInstanceOf(InstanceActor.Reported.class);
    assertThat(nextToInstance()).isInstanceOf(InstanceActor.ConfirmClaim.class);
  }

  @Test
  void anAnswerToAnEarlierQuestionSaysNothing() {
    isSeen();
    claim(1, 1);
    var early = asksForGuests();
    var asker = runs(reboot(target(1, "r")));
    done(execute());
    asker.receiveMessage();
    var late = asksForGuests();

    shows(early);
    shows(late, guest(1));

    var reported = (InstanceActor.Reported) nextToInstance();
    assertThat(reported.report().power()).isEqualTo(PowerState.RUNNING);
  }

  /** It may be on its way to be made, and the word that it is gone would come when it is there. */
  @Test
  void aGuestThatWasNeverSeenIsNotGoneUntilItsInstanceSaysThatItWasMade() {
    isSeen();
    claim(1, 1);

    hypervisorShows();
    standsByItsClaim(true, false);
    hypervisorShows();
    standsByItsClaim(true, true);
    hypervisorShows();

    var reported = (InstanceActor.Reported) nextToInstance();
    assertThat(reported.report().gone()).isTrue();
    stage.nothingToOthers();
  }

  @Test
  void anInstanceThatStandsByItsClaimIsAskedForItRarely() {
    isSeen();
    claim(1, 1);
    hypervisorShows();
    standsByItsClaim(true);

    var asked = 0;
    for (int comparison = 0; comparison < 36; comparison++) {
      actor.tell(new HostActor.Compare());
      var next = stage.nextToOthers();
      for (; !(next instanceof ConnectionActor.ListGuests); next = stage.nextToOthers()) {
        asked += next instanceof InstanceActor.ConfirmClaim ? 1 : 0;
      }
      shows((ConnectionActor.ListGuests) next);
      assertThat(nextToInstance()).isInstanceOf(InstanceActor.Reported.class);
    }
    assertThat(asked).as("and perhaps after the last one").isBetween(2, 3);
  }

  @Test
  void aClaimThatIsNewIsNotTakenForTheOneThatStood() {
    isSeen();
    claim(1, 1);
    hypervisorShows();
    standsByItsClaim(true);
    release(1, 1);
    claim(1, 1);

    hypervisorShows();

    assertThat(stage.nextToOthers(InstanceActor.ConfirmClaim.class).generation()).isEqualTo(1);
  }

  private void hypervisorShows(GuestReport... guests) {
    shows(asksForGuests(), guests);
  }

  private ConnectionActor.ListGuests asksForGuests() {
    actor.tell(new HostActor.Compare());
    return stage.nextToOthers(ConnectionActor.ListGuests.class);
  }

  private static void shows(ConnectionActor.ListGuests question, GuestReport... guests) {
    question.replyTo().tell(new DriverActor.GuestsShown(H1.value(), List.of(guests)));
  }

  private static GuestReport guest(int instance) {
    return new GuestReport(
        "troupe-" + instance, Optional.of(Examples.instance(instance)), 1, PowerState.RUNNING);
  }

  /** The first instance is asked for its claim, and answers. */
  private void standsByItsClaim(boolean stands) {
    standsByItsClaim(stands, true);
  }

  private void standsByItsClaim(boolean stands, boolean atRest) {
    var question = stage.nextToOthers(InstanceActor.ConfirmClaim.class);
    assertThat(question.generation()).isEqualTo(1);
    question
        .replyTo()
        .tell(new InstanceActor.ClaimConfirmed(Examples.instance(1), H1, 1, stands, false, atRest));
  }

  private InstanceActor.Message nextToInstance() {
    return stage.nextToOthers(InstanceActor.Message.class);
  }

  // ---- driver commands

  /** Both of one operation: the destroy was taken for done when the spawn was. */
  @Test
  void anAnswerGoesToWhoeverAskedForThatCommand() {
    isSeen();
    claim(1, 1);
    var rebooting = runs(reboot(target(1, "one")));
    var first = execute();
    var destroying = runs(new DriverCommand.Destroy(target(1, "one")));
    var second = execute();

    done(first);

    assertThat(rebooting.receiveMessage().command()).isEqualTo("reboot");
    destroying.expectNoMessage(Duration.ZERO);
    done(second);
    assertThat(destroying.receiveMessage().command()).isEqualTo("destroy");
  }

  @Test
  void withoutAConnectionACommandMayBeRepeated() {
    var failed = (DriverActor.Failed) runs(reboot(target(1, "r"))).receiveMessage();

    assertThat(failed.failure().kind()).isEqualTo(DriverFailure.Kind.RETRYABLE);
  }

  @Test
  void aForgottenHostIsGone() {
    isSeen();
    actor.tell(new HostActor.Forget());

    assertThat(stage.nextToOthers(SchedulerActor.HostGone.class).host()).isEqualTo(H1);
    assertThat(stage.ask(actor, HostActor.ViewReply.class, HostActor.GetView::new).view())
        .isEmpty();
    assertThat(stage.ask(actor, HostActor.StatusReply.class, HostActor.GetStatus::new).status())
        .isEqualTo(HostStatus.UNKNOWN);
  }

  @Test
  void aGuestThatChangesByItselfIsReportedToItsInstance() {
    isSeen();
    claim(1, 1);
    InstanceId instance = Examples.instance(1);
    actor.tell(
        new HostActor.GuestChanged(
            new io.troupe.drivers.spi.GuestEvent(
                "h1", instance, 1, PowerState.CRASHED, "it crashed", stage.instant())));

    var reported = (InstanceActor.Reported) nextToInstance();
    assertThat(reported.report().power()).isEqualTo(PowerState.CRASHED);
    assertThat(reported.report().reason()).isEqualTo("it crashed");
  }
}
