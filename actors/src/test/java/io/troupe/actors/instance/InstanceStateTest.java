package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.H3;
import static io.troupe.actors.Examples.origin;
import static io.troupe.actors.instance.Life.failure;
import static io.troupe.actors.instance.Life.placed;
import static io.troupe.drivers.spi.DriverFailure.Kind.HOST_FAULT;
import static io.troupe.drivers.spi.DriverFailure.Kind.INSTANCE_FAULT;
import static io.troupe.drivers.spi.DriverFailure.Kind.RETRYABLE;
import static io.troupe.drivers.spi.DriverFailure.Kind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InstanceStateTest {
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");

  private static StepOutcome.Guest guest(PowerState power) {
    return new StepOutcome.Guest(true, power);
  }

  @Nested
  class Boot {
    @Test
    void asksForQuotaThenPlaceThenClaimThenPortsThenGuest() {
      var life = Life.asked(2);

      assertThat(life.todo())
          .containsExactly(
              StepKind.RESERVE,
              StepKind.PLACE,
              StepKind.CLAIM,
              StepKind.NETWORK,
              StepKind.NETWORK,
              StepKind.SPAWN);
      assertThat(life.asks().what())
          .isEqualTo(
              new Effect.ReserveQuota(
                  Examples.PROJECT, Examples.boot(2).flavor().resources(), Optional.empty(), 0));
    }

    @Test
    void isSeenByNobodyUntilTheQuotaAgrees() {
      var life = Life.asked(1);
      assertThat(life.state().visible()).isFalse();

      life.gets(DONE);

      assertThat(life.state().visible()).isTrue();
      assertThat(life.state().taskState()).contains(TaskState.SCHEDULING);
    }

    @Test
    void endsActiveWithHostZonePowerAndAddress() {
      var state = Life.active().state();

      assertThat(state.vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(state.power()).isEqualTo(PowerState.RUNNING);
      assertThat(state.host()).contains(H1);
      assertThat(state.zone()).contains("zone-1");
      assertThat(state.nics()).containsExactly(Examples.nic(0));
      assertThat(state.launchedAt()).contains(Examples.NOW);
      assertThat(state.operation()).isEmpty();
      assertThat(state.trails().getFirst().finishedAt()).isPresent();
      assertThat(state.trails().getFirst().error()).isEmpty();
    }

    @Test
    void tellsTheDriverTheGenerationThatItClaimedWith() {
      var life = Life.atSpawn();

      var run = (Effect.RunOnHost) life.asks().what();

      assertThat(run.host()).isEqualTo(H1);
      assertThat(run.command()).isInstanceOf(DriverCommand.Spawn.class);
      assertThat(run.command().target().generation()).isEqualTo(life.state().generation());
      assertThat(((DriverCommand.Spawn) run.command()).spec().nics()).hasSize(1);
    }

    @Test
    void askedTwiceWithTheSameRequestIdIsOneBoot() {
      var life = Life.asked(1);

      life.ignores(new UserCommand.Boot(origin("boot"), Examples.boot(1)));
    }

    @Test
    void ofAnIdThatIsTakenIsRefused() {
      var life = Life.active();

      assertThat(life.refuses(new UserCommand.Boot(origin("other"), Examples.boot(1))))
          .isInstanceOf(Rejection.Conflict.class);
    }

    @Test
    void refusedByTheQuotaNeverWas() {
      var reason = new Rejection.QuotaExceeded("instances", 1, 10, 10);

      var life = Life.asked(1).gets(new StepOutcome.Refused(reason));

      assertThat(life.state().phase()).isEqualTo(InstanceState.Phase.REFUSED);
      assertThat(life.state().refusal()).contains(reason);
      assertThat(life.state().visible()).isFalse();
      assertThat(life.refuses(new UserCommand.Delete(origin("d"))))
          .isInstanceOf(Rejection.NotFound.class);
    }

    /** Asked twice, since the project was slow: what was refused first was granted later. */
    @Test
    void refusedByTheQuotaMakesSureThatItIsNotCounted() {
      var reason = new Rejection.QuotaExceeded("instances", 1, 10, 10);
      var life = Life.asked(1).gets(new StepOutcome.Refused(reason));
      assertThat(life.asks().what()).isEqualTo(new Effect.ReleaseQuota(Examples.PROJECT));

      life.gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().deleted()).isTrue();
      assertThat(life.state().phase()).isEqualTo(InstanceState.Phase.REFUSED);
      assertThat(life.state().trails().getFirst().error()).isPresent();
    }

    @Test
    void whoseQuotaDoesNotAnswerByTheDeadlineGoesOnAsking() {
      var life = Life.asked(1).after(Duration.ofDays(1));
      var operation = life.state().operation().orElseThrow();

      assertThat(life.decide(new DeadlinePassed(operation.id())))
          .isInstanceOf(Decision.AskAgain.class);
    }

    @Test
    void whoseClaimIsRefusedGoesToTheAlternate() {
      var life = Life.asked(1).gets(DONE).gets(placed(H1, H2));
      var before = life.state().generation();

      life.gets(new StepOutcome.ClaimRefused("full"));

      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.host()).isEqualTo(H2);
      assertThat(claim.generation()).isGreaterThan(before);
      assertThat(claim.spec().excluded()).containsExactly(H1);
    }

    @Test
    void whoseLastCandidateRefusesAsksTheSchedulerAnewWithoutThoseTried() {
      var life = Life.asked(1).gets(DONE).gets(placed(H1, H2));

      life.gets(new StepOutcome.ClaimRefused("full")).gets(new StepOutcome.ClaimRefused("full"));

      var place = (Effect.Place) life.asks().what();
      assertThat(place.spec().excluded()).isEqualTo(Set.of(H1, H2));
    }

    @Test
    void refusedByEverybodyEndsInErrorAfterABoundedNumberOfPlacements() {
      var life = Life.asked(1).gets(DONE);
      var placements = 0;

      while (life.asks().step().kind() == StepKind.PLACE) {
        life.gets(placed(new HostId("full-" + placements++)));
        life.gets(new StepOutcome.ClaimRefused("full"));
      }
      life.gets(DONE);

      assertThat(placements).isEqualTo(Life.SETTINGS.placements());
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().fault().orElseThrow().message())
          .startsWith("No valid host was found.")
          .contains("full");
    }

    @Test
    void forcedToAHostThatRefusesTriesNoOther() {
      var request = Examples.boot(Examples.flavor(), 0, Optional.of("h1"), Optional.empty());
      var life = Life.absent().does(new UserCommand.Boot(origin("b"), request)).gets(DONE);

      life.gets(placed(H1)).gets(new StepOutcome.ClaimRefused("full"));

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    }

    @Test
    void withoutAHostEndsInErrorAndSaysWhy() {
      var life = Life.asked(1).gets(DONE).gets(new StepOutcome.NoHost("RamFilter removed 3"));
      assertThat(life.todo()).containsExactly(StepKind.RELEASE_PORTS);

      life.gets(DONE);

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().fault().orElseThrow().message())
          .isEqualTo("No valid host was found. RamFilter removed 3");
      assertThat(life.state().host()).isEmpty();
    }

    @Test
    void withoutAPortGivesEverythingBackButTheQuota() {
      var life =
          Life.asked(2).gets(DONE).gets(placed(H1, H2)).gets(new StepOutcome.Claimed("zone-1"));

      life.gets(new StepOutcome.NotAttached(new Rejection.Conflict("no address")));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.RELEASE_PORTS,
              StepKind.RELEASE_PORTS);
      life.gets(guest(PowerState.NOSTATE)).gets(DONE).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().fault().orElseThrow().code()).isEqualTo(400);
      assertThat(life.state().host()).isEmpty();
    }

    @Test
    void whoseSpawnFailsLeavesTheHostAndGoesToTheNext() {
      var life = Life.atSpawn().gets(failure(HOST_FAULT));
      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.CLAIM, StepKind.SPAWN);
      var first = life.state().generation();

      life.gets(guest(PowerState.NOSTATE)).gets(DONE);

      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.host()).isEqualTo(H2);
      assertThat(claim.generation()).isGreaterThan(first);
      life.gets(new StepOutcome.Claimed("zone-2")).gets(guest(PowerState.RUNNING));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().nics()).hasSize(1);
    }

    @Test
    void whoseSpawnsAllFailEndsInError() {
      var life = Life.atSpawn();
      for (int attempt = 1; attempt < Life.SETTINGS.spawnAttempts(); attempt++) {
        life.gets(failure(RETRYABLE)).gets(guest(PowerState.NOSTATE)).gets(DONE);
        life.gets(new StepOutcome.Claimed("z"));
      }

      life.gets(failure(HOST_FAULT)).gets(guest(PowerState.NOSTATE)).gets(DONE).gets(DONE);

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().fault().orElseThrow().message())
          .startsWith("Exceeded maximum number of retries.");
    }

    @Test
    void whoseSpawnIsTheRequestsOwnFaultTriesNoOtherHost() {
      for (var kind : List.of(INSTANCE_FAULT, UNSUPPORTED)) {
        var life = Life.atSpawn().gets(failure(kind));

        assertThat(life.todo())
            .containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.RELEASE_PORTS);
      }
    }

    @Test
    void whoseTimeIsUpGivesEverythingBack() {
      var life = Life.atSpawn().late();

      assertThat(life.todo())
          .containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.RELEASE_PORTS);
      life.gets(guest(PowerState.NOSTATE)).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().fault().orElseThrow().message()).contains("timed out at step spawn");
    }

    @Test
    void whoseCleaningUpHangsLeavesTheGuestToItsHost() {
      var life = Life.atSpawn().late().late();

      assertThat(life.todo()).containsExactly(StepKind.CONDEMN, StepKind.RELEASE_PORTS);
      life.gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().host()).isEmpty();
    }
  }

  @Nested
  class AnAnswer {
    @Test
    void thatComesTwiceCountsOnce() {
      var life = Life.asked(1);
      var granted = life.outcome(DONE);

      life.does(granted);

      life.ignores(granted);
    }

    @Test
    void ofAnotherOperationIsIgnored() {
      var life = Life.active().does(new UserCommand.Stop(origin("stop")));
      var stop = life.outcome(guest(PowerState.SHUTDOWN));
      life.does(new UserCommand.Delete(origin("delete")));

      life.ignores(stop);
    }

    /**
     * Asked twice, since a rename came between; the second refusal was taken for the next host's.
     */
    @Test
    void ofTheHostBeforeIsNotTakenForTheNextHosts() {
      var life = Life.asked(1).gets(DONE).gets(placed(H1, H2, H3));
      var refused = life.outcome(new StepOutcome.ClaimRefused("full"));

      life.does(refused);

      life.ignores(refused);
      assertThat(((Effect.ClaimHost) life.asks().what()).host()).isEqualTo(H2);
    }
  }

  @Nested
  class Delete {
    @Test
    void removesGuestClaimPortsAndQuotaInThisOrder() {
      var life = Life.active().does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.RELEASE_PORTS,
              StepKind.RELEASE_QUOTA);
      assertThat(life.state().taskState()).contains(TaskState.DELETING);
      assertThat(((Effect.RunOnHost) life.asks().what()).leaves()).isTrue();
      life.gets(guest(PowerState.NOSTATE)).gets(DONE).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.DELETED);
      assertThat(life.state().host()).isEmpty();
      assertThat(life.state().nics()).isEmpty();
      assertThat(life.state().terminatedAt()).isPresent();
    }

    @Test
    void onNoHostAsksNoHost() {
      var life = Life.inError().does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo()).containsExactly(StepKind.RELEASE_PORTS, StepKind.RELEASE_QUOTA);
    }

    @Test
    void whileTheHostIsBeingClaimedAsksThatHost() {
      var life = Life.asked(0).gets(DONE).gets(placed(H2));

      life.does(new UserCommand.Delete(origin("d")));

      assertThat(((Effect.RunOnHost) life.asks().what()).host()).isEqualTo(H2);
      assertThat(life.state().trails().getFirst().error()).contains("Broken off by delete");
    }

    @Test
    void whileDeletingChangesNothing() {
      var life = Life.active().does(new UserCommand.Delete(origin("d1")));

      life.ignores(new UserCommand.Delete(origin("d2")));
    }

    @Test
    void ofADeletedOneIsNotFound() {
      var life = Life.inError().does(new UserCommand.Delete(origin("d"))).gets(DONE).gets(DONE);

      assertThat(life.refuses(new UserCommand.Delete(origin("d2"))))
          .isInstanceOf(Rejection.NotFound.class);
    }

    @Test
    void ofWhatTheQuotaHasNotAgreedToIsNotFound() {
      assertThat(Life.asked(1).refuses(new UserCommand.Delete(origin("d"))))
          .isInstanceOf(Rejection.NotFound.class);
      assertThat(Life.absent().refuses(new UserCommand.Delete(origin("d"))))
          .isInstanceOf(Rejection.NotFound.class);
    }

    @Test
    void asksAgainWhileTheHypervisorCannot() {
      var life = Life.active().does(new UserCommand.Delete(origin("d")));

      assertThat(life.isToldToAskAgain(failure(RETRYABLE)).after())
          .isEqualTo(Duration.ofMillis(Life.SETTINGS.askAgainMillis()));
      assertThat(life.isToldToAskAgain(failure(HOST_FAULT)).why()).isEqualTo("it broke");
    }

    @Test
    void ofAGuestThatCannotBeRemovedLeavesItToItsHostAtOnce() {
      for (var kind : List.of(INSTANCE_FAULT, UNSUPPORTED)) {
        var life = Life.active().does(new UserCommand.Delete(origin("d"))).gets(failure(kind));

        assertThat(life.todo())
            .containsExactly(StepKind.CONDEMN, StepKind.RELEASE_PORTS, StepKind.RELEASE_QUOTA);
      }
    }

    @Test
    void byTheDeadlineLeavesTheGuestToItsHostAndIsDone() {
      var life = Life.active().does(new UserCommand.Delete(origin("d"))).late();

      assertThat(life.todo())
          .containsExactly(StepKind.CONDEMN, StepKind.RELEASE_PORTS, StepKind.RELEASE_QUOTA);
      life.gets(DONE).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.DELETED);
      assertThat(life.state().trails().getLast().error()).isEmpty();
    }

    @Test
    void whoseReleasesAreNotAnsweredGoesOnAskingAfterTheDeadline() {
      var life =
          Life.active().does(new UserCommand.Delete(origin("d"))).gets(guest(PowerState.NOSTATE));
      var operation = life.state().operation().orElseThrow();
      for (int release = 0; release < 3; release++) {
        assertThat(life.after(Duration.ofHours(1)).decide(new DeadlinePassed(operation.id())))
            .isInstanceOf(Decision.AskAgain.class);
        life.gets(DONE);
      }
      assertThat(life.state().deleted()).isTrue();
    }
  }

  @Nested
  class Stop {
    @Test
    void asksTheHostAndEndsStopped() {
      var life = Life.active().does(new UserCommand.Stop(origin("s")));

      assertThat(life.state().taskState()).contains(TaskState.POWERING_OFF);
      var run = (Effect.RunOnHost) life.asks().what();
      assertThat(run.command()).isInstanceOf(DriverCommand.Stop.class);
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
      assertThat(life.state().power()).isEqualTo(PowerState.SHUTDOWN);
    }

    @Test
    void askedAgainWhenItMaySucceed() {
      var life = Life.active().does(new UserCommand.Stop(origin("s")));

      assertThat(life.isToldToAskAgain(failure(RETRYABLE)).why()).isEqualTo("it broke");
    }

    @Test
    void thatFailsAsksForTheTruthAndShowsIt() {
      var life = Life.active().does(new UserCommand.Stop(origin("s"))).gets(failure(HOST_FAULT));
      assertThat(life.todo()).containsExactly(StepKind.INSPECT);

      life.gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().trails().getLast().error()).contains("it broke");
    }

    @Test
    void whoseTimeIsUpAsksForTheTruthAndThenGivesUp() {
      var life = Life.active().does(new UserCommand.Stop(origin("s"))).late();
      assertThat(life.todo()).containsExactly(StepKind.INSPECT);

      life.late();

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().trails().getLast().error().orElseThrow()).startsWith("Timed out");
    }

    @Test
    void whileStoppingIsRefusedAsBusy() {
      var life = Life.active().does(new UserCommand.Stop(origin("s1")));

      assertThat(life.refuses(new UserCommand.Stop(origin("s2"))))
          .isEqualTo(
              new Rejection.WrongState(
                  "stop", life.state().id().toString(), "task_state", "powering-off"));
    }

    @Test
    void ofAStoppedOneIsRefused() {
      var life = Life.stopped();

      assertThat(life.refuses(new UserCommand.Stop(origin("s2"))))
          .isEqualTo(
              new Rejection.WrongState(
                  "stop", life.state().id().toString(), "vm_state", "stopped"));
    }

    @Test
    void ofOneInErrorOnNoHostIsRefused() {
      assertThat(Life.inError().refuses(new UserCommand.Stop(origin("s"))))
          .isInstanceOf(Rejection.NotReady.class);
    }

    @Test
    void repeatedWithTheSameRequestIdIsOneStop() {
      Life.stopped().ignores(new UserCommand.Stop(origin("stop-first")));
    }
  }

  @Nested
  class Start {
    @Test
    void endsActive() {
      var life = Life.stopped().does(new UserCommand.Start(origin("s")));
      assertThat(life.state().taskState()).contains(TaskState.POWERING_ON);

      life.gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void ofAnActiveOneIsRefused() {
      assertThat(Life.active().refuses(new UserCommand.Start(origin("s"))))
          .isInstanceOf(Rejection.WrongState.class);
    }
  }

  @Nested
  class Reboot {
    @Test
    void softAsksSoftly() {
      var life = Life.active().does(new UserCommand.Reboot(origin("r"), true));

      var run = (Effect.RunOnHost) life.asks().what();
      assertThat(((DriverCommand.Reboot) run.command()).soft()).isTrue();
      assertThat(life.state().taskState()).contains(TaskState.REBOOTING);
      life.gets(guest(PowerState.RUNNING));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void hardStartsAStoppedOne() {
      var life = Life.stopped().does(new UserCommand.Reboot(origin("r"), false));

      life.gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void hardBreaksOffASoftOneButNotTheOtherWayRound() {
      var life = Life.active().does(new UserCommand.Reboot(origin("soft"), true));
      assertThat(life.refuses(new UserCommand.Reboot(origin("soft-2"), true)))
          .isInstanceOf(Rejection.WrongState.class);

      life.does(new UserCommand.Reboot(origin("hard"), false));

      assertThat(life.state().operation().orElseThrow().id()).isEqualTo(origin("hard").operation());
      assertThat(life.refuses(new UserCommand.Reboot(origin("soft-3"), true)))
          .isInstanceOf(Rejection.WrongState.class);
    }

    @Test
    void softOfAStoppedOneIsRefused() {
      assertThat(Life.stopped().refuses(new UserCommand.Reboot(origin("r"), true)))
          .isInstanceOf(Rejection.WrongState.class);
    }

    @Test
    void ofAGuestThatIsGoneEndsStopped() {
      var life = Life.active().does(new UserCommand.Reboot(origin("r"), false));

      life.gets(failure(INSTANCE_FAULT)).gets(new StepOutcome.Guest(false, PowerState.NOSTATE));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }
  }

  @Nested
  class Rename {
    @Test
    void takesEffectAtOnceAlsoDuringAnOperation() {
      var life = Life.atSpawn().does(new UserCommand.Revise(origin("n"), Revision.ofName("db 1")));

      assertThat(life.state().request().orElseThrow().name()).isEqualTo("db 1");
      assertThat(life.asks().step().kind()).isEqualTo(StepKind.SPAWN);
    }

    @Test
    void toTheSameNameIsNoEvent() {
      Life.active().ignores(new UserCommand.Revise(origin("n"), Revision.ofName("web 1")));
    }
  }

  @Nested
  class AReportOfTheHost {
    private static GuestReported report(Life life, PowerState power) {
      return GuestReported.seen(H1, life.state().generation(), power, "by itself");
    }

    @Test
    void thatTheGuestEndedStopsTheInstance() {
      var life = Life.active();

      life.does(report(life, PowerState.CRASHED));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
      assertThat(life.state().power()).isEqualTo(PowerState.CRASHED);
    }

    @Test
    void thatItRunsMakesAStoppedOneActive() {
      var life = Life.stopped();

      life.does(report(life, PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void thatItIsGoneIsAFaultForAllToSee() {
      for (Life life : List.of(Life.active(), Life.stopped())) {
        life.does(GuestReported.gone(H1, life.state().generation(), "found by reconciliation"));

        assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
        assertThat(life.state().power()).isEqualTo(PowerState.NOSTATE);
        assertThat(life.state().fault().orElseThrow().message()).contains("no longer on its host");
        assertThat(life.state().host()).contains(H1);
        assertThat(life.rests()).as("nothing is made anew").isTrue();
      }
    }

    @Test
    void thatItIsThereAgainEndsThatFault() {
      var life = Life.active();
      life.does(GuestReported.gone(H1, life.state().generation(), ""));

      life.ignores(GuestReported.gone(H1, life.state().generation(), ""));
      life.does(report(life, PowerState.SHUTDOWN));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
      assertThat(life.state().fault()).isEmpty();
    }

    @Test
    void thatAMissingGuestIsOnAnotherHostIsToldOnce() {
      var life = Life.active();
      var found = GuestReported.seen(H2, life.state().generation(), PowerState.RUNNING, "found");
      life.ignores(found);
      life.does(GuestReported.gone(H1, life.state().generation(), ""));

      life.does(found);

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().host()).as("who owns it is not changed").contains(H1);
      assertThat(life.state().fault().orElseThrow().message()).contains("but on another one");
      assertThat(life.state().fault().orElseThrow().details()).contains("host h2");
      life.ignores(found);
      life.does(report(life, PowerState.RUNNING)); // moved back
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().fault()).isEmpty();
    }

    @Test
    void endsNoOtherError() {
      var life = Life.active();
      var toError = UserCommand.ResetState.Resting.ERROR;
      life.does(new UserCommand.ResetState(Examples.adminOrigin("r"), toError))
          .gets(new StepOutcome.Done(""));

      life.does(GuestReported.gone(H1, life.state().generation(), ""));
      life.does(report(life, PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    }

    @Test
    void ofAPausedGuestIsFollowed() {
      var life = Life.active();

      life.does(report(life, PowerState.PAUSED));

      assertThat(life.state().vmState()).isEqualTo(VmState.PAUSED);
    }

    @Test
    void thatASoftDeletedOneIsGoneIsNoFault() {
      var life =
          Life.active()
              .under(
                  new OperationSettings(
                      600_000, 120_000, 240_000, 60_000, 60_000, 60_000, 2_000, 3, 10, 1_000,
                      60_000, 0))
              .does(new UserCommand.Delete(origin("d")))
              .gets(guest(PowerState.SHUTDOWN))
              .gets(new StepOutcome.Done(""));

      life.does(GuestReported.gone(H1, life.state().generation(), ""));

      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(life.state().power()).isEqualTo(PowerState.NOSTATE);
    }

    @Test
    void aboutWhatIsKnownIsNoEvent() {
      var life = Life.active();

      life.ignores(report(life, PowerState.RUNNING));
    }

    @Test
    void ofAnotherHostOrGenerationIsIgnored() {
      var life = Life.active();
      var generation = life.state().generation();

      life.ignores(GuestReported.seen(H2, generation, PowerState.SHUTDOWN, ""));
      life.ignores(GuestReported.seen(H1, generation - 1, PowerState.SHUTDOWN, ""));
    }

    @Test
    void duringAnOperationIsIgnored() {
      var life = Life.active().does(new UserCommand.Reboot(origin("r"), true));

      life.ignores(report(life, PowerState.SHUTDOWN));
    }
  }

  @Nested
  class ADeadline {
    @Test
    void thatHasNotPassedChangesNothing() {
      var life = Life.atSpawn();

      life.ignores(new DeadlinePassed(life.state().operation().orElseThrow().id()));
    }

    @Test
    void ofAnOperationThatIsOverChangesNothing() {
      Life.active()
          .after(Duration.ofDays(1))
          .ignores(new DeadlinePassed(origin("boot").operation()));
    }
  }

  @Test
  void theTrailOfWhatIsInProgressStaysWhateverElseIsDone() {
    var life = Life.active().does(new UserCommand.Stop(origin("stop")));
    for (int number = 0; number < 30; number++) {
      life.does(new UserCommand.LockIt(Examples.adminOrigin("l-" + number), Optional.empty()));
      life.does(new UserCommand.Unlock(Examples.adminOrigin("u-" + number)));
    }

    life.gets(guest(PowerState.SHUTDOWN));

    assertThat(life.state().trails())
        .filteredOn(trail -> trail.action().equals("stop"))
        .singleElement()
        .satisfies(trail -> assertThat(trail.finishedAt()).isPresent());
  }

  @Test
  void trailsAreBounded() {
    var life = Life.active();
    for (int number = 0; number < 30; number++) {
      life.does(new UserCommand.Reboot(origin("r-" + number), false));
      life.gets(guest(PowerState.RUNNING));
    }

    assertThat(life.state().trails()).hasSize(20);
    assertThat(life.state().trails().getFirst().action()).as("whose it is").isEqualTo("create");
    assertThat(life.state().trails().getLast().id()).isEqualTo(origin("r-29").operation());
  }
}
