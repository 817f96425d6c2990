package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.H3;
import static io.troupe.actors.Examples.adminOrigin;
import static io.troupe.actors.Examples.origin;
import static io.troupe.actors.instance.Life.failure;
import static io.troupe.actors.instance.Life.placed;
import static io.troupe.actors.instance.MoveLife.CLAIMED;
import static io.troupe.actors.instance.MoveLife.DONE;
import static io.troupe.actors.instance.MoveLife.LARGE;
import static io.troupe.actors.instance.MoveLife.SKEWED;
import static io.troupe.actors.instance.MoveLife.TICKETED;
import static io.troupe.actors.instance.MoveLife.gone;
import static io.troupe.actors.instance.MoveLife.guest;
import static io.troupe.drivers.spi.DriverFailure.Kind.HOST_FAULT;
import static io.troupe.drivers.spi.DriverFailure.Kind.INSTANCE_FAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.SharedPool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MoveTest {
  private static final Resources SMALL = Examples.flavor().resources();

  private static DriverCommand command(Life life) {
    return ((Effect.RunOnHost) life.asks().what()).command();
  }

  private static HostId askedHost(Life life) {
    return ((Effect.RunOnHost) life.asks().what()).host();
  }

  @Nested
  class Resize {
    @Test
    void countsTheLargerOfBothFlavorsFirst() {
      var life = Life.active().does(new UserCommand.Resize(origin("r"), SKEWED, Optional.empty()));

      var reserve = (Effect.ReserveQuota) life.asks().what();
      assertThat(reserve.amount()).isEqualTo(new Resources(4, 2048, 21));
      assertThat(reserve.generation()).isPositive();
    }

    @Test
    void claimsTheNewFlavorOnAnotherHostAndKeepsTheOldClaim() {
      var life = Life.active().does(MoveLife.resize()).gets(DONE);
      var place = (Effect.Place) life.asks().what();
      assertThat(place.spec().excluded()).containsExactly(H1);
      assertThat(place.spec().resources()).isEqualTo(LARGE.resources());

      life.gets(placed(H2, H3));

      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.host()).isEqualTo(H2);
      assertThat(claim.spec().resources()).isEqualTo(LARGE.resources());
      assertThat(claim.generation()).isGreaterThan(life.state().guestGeneration());
      assertThat(life.state().standsBy(H1, 1)).isTrue();
      assertThat(life.state().standsBy(H2, claim.generation())).isTrue();
      assertThat(life.state().standsBy(H3, claim.generation())).isFalse();
      assertThat(life.state().host()).contains(H1);
    }

    @Test
    void goesThroughNovasTaskStates() {
      var life = Life.active().does(MoveLife.resize());
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_PREP);
      life.gets(DONE).gets(placed(H2)).gets(CLAIMED).gets(TICKETED).gets(TICKETED);
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_MIGRATING);
      assertThat(command(life)).isInstanceOf(DriverCommand.Stop.class);
      life.gets(guest(PowerState.SHUTDOWN)).gets(guest(PowerState.SHUTDOWN));
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_MIGRATED);
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_FINISH);
      assertThat(askedHost(life)).isEqualTo(H2);
    }

    @Test
    void isAtTheDestinationOnceItRunsThere() {
      var life = MoveLife.resized();

      var state = life.state();
      assertThat(state.vmState()).isEqualTo(VmState.RESIZED);
      assertThat(state.host()).contains(H2);
      assertThat(state.zone()).contains("zone-2");
      assertThat(state.other()).contains(H1);
      assertThat(state.request().orElseThrow().flavor()).isEqualTo(LARGE);
      assertThat(state.standsBy(H1, 1)).isTrue();
      assertThat(life.migration().status()).isEqualTo(Migration.Status.FINISHED);
      assertThat(life.migration().source()).contains(H1);
      assertThat(life.migration().destination()).contains(H2);
    }

    @Test
    void putsEachEndItsOwnGeneration() {
      var life = MoveLife.claimed(MoveLife.resize());
      var source = life.state().guestGeneration();
      assertThat(command(life).target().generation()).isEqualTo(source);

      life.gets(TICKETED);

      assertThat(command(life)).isInstanceOf(DriverCommand.PrepareMove.class);
      assertThat(command(life).target().host()).isEqualTo("h2");
      assertThat(command(life).target().generation()).isGreaterThan(source);
      assertThat(((DriverCommand.PrepareMove) command(life)).spec().size())
          .isEqualTo(LARGE.guestSize());
    }

    @Test
    void ofAStoppedOneStaysOff() {
      var life =
          Life.stopped()
              .does(MoveLife.resize())
              .gets(DONE)
              .gets(placed(H2))
              .gets(CLAIMED)
              .gets(TICKETED)
              .gets(TICKETED)
              .gets(guest(PowerState.SHUTDOWN))
              .gets(guest(PowerState.SHUTDOWN))
              .gets(guest(PowerState.SHUTDOWN));

      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      life.does(new UserCommand.ConfirmResize(origin("c")));
      life.gets(guest(PowerState.SHUTDOWN)).gets(gone()).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    @Test
    void overQuotaIsRefusedAndCountedAsBefore() {
      var reason = new Rejection.QuotaExceeded("cores", 1, 10, 10);
      var life = Life.active().does(MoveLife.resize()).gets(new StepOutcome.Refused(reason));
      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(SMALL);
      assertThat(life.state().owesAnswer()).isTrue();

      life.gets(DONE);

      assertThat(life.state().refusal()).contains(reason);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.ERROR);
    }

    @Test
    void withoutAHostIsRefusedWithTheReasons() {
      var life =
          Life.active()
              .does(MoveLife.resize())
              .gets(DONE)
              .gets(new StepOutcome.NoHost("RetryFilter removed 1"));
      life.gets(guest(PowerState.RUNNING)).gets(DONE);

      assertThat(life.state().refusal())
          .contains(new Rejection.Invalid("", "No valid host was found. RetryFilter removed 1"));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().moves().open()).isEmpty();
    }

    /** No generation has passed between both questions, and the quota takes only what is newer. */
    @Test
    void withoutAHostIsCountedAsBefore() {
      var life = Life.active().does(MoveLife.resize());
      var larger = (Effect.ReserveQuota) life.asks().what();

      life.gets(DONE).gets(new StepOutcome.NoHost("none")).gets(guest(PowerState.RUNNING));

      var asBefore = (Effect.ReserveQuota) life.asks().what();
      assertThat(asBefore.amount()).isEqualTo(SMALL);
      assertThat(asBefore.generation()).isGreaterThan(larger.generation());
      life.gets(DONE).does(new UserCommand.Resize(origin("again"), LARGE, Optional.empty()));
      assertThat(((Effect.ReserveQuota) life.asks().what()).generation())
          .isGreaterThan(asBefore.generation());
    }

    @Test
    void whoseDestinationCannotGoesToTheAlternate() {
      var life = MoveLife.claimed(MoveLife.resize()).gets(TICKETED).gets(failure(HOST_FAULT));
      assertThat(askedHost(life)).isEqualTo(H2);
      assertThat(command(life)).isInstanceOf(DriverCommand.Destroy.class);

      life.gets(gone()).gets(DONE);

      assertThat(((Effect.ClaimHost) life.asks().what()).host()).isEqualTo(H3);
    }

    @Test
    void thatCannotBeFinishedGoesBackAndRunsAgain() {
      var life = MoveLife.finished(MoveLife.resize()).gets(failure(INSTANCE_FAULT));
      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.RESIZE,
              StepKind.POWER_ON,
              StepKind.RESERVE);
      assertThat(askedHost(life)).isEqualTo(H2);

      life.gets(gone()).gets(DONE);
      assertThat(askedHost(life)).isEqualTo(H1);
      assertThat(((DriverCommand.Resize) command(life)).undone())
          .as("on common storage the source's disk has grown")
          .contains(new OperationId("resize"));
      life.gets(guest(PowerState.SHUTDOWN));
      life.gets(guest(PowerState.RUNNING));
      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(SMALL);
      life.gets(DONE);

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().request().orElseThrow().flavor()).isEqualTo(Examples.flavor());
      assertThat(life.state().moves().open()).isEmpty();
    }

    @Test
    void whoseDiskCannotBeBroughtBackNowIsAskedForItUntilTheDeadline() {
      var life =
          MoveLife.finished(MoveLife.resize())
              .gets(failure(INSTANCE_FAULT))
              .gets(gone())
              .gets(DONE);

      assertThat(life.isToldToAskAgain(failure(HOST_FAULT)).why()).isNotEmpty();
      life.late();

      assertThat(command(life)).isInstanceOf(DriverCommand.Start.class);
    }

    @Test
    void thatFailsBeforeTheGuestIsOffHasNoDiskThatGrew() {
      var life = MoveLife.claimed(MoveLife.resize()).gets(TICKETED).gets(failure(INSTANCE_FAULT));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.POWER_ON, StepKind.RESERVE);
    }

    @Test
    void leavesTheSourceOffWhenTheDestinationMayStillRunIt() {
      var life = MoveLife.finished(MoveLife.resize()).late().late();

      assertThat(life.todo()).containsExactly(StepKind.CONDEMN, StepKind.INSPECT, StepKind.RESERVE);
      assertThat(((Effect.CondemnGuest) life.asks().what()).host()).isEqualTo(H2);
    }

    @Test
    void toTheSameFlavorOrASmallerDiskIsRefused() {
      var same = new UserCommand.Resize(origin("r"), Examples.flavor(), Optional.empty());
      assertThat(Life.active().refuses(same))
          .isEqualTo(
              new Rejection.Invalid("flavorRef", "When resizing, instances must change flavor!"));
      var tiny = new FlavorAtBoot("9", "tiny", 1, 512, 1, 0, 0, java.util.Map.of());
      assertThat(Life.active().refuses(new UserCommand.Resize(origin("r"), tiny, Optional.empty())))
          .isInstanceOf(Rejection.Invalid.class);
    }

    @Test
    void keepsItsDiskConfigWhenAskedTo() {
      var life =
          Life.active().does(new UserCommand.Resize(origin("r"), LARGE, Optional.of("MANUAL")));

      assertThat(life.state().request().orElseThrow().diskConfig()).isEqualTo("MANUAL");
    }

    @Test
    void onTheSameHostClaimsTheLargerAndKeepsOneGuest() {
      var life =
          Life.active()
              .under(MoveLife.sameHostToo(Life.SETTINGS))
              .does(new UserCommand.Resize(origin("r"), SKEWED, Optional.empty()))
              .gets(DONE);
      assertThat(((Effect.Place) life.asks().what()).spec().excluded()).isEmpty();

      life.gets(placed(H1));

      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.host()).isEqualTo(H1);
      assertThat(claim.spec().resources()).isEqualTo(new Resources(4, 2048, 21));
      life.gets(CLAIMED);
      assertThat(life.todo())
          .containsExactly(
              StepKind.POWER_OFF, StepKind.RESIZE, StepKind.TAKE_OVER, StepKind.POWER_ON);
      assertThat(life.state().other()).isEmpty();
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(((DriverCommand.Resize) command(life)).undone()).isEmpty();
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(((DriverCommand.TakeOver) command(life)).settles())
          .as("it may be reverted")
          .isFalse();
    }
  }

  @Nested
  class Confirm {
    @Test
    void removesWhatIsAtTheSourceAndCountsTheNewFlavor() {
      var life = MoveLife.resized().does(new UserCommand.ConfirmResize(origin("c")));
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_CONFIRMING);
      assertThat(askedHost(life)).isEqualTo(H2);
      assertThat(command(life)).isInstanceOf(DriverCommand.Inspect.class);
      life.gets(guest(PowerState.RUNNING));
      assertThat(askedHost(life)).isEqualTo(H1);
      assertThat(command(life)).isInstanceOf(DriverCommand.Destroy.class);
      assertThat(command(life).target().generation()).isEqualTo(1);
      assertThat(((Effect.RunOnHost) life.asks().what()).leaves()).as("not yet sure").isFalse();

      life.gets(gone());
      assertThat(((Effect.ReleaseHost) life.asks().what()).host()).isEqualTo(H1);
      life.gets(DONE);
      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(LARGE.resources());
      life.gets(DONE);

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().moves().open()).isEmpty();
      assertThat(life.migration().status()).isEqualTo(Migration.Status.CONFIRMED);
    }

    @Test
    void byItselfWhenNobodyDid() {
      var settings = MoveLife.sameHostToo(Life.SETTINGS); // a minute
      var life = MoveLife.resized().under(settings);
      life.ignores(new ConfirmDue(new OperationId("auto")));

      life.after(Duration.ofMinutes(2)).does(new ConfirmDue(new OperationId("auto")));

      assertThat(life.todo())
          .containsExactly(
              StepKind.INSPECT, StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.RESERVE);
    }

    /** The guest at the source is all there is. */
    @Test
    void whoseGuestIsGoneFromTheDestinationKeepsTheOneAtTheSource() {
      var life = MoveLife.resized().does(new UserCommand.ConfirmResize(origin("c"))).gets(gone());

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(life.state().other()).contains(H1);
      assertThat(life.state().trails().getLast().error().orElseThrow()).contains("not on host h2");
      assertThat(life.migration().status()).isEqualTo(Migration.Status.FINISHED);
    }

    @Test
    void whoseDestinationDoesNotAnswerKeepsTheGuestAtTheSource() {
      var life = MoveLife.resized().does(new UserCommand.ConfirmResize(origin("c"))).late();

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(life.state().other()).contains(H1);
    }

    @Test
    void neverByItselfByDefault() {
      MoveLife.resized()
          .after(Duration.ofDays(365))
          .ignores(new ConfirmDue(new OperationId("auto")));
    }

    @Test
    void onTheSameHostMakesTheClaimTheNewFlavors() {
      var life = MoveLife.resizedOnOneHost().does(new UserCommand.ConfirmResize(origin("c")));

      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.host()).isEqualTo(H1);
      assertThat(claim.spec().resources()).isEqualTo(LARGE.resources());
      life.gets(CLAIMED);
      assertThat(((DriverCommand.TakeOver) command(life)).settles())
          .as("the disk of before goes")
          .isTrue();
    }

    @Test
    void ofWhatWasNotResizedIsRefusedInNovasWords() {
      assertThat(Life.active().refuses(new UserCommand.ConfirmResize(origin("c"))))
          .isEqualTo(
              new Rejection.WrongState(
                  "confirmResize", Examples.instance(1).toString(), "vm_state", "active"));
    }
  }

  @Nested
  class Revert {
    @Test
    void goesBackToTheGuestThatWaitedAtTheSource() {
      var life = MoveLife.resized().does(new UserCommand.RevertResize(origin("r")));
      assertThat(life.state().taskState()).contains(TaskState.RESIZE_REVERTING);
      assertThat(askedHost(life)).isEqualTo(H2);

      life.gets(gone()).gets(DONE);

      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().request().orElseThrow().flavor()).isEqualTo(Examples.flavor());
      assertThat(askedHost(life)).isEqualTo(H1);
      assertThat(command(life).target().generation()).isEqualTo(1);
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(command(life)).isInstanceOf(DriverCommand.Start.class);
      life.gets(guest(PowerState.RUNNING));
      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(SMALL);
      life.gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.REVERTED);
    }

    /** What the guest at the source does is seen, though its generation is an old one. */
    @Test
    void ofWhichTheGuestIsHeardAgain() {
      var life =
          MoveLife.resized()
              .does(new UserCommand.RevertResize(origin("r")))
              .gets(gone())
              .gets(DONE)
              .gets(guest(PowerState.SHUTDOWN))
              .gets(guest(PowerState.RUNNING))
              .gets(DONE);

      life.does(GuestReported.seen(H1, 1, PowerState.SHUTDOWN, "by itself"));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    private static Life late() {
      return MoveLife.resized().does(new UserCommand.RevertResize(origin("r"))).late();
    }

    /** Neither the destroy was answered nor whether it was carried out. */
    private static Life inDoubt() {
      return late().late();
    }

    @Test
    void isAskedForUntilTheDeadlineWhateverTheDestinationSays() {
      var life = MoveLife.resized().does(new UserCommand.RevertResize(origin("r")));

      assertThat(life.isToldToAskAgain(failure(INSTANCE_FAULT)).why()).isNotEmpty();
    }

    @Test
    void asksForTheTruthAtTheDeadline() {
      assertThat(askedHost(late())).isEqualTo(H2);
      assertThat(command(late())).isInstanceOf(DriverCommand.Inspect.class);
    }

    @Test
    void goesOnWhenTheDestroyWasCarriedOutAllTheSame() {
      var life = late().gets(gone()).gets(DONE);
      life.gets(guest(PowerState.SHUTDOWN)).gets(guest(PowerState.RUNNING)).gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().trails().getLast().error()).isEmpty();
      assertThat(life.migration().status()).isEqualTo(Migration.Status.REVERTED);
    }

    @Test
    void staysResizedWhenTheGuestIsStillThere() {
      var life = late().gets(guest(PowerState.RUNNING));

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().other()).contains(H1);
      assertThat(life.state().trails().getLast().error().orElseThrow()).contains("still there");
      assertThat(life.does(new UserCommand.ConfirmResize(origin("c"))).todo())
          .startsWith(StepKind.INSPECT);
    }

    @Test
    void inDoubtCannotBeConfirmed() {
      assertThat(inDoubt().state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(inDoubt().state().other()).contains(H1);
      assertThat(inDoubt().refuses(new UserCommand.ConfirmResize(origin("c"))))
          .isInstanceOfSatisfying(
              Rejection.Conflict.class,
              why -> assertThat(why.message()).contains("host h2").contains("not known yet"));
    }

    @Test
    void inDoubtIsNotConfirmedByItselfEither() {
      inDoubt()
          .under(MoveLife.sameHostToo(Life.SETTINGS)) // after a minute
          .after(Duration.ofDays(1))
          .ignores(new ConfirmDue(new OperationId("auto")));
    }

    /** Whatever it says: the list may be older than the destroy. */
    @Test
    void inDoubtAsksAgainWhenTheHostReports() {
      var life = inDoubt();
      var report =
          GuestReported.seen(
              H2, life.state().guestGeneration(), PowerState.RUNNING, "found by reconciliation");

      life.does(report);

      assertThat(command(life)).isInstanceOf(DriverCommand.Inspect.class);
      assertThat(askedHost(life)).isEqualTo(H2);
      life.gets(gone()).gets(DONE).gets(guest(PowerState.SHUTDOWN));
      life.gets(guest(PowerState.RUNNING)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
    }

    @Test
    void inDoubtGoesBackToTheSourceWhenItIsResetOrSoftlyDeleted() {
      var reset =
          inDoubt()
              .does(
                  new UserCommand.ResetState(
                      Examples.adminOrigin("x"), UserCommand.ResetState.Resting.ACTIVE));
      assertThat(askedHost(reset)).isEqualTo(H2);
      reset.gets(gone()).gets(DONE);
      assertThat(((DriverCommand.Resize) command(reset)).undone())
          .contains(new OperationId("resize"));
      reset.gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(reset.state().host()).contains(H1);
      assertThat(reset.state().vmState()).isEqualTo(VmState.ACTIVE);

      var deleted =
          inDoubt()
              .under(Life.SETTINGS.reclaimingAfter(3_600_000))
              .does(new UserCommand.Delete(origin("d")));
      assertThat(askedHost(deleted)).isEqualTo(H2);
      deleted.gets(gone()).gets(DONE);
      assertThat(command(deleted)).isInstanceOf(DriverCommand.Resize.class);
      deleted.gets(guest(PowerState.SHUTDOWN)).gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(deleted.state().host()).contains(H1);
      assertThat(deleted.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    private static Life returned(UserCommand resize) {
      return MoveLife.finished(resize)
          .gets(guest(PowerState.RUNNING))
          .does(new UserCommand.RevertResize(origin("r")))
          .gets(gone())
          .gets(DONE);
    }

    /** It has grown where both hosts have it; the source's driver knows. */
    @Test
    void bringsBackTheDiskOfBeforeAtTheSource() {
      var life = returned(MoveLife.resize());

      assertThat(askedHost(life)).isEqualTo(H1);
      assertThat(command(life))
          .isEqualTo(
              DriverCommand.Resize.back(
                  command(life).target(), new Resources(1, 2048, 0), new OperationId("resize")));
    }

    @Test
    void looksForNoDiskThatHasNotGrown() {
      var life = returned(new UserCommand.Resize(origin("resize"), SKEWED, Optional.empty()));

      assertThat(command(life)).isInstanceOf(DriverCommand.Start.class);
    }

    @Test
    void asksForTheDiskOfBeforeUntilItsHostCanBringItBack() {
      var life = returned(MoveLife.resize());

      assertThat(life.isToldToAskAgain(failure(HOST_FAULT)).why()).isNotEmpty();
      life.late();
      assertThat(command(life)).isInstanceOf(DriverCommand.Start.class);
      life.gets(guest(PowerState.RUNNING)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().trails().getLast().error()).isPresent();
    }

    /** Its guest may be without a disk in that moment. */
    @Test
    void brokenOffBringsBackTheDiskFirst() {
      var life =
          returned(MoveLife.resize())
              .does(
                  new UserCommand.ResetState(
                      Examples.adminOrigin("x"), UserCommand.ResetState.Resting.ACTIVE));

      assertThat(((DriverCommand.Resize) command(life)).undone())
          .contains(new OperationId("resize"));
    }

    @Test
    void onTheSameHostBringsBackTheDiskOfBefore() {
      var life =
          MoveLife.resizedOnOneHost()
              .does(new UserCommand.RevertResize(origin("r")))
              .gets(guest(PowerState.SHUTDOWN));

      assertThat(command(life))
          .isEqualTo(
              DriverCommand.Resize.back(
                  command(life).target(), new Resources(1, 2048, 0), new OperationId("resize")));
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(((Effect.ClaimHost) life.asks().what()).spec().resources()).isEqualTo(SMALL);
      life.gets(CLAIMED);
      assertThat(command(life)).isInstanceOf(DriverCommand.TakeOver.class);
    }
  }

  @Nested
  class Delete {
    @Test
    void ofAResizedOneLeavesNothingOnEitherHost() {
      var life = MoveLife.resized().does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.RELEASE_PORTS,
              StepKind.RELEASE_QUOTA);
      assertThat(askedHost(life)).isEqualTo(H2);
      life.gets(gone()).gets(DONE);
      assertThat(askedHost(life)).isEqualTo(H1);
    }

    @Test
    void duringAClaimElsewhereTakesThatBackToo() {
      var life =
          Life.active()
              .does(MoveLife.resize())
              .gets(DONE)
              .gets(placed(H2))
              .does(new UserCommand.Delete(origin("d")))
              .gets(gone())
              .gets(DONE)
              .gets(gone());

      assertThat(((Effect.ReleaseHost) life.asks().what()).host()).isEqualTo(H2);
    }
  }

  /** Deleted, but kept; see {@link SoftDeleteTest} for those that do not move. */
  @Nested
  class SoftDelete {
    private static Life deleted(Life life) {
      return life.under(Life.SETTINGS.reclaimingAfter(3_600_000))
          .does(new UserCommand.Delete(origin("softly")));
    }

    @Test
    void ofAResizedOneThatFailsIsCountedAsWhatItIsThen() {
      var skewed = new UserCommand.Resize(origin("r"), SKEWED, Optional.empty());
      var life = deleted(MoveLife.finished(skewed).gets(guest(PowerState.RUNNING)));

      life.gets(guest(PowerState.RUNNING)).gets(gone()).gets(DONE);
      life.gets(failure(INSTANCE_FAULT)).gets(guest(PowerState.RUNNING));

      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(SKEWED.resources());
      life.gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().moves().open()).isEmpty();
    }

    /** Then the guest that waits at the source is the only one. */
    @Test
    void ofAResizedOneWhoseGuestIsGoneGoesBackToTheSource() {
      var life = deleted(MoveLife.resized()).gets(gone());
      assertThat(askedHost(life)).isEqualTo(H2);

      life.gets(gone()).gets(DONE);

      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().other()).isEmpty();
      assertThat(((DriverCommand.Resize) command(life)).undone())
          .contains(new OperationId("resize"));
      life.gets(guest(PowerState.SHUTDOWN)).gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    @Test
    void ofAResizedOneWhoseHostDoesNotAnswerKeepsBoth() {
      var life = deleted(MoveLife.resized()).late().gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().other()).contains(H1);
    }

    @Test
    void ofAResizeThatFailsIsCountedAsBefore() {
      var life = deleted(MoveLife.claimed(MoveLife.resize()));

      life.gets(gone()).gets(DONE).gets(failure(INSTANCE_FAULT)).gets(guest(PowerState.RUNNING));

      assertThat(((Effect.ReserveQuota) life.asks().what()).amount()).isEqualTo(SMALL);
    }

    /** What the destination had may be gone: the guest that waits at the source is kept. */
    @Test
    void ofARevertEndsAtTheSource() {
      var life =
          deleted(
              MoveLife.resized().does(new UserCommand.RevertResize(origin("back"))).gets(gone()));
      assertThat(((Effect.ReleaseHost) life.asks().what()).host()).isEqualTo(H2);

      life.gets(DONE);

      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().other()).isEmpty();
      assertThat(life.state().request().orElseThrow().flavor().resources()).isEqualTo(SMALL);
      assertThat(((DriverCommand.Resize) command(life)).undone())
          .contains(new OperationId("resize"));
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(command(life)).isInstanceOf(DriverCommand.Stop.class);
      assertThat(command(life).target().generation()).isEqualTo(1);
      life.gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    @Test
    void ofAnEvacuationThatHasNotBegunToLeaveKeepsTheHost() {
      var life = deleted(Life.active().does(MoveLife.evacuate()).gets(placed(H2)));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.POWER_OFF, StepKind.RELEASE_QUOTA);
      assertThat(askedHost(life)).isEqualTo(H2);
    }

    /** The old host may know already that its guest has to go, and the new one has none. */
    @Test
    void ofAnEvacuationThatLeavesIsForGood() {
      var evacuating = Life.active().does(MoveLife.evacuate()).gets(placed(H2, H3)).gets(CLAIMED);
      var spawning = evacuating.gets(DONE);
      assertThat(spawning.asks().step().kind()).isEqualTo(StepKind.SPAWN);

      assertThat(deleted(spawning).state().taskState()).contains(TaskState.DELETING);
      assertThat(
              deleted(Life.active().does(MoveLife.evacuate()).gets(placed(H2)).gets(CLAIMED))
                  .state()
                  .taskState())
          .contains(TaskState.DELETING);
    }

    /** A crash would forget that it may have been told, and time could run out then. */
    @Test
    void whatIsDoneBeforeTheOldHostIsToldIsWrittenFirst() {
      var evacuating = Life.active().does(MoveLife.evacuate()).gets(placed(H2));
      var before = evacuating.state();
      var claimed = List.of(evacuating.gets(CLAIMED).last());

      assertThat(claimed).allMatch(InstanceEvent::mayWait);
      assertThat(before.unwritten(claimed)).isEmpty();
      var told = List.of(evacuating.gets(DONE).last());
      assertThat(told).allMatch(InstanceEvent::mayWait);
      assertThat(before.evolve(claimed.getFirst()).unwritten(told)).isPresent();
    }

    @Test
    void ofWhatNoHostHasIsForGood() {
      var life =
          Life.active()
              .does(MoveLife.evacuate())
              .gets(placed(H2))
              .gets(CLAIMED)
              .gets(DONE)
              .gets(failure(INSTANCE_FAULT))
              .gets(gone())
              .gets(DONE);
      assertThat(life.state().host()).isEmpty();

      assertThat(deleted(life).state().taskState()).contains(TaskState.DELETING);
    }

    /** Nobody would know whether the quota counts the instance. */
    @Test
    void isNotBrokenOffByAnEvacuation() {
      assertThat(deleted(Life.active()).refuses(MoveLife.evacuate()))
          .isInstanceOf(Rejection.WrongState.class);
      assertThat(Reset.reset(Life.active()).refuses(MoveLife.evacuate()))
          .isInstanceOf(Rejection.WrongState.class);
    }
  }

  @Nested
  class Reset {
    private static Life reset(Life life) {
      return life.does(
          new UserCommand.ResetState(adminOrigin("reset"), UserCommand.ResetState.Resting.ACTIVE));
    }

    @Test
    void ofARevertEndsAtTheSource() {
      var life =
          reset(MoveLife.resized().does(new UserCommand.RevertResize(origin("back"))).gets(gone()));

      life.gets(DONE);
      assertThat(((DriverCommand.Resize) command(life)).undone())
          .as("with the disk of before")
          .contains(new OperationId("resize"));
      life.gets(guest(PowerState.SHUTDOWN)).gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().moves().open()).isEmpty();
    }

    @Test
    void ofAnEvacuationThatLeavesEndsAtTheNewHost() {
      var life = reset(Life.active().does(MoveLife.evacuate()).gets(placed(H2, H3)).gets(CLAIMED));
      assertThat(((Effect.CondemnGuest) life.asks().what()).host()).isEqualTo(H1);

      life.gets(DONE).gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().other()).isEmpty();
    }
  }

  @Nested
  class Migrate {
    @Test
    void needsNoQuotaAndKeepsTheFlavor() {
      var life = Life.active().does(new UserCommand.Migrate(adminOrigin("m"), Optional.of(H3)));

      var place = (Effect.Place) life.asks().what();
      assertThat(place.spec().detail().destination()).contains("h3");
      assertThat(place.spec().forcedHost()).as("the filters judge it").isEmpty();
      assertThat(place.spec().resources()).isEqualTo(SMALL);
    }

    @Test
    void toWhereItIsIsRefused() {
      assertThat(Life.active().refuses(new UserCommand.Migrate(adminOrigin("m"), Optional.of(H1))))
          .isInstanceOf(Rejection.Invalid.class);
    }
  }

  @Nested
  class LiveMigration {
    @Test
    void isAtTheDestinationWhenTheSourceHasItNoLonger() {
      var life = MoveLife.migrating();
      assertThat(life.state().host()).contains(H1);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.RUNNING);

      life.gets(gone());

      assertThat(life.state().host()).contains(H2);
      assertThat(life.state().other()).contains(H1);
      assertThat(askedHost(life)).isEqualTo(H2);
      life.gets(guest(PowerState.RUNNING));
      assertThat(askedHost(life)).isEqualTo(H1);
      life.gets(gone()).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().power()).isEqualTo(PowerState.RUNNING);
      assertThat(life.state().moves().open()).isEmpty();
      assertThat(life.migration().status()).isEqualTo(Migration.Status.COMPLETED);
    }

    @Test
    void thatTheDestinationWouldNotHaveTriesTheAlternate() {
      var life = MoveLife.migrating().gets(failure(HOST_FAULT)).gets(gone()).gets(DONE);

      assertThat(((Effect.ClaimHost) life.asks().what()).host()).isEqualTo(H3);
    }

    /** Of the source too nothing is left then. */
    @Test
    void whoseFirstDestinationDoesNotAnswerLeavesTheSourceForTheAlternate() {
      var life = MoveLife.migrating().gets(failure(HOST_FAULT)).late();
      assertThat(((Effect.CondemnGuest) life.asks().what()).host()).isEqualTo(H2);
      life.gets(DONE);
      assertThat(((Effect.ClaimHost) life.asks().what()).host()).isEqualTo(H3);
      life.gets(CLAIMED).gets(TICKETED).gets(TICKETED).gets(gone());
      assertThat(life.state().host()).contains(H3);
      life.gets(guest(PowerState.RUNNING));

      assertThat(life.todo()).containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
      assertThat(askedHost(life)).isEqualTo(H1);
      life.gets(gone()).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().moves().open()).isEmpty();
      assertThat(life.migration().status()).isEqualTo(Migration.Status.COMPLETED);
    }

    @Test
    void triesNoMoreHostsThanAllowed() {
      var life = MoveLife.migrating();
      var hosts = new java.util.HashSet<>(Set.of(H2));
      for (int i = 0; i < 10 && life.state().taskState().isPresent(); i++) {
        life.gets(failure(HOST_FAULT)).gets(gone()).gets(DONE);
        if (life.asks().step().kind() == StepKind.PLACE) {
          life.gets(placed(new HostId("more-" + i)));
        }
        if (life.asks().what() instanceof Effect.ClaimHost claim) {
          hosts.add(claim.host());
          life.gets(CLAIMED).gets(TICKETED).gets(TICKETED);
        } else {
          life.gets(guest(PowerState.RUNNING));
        }
      }

      assertThat(hosts).hasSize(Life.SETTINGS.spawnAttempts());
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.ERROR);
    }

    @Test
    void abortedStaysWithTheSource() {
      var life = MoveLife.migrating();
      life.does(new UserCommand.AbortMigration(origin("a"), life.migration().number()));
      assertThat(life.todo()).containsExactly(StepKind.ABORT, StepKind.SETTLE);

      life.gets(guest(PowerState.RUNNING)).gets(guest(PowerState.RUNNING));
      assertThat(askedHost(life)).isEqualTo(H2);
      life.gets(gone()).gets(DONE).gets(guest(PowerState.RUNNING));

      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.CANCELLED);
      assertThat(life.state().trails().getLast().action()).isEqualTo("live_migration_cancel");
    }

    @Test
    void abortedTooLateGoesWithTheGuest() {
      var life = MoveLife.migrating();
      life.does(new UserCommand.AbortMigration(origin("a"), life.migration().number()))
          .gets(guest(PowerState.RUNNING))
          .gets(gone());

      assertThat(life.state().host()).contains(H2);
      life.gets(guest(PowerState.RUNNING)).gets(gone()).gets(DONE);
      assertThat(life.migration().status()).isEqualTo(Migration.Status.COMPLETED);
    }

    /** B8: the source dies after the switch-over; the guest stays at the destination. */
    @Test
    void whoseSourceDiedAfterTheSwitchOverIsAtTheDestination() {
      var life = MoveLife.migrating().late().late().late();
      assertThat(askedHost(life)).isEqualTo(H2);
      assertThat(life.asks().step().kind()).isEqualTo(StepKind.SETTLE);

      life.gets(guest(PowerState.RUNNING));

      assertThat(life.state().host()).contains(H2);
      life.gets(guest(PowerState.RUNNING)).late().gets(DONE);
      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().other()).isEmpty();
    }

    @Test
    void thatNobodyCanSayTheEndOfKeepsBothClaimsAndIsInError() {
      var life = MoveLife.migrating().late().late().late().late();

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().standsBy(H1, 1)).isTrue();
      assertThat(life.state().other()).contains(H2);
      assertThat(life.refuses(MoveLife.evacuate())).isInstanceOf(Rejection.Conflict.class);
      life.does(new UserCommand.Delete(origin("d")));
      assertThat(life.todo())
          .startsWith(
              StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.DESTROY, StepKind.RELEASE_CLAIM);
    }

    @Test
    void forcedToCompleteIsWaitedForAgain() {
      var life = MoveLife.migrating();
      life.does(new UserCommand.ForceComplete(origin("f"), life.migration().number()));
      assertThat(life.todo()).startsWith(StepKind.FORCE_COMPLETE, StepKind.LIVE_MIGRATE);

      life.gets(guest(PowerState.RUNNING)).gets(gone());

      assertThat(life.state().host()).contains(H2);
    }

    @Test
    void ofAnotherNumberCannotBeSteered() {
      assertThat(MoveLife.migrating().refuses(new UserCommand.AbortMigration(origin("a"), 1)))
          .isInstanceOf(Rejection.NotFound.class);
    }
  }

  @Nested
  class Evacuation {
    @Test
    void condemnsTheGuestOnTheDeadHostBeforeAnotherIsMade() {
      var life = Life.active().does(MoveLife.evacuate()).gets(placed(H2, H3)).gets(CLAIMED);
      assertThat(((Effect.CondemnGuest) life.asks().what()).host()).isEqualTo(H1);

      life.gets(DONE);

      assertThat(life.state().host()).contains(H2);
      assertThat(command(life)).isInstanceOf(DriverCommand.Spawn.class);
      assertThat(askedHost(life)).isEqualTo(H2);
      assertThat(((DriverCommand.Spawn) command(life)).spec().nics()).hasSize(1);
      assertThat(life.state().taskState()).contains(TaskState.REBUILD_SPAWNING);
      life.gets(guest(PowerState.RUNNING));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().nics()).containsExactly(Examples.nic(0));
      assertThat(life.migration().status()).isEqualTo(Migration.Status.DONE);
    }

    @Test
    void ofAStoppedOneEndsStopped() {
      var life =
          Life.stopped()
              .does(MoveLife.evacuate())
              .gets(placed(H2))
              .gets(CLAIMED)
              .gets(DONE)
              .gets(guest(PowerState.RUNNING))
              .gets(guest(PowerState.SHUTDOWN));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    @Test
    void withoutAHostLeavesTheInstanceWhereItWas() {
      var life = Life.active().does(MoveLife.evacuate()).gets(new StepOutcome.NoHost("none"));

      assertThat(life.rests()).isTrue();
      assertThat(life.state().host()).contains(H1);
      assertThat(life.state().refusal()).isPresent();
    }

    /** From which disk the guest runs nobody knows; an unrescue leaves it on its own. */
    @Test
    void thatBreaksOffARescueAndFindsNoHostLeavesItRescued() {
      var life =
          Life.active()
              .does(new UserCommand.Rescue(origin("rescue"), Examples.boot(0).image()))
              .does(MoveLife.evacuate())
              .gets(new StepOutcome.NoHost("none"));

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
      assertThat(life.state().host()).contains(H1);
    }

    @Test
    void whoseSpawnsFailCanBeAskedForAgain() {
      var life =
          Life.active()
              .does(MoveLife.evacuate())
              .gets(placed(H2))
              .gets(CLAIMED)
              .gets(DONE)
              .gets(failure(INSTANCE_FAULT))
              .gets(gone())
              .gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().host()).isEmpty();

      life.does(new UserCommand.Evacuate(adminOrigin("again"), Optional.empty(), false, false));
      assertThat(life.todo()).containsExactly(StepKind.PLACE, StepKind.CLAIM, StepKind.SPAWN);
      life.gets(placed(H3)).gets(CLAIMED).gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H3);
      assertThat(life.state().moves().open()).isEmpty();
    }
  }

  @Nested
  class EvacuationInAPool {
    private static final SharedPool POOL = new SharedPool("san");

    private static UserCommand evacuate(String operation, Optional<SharedPool> pool) {
      return new UserCommand.Evacuate(adminOrigin(operation), Optional.empty(), false, false, pool);
    }

    private Life condemned() {
      return Life.active()
          .does(evacuate("evacuate", Optional.of(POOL)))
          .gets(placed(H2))
          .gets(CLAIMED)
          .gets(DONE);
    }

    @Test
    void goesOnlyToHostsThatHaveThePool() {
      var life = Life.active().does(evacuate("evacuate", Optional.of(POOL)));

      assertThat(((Effect.Place) life.asks().what()).spec().volumePool()).contains("san");
      life.gets(placed(H2));
      assertThat(((Effect.ClaimHost) life.asks().what()).spec().volumePool()).contains("san");
      life.gets(CLAIMED);
      assertThat(((Effect.CondemnGuest) life.asks().what()).keepsDisk()).isTrue();
    }

    @Test
    void makesTheGuestOnTheDiskThatIsThereAndThenKeepsItNoLonger() {
      var life = condemned();
      assertThat(((DriverCommand.Spawn) command(life)).keepsDisk()).isTrue();

      life.gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().moves().disk()).isEmpty();
      life.does(new UserCommand.ForceDelete(origin("delete")));
      assertThat(((DriverCommand.Destroy) command(life)).keepsDisk()).isFalse();
    }

    @Test
    void whoseSpawnFailsLeavesTheDiskForTheNext() {
      var life = condemned().gets(failure(INSTANCE_FAULT));
      assertThat(((DriverCommand.Destroy) command(life)).keepsDisk()).isTrue();
      life.gets(gone()).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().moves().disk()).contains(POOL);

      life.does(evacuate("again", Optional.empty()));

      assertThat(((Effect.Place) life.asks().what()).spec().volumePool()).contains("san");
      life.gets(placed(H3)).gets(CLAIMED);
      assertThat(((DriverCommand.Spawn) command(life)).keepsDisk()).isTrue();
    }

    @Test
    void thatFindsNoHostKeepsNothingElse() {
      var life =
          Life.active()
              .does(evacuate("evacuate", Optional.of(POOL)))
              .gets(new StepOutcome.NoHost("none"));

      assertThat(life.rests()).isTrue();
      assertThat(life.state().moves().disk()).isEmpty();
    }

    @Test
    void rebuiltFromAnImageItHasANewDisk() {
      var life =
          condemned()
              .does(
                  new UserCommand.ResetState(
                      adminOrigin("reset"), UserCommand.ResetState.Resting.ERROR));
      while (!life.rests()) {
        life.gets(life.todo().getFirst() == StepKind.INSPECT ? gone() : DONE);
      }
      assertThat(life.state().host()).contains(H2);

      life.does(new UserCommand.Rebuild(origin("rebuild"), Examples.rebuild("img-1")));
      while (life.todo().getFirst() != StepKind.SPAWN) {
        life.gets(life.todo().getFirst() == StepKind.CLAIM ? CLAIMED : DONE);
      }

      assertThat(((DriverCommand.Spawn) command(life)).keepsDisk()).isFalse();
    }
  }

  @Test
  void numbersOfMigrationsFitEveryClient() {
    assertThat(MoveLife.resized().migration().number()).isBetween(1L, 1L << 48);
    assertThat(
            List.of("req-1", "req-2", "req-3").stream().map(id -> record(id).number()).distinct())
        .hasSize(3);
  }

  private static Migration record(String operation) {
    return new Migration(
        new OperationId(operation),
        Migration.Type.RESIZE,
        Migration.Status.FINISHED,
        Optional.empty(),
        Optional.empty(),
        "1",
        "2",
        "u",
        "p",
        Examples.NOW,
        Examples.NOW);
  }
}
