package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.instance.UserCommand.ResetState.Resting;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Delete while deleted instances are kept, restore, the end of the time, and reset. */
class SoftDeleteTest {
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Rejection OVER = new Rejection.QuotaExceeded("instances", 1, 10, 10);

  private static OperationSettings keeping() {
    return OperationSettings.DEFAULT.reclaimingAfter(KEPT.toMillis());
  }

  private static Life deleting() {
    return Life.active().under(keeping()).does(new UserCommand.Delete(origin("d")));
  }

  private static Life softDeleted() {
    return deleting()
        .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN))
        .gets(new StepOutcome.Done(""));
  }

  @Nested
  class Delete {
    @Test
    void turnsOffGivesTheQuotaBackAndKeepsTheRest() {
      var life = deleting();

      assertThat(life.state().taskState()).contains(TaskState.SOFT_DELETING);
      assertThat(life.todo()).containsExactly(StepKind.POWER_OFF, StepKind.RELEASE_QUOTA);
      var kept = softDeleted().state();
      assertThat(kept.vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(kept.host()).contains(Examples.H1);
      assertThat(kept.nics()).hasSize(1);
      assertThat(kept.softDeletedAt()).contains(Examples.NOW);
      assertThat(kept.terminatedAt()).isEmpty();
    }

    @Test
    void twiceChangesNothing() {
      deleting().ignores(new UserCommand.Delete(origin("e")));
      softDeleted().ignores(new UserCommand.Delete(origin("e")));
    }

    @Test
    void ofWhatWasNeverActiveIsForGood() {
      var life = Life.atSpawn().under(keeping()).does(new UserCommand.Delete(origin("d")));

      assertThat(life.state().taskState()).contains(TaskState.DELETING);
    }

    @Test
    void thatCannotTurnOffLeavesItAsItIs() {
      var life =
          deleting()
              .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT))
              .gets(new StepOutcome.Guest(true, PowerState.RUNNING));
      assertThat(life.todo()).containsExactly(StepKind.RESERVE);

      life.gets(new StepOutcome.Done(""));

      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().trails().getLast().error()).isPresent();
    }

    /** The one before, which a reset broke off, may have given the quota back. */
    @Test
    void thatFailsWhenTheQuotaHasNoRoomAnyMoreIsSoftDeletedAllTheSame() {
      var life =
          deleting()
              .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN))
              .does(new UserCommand.ResetState(Examples.adminOrigin("r"), Resting.ACTIVE))
              .does(new UserCommand.Delete(origin("d-2")))
              .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT))
              .gets(new StepOutcome.Guest(true, PowerState.RUNNING))
              .gets(new StepOutcome.Refused(OVER))
              .gets(new StepOutcome.Done(""));

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    /** The restore has it counted again; as it rests soft-deleted, it must not be. */
    @Test
    void thatBreaksOffARestoreAndCannotTurnOffGivesTheQuotaBackAllTheSame() {
      var life =
          softDeleted()
              .does(new UserCommand.Restore(origin("r")))
              .gets(new StepOutcome.Done(""))
              .does(new UserCommand.Delete(origin("d-2")))
              .gets(
                  new StepOutcome.DriverFailed(
                      new DriverFailure(DriverFailure.Kind.INSTANCE_FAULT, "no")));

      assertThat(life.todo()).containsExactly(StepKind.INSPECT, StepKind.RELEASE_QUOTA);
      var state =
          life.gets(
                  new StepOutcome.DriverFailed(
                      new DriverFailure(DriverFailure.Kind.INSTANCE_FAULT, "gone")))
              .gets(new StepOutcome.Done(""))
              .state();
      assertThat(state.vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(state.operation()).isEmpty();
    }

    @Test
    void byForceIsForGoodAlsoOfASoftDeletedOne() {
      var life = softDeleted().does(new UserCommand.ForceDelete(origin("f")));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.RELEASE_PORTS,
              StepKind.RELEASE_QUOTA);
      deleting().does(new UserCommand.ForceDelete(origin("f")));
    }
  }

  @Nested
  class Restore {
    @Test
    void asksTheQuotaThenTurnsOn() {
      var life = softDeleted().does(new UserCommand.Restore(origin("r")));

      assertThat(life.state().awaitsQuota()).isTrue();
      assertThat(life.todo()).containsExactly(StepKind.RESERVE, StepKind.POWER_ON);
      assertThat(life.state().taskState()).contains(TaskState.RESTORING);
      life.gets(new StepOutcome.Done("")).gets(new StepOutcome.Guest(true, PowerState.RUNNING));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().softDeletedAt()).isEmpty();
    }

    @Test
    void overQuotaStaysSoftDeletedAndMakesSureThatItIsNotCounted() {
      var life =
          softDeleted()
              .does(new UserCommand.Restore(origin("r")))
              .gets(new StepOutcome.Refused(OVER));

      assertThat(life.state().refusal()).contains(OVER);
      assertThat(life.todo()).containsExactly(StepKind.RELEASE_QUOTA);
      life.gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(life.state().softDeletedAt()).contains(Examples.NOW);
      assertThat(life.state().trails().getLast().error()).isPresent();
    }

    @Test
    void whoseGuestDoesNotStartIsCountedAndStopped() {
      var life =
          softDeleted()
              .does(new UserCommand.Restore(origin("r")))
              .gets(new StepOutcome.Done(""))
              .gets(Life.failure(DriverFailure.Kind.HOST_FAULT))
              .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    @Test
    void ofAnActiveOneIsRefused() {
      assertThat(Life.active().refuses(new UserCommand.Restore(origin("r"))))
          .isInstanceOf(Rejection.WrongState.class);
    }
  }

  @Nested
  class Reclaim {
    private static final ReclaimDue DUE = new ReclaimDue(new OperationId("req-reclaim"));

    @Test
    void deletesForGoodWhenTheTimeIsOver() {
      var life = softDeleted().after(KEPT).does(DUE);

      assertThat(life.state().taskState()).contains(TaskState.DELETING);
      assertThat(life.state().trails().getLast().action()).isEqualTo("delete");
    }

    @Test
    void doesNothingBeforeOrToOthers() {
      softDeleted().after(KEPT.minusMillis(1)).ignores(DUE);
      Life.active().under(keeping()).after(KEPT).ignores(DUE);
      softDeleted().under(OperationSettings.DEFAULT).after(KEPT).ignores(DUE);
    }
  }

  @Nested
  class Reset {
    @Test
    void saysWhatIsTrueAndTouchesNoGuest() {
      var life =
          Life.active()
              .does(new UserCommand.ResetState(Examples.adminOrigin("x"), Resting.ERROR))
              .gets(new StepOutcome.Done(""));

      assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
      assertThat(life.state().host()).contains(Examples.H1);
      life.does(new UserCommand.ResetState(Examples.adminOrigin("y"), Resting.ACTIVE))
          .gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void breaksOffWhatIsInProgress() {
      var life =
          Life.active()
              .does(new UserCommand.Stop(origin("s")))
              .does(new UserCommand.ResetState(Examples.adminOrigin("x"), Resting.ACTIVE));

      assertThat(life.state().trails().get(1).error()).contains("Broken off by resetState");
      assertThat(life.state().taskState()).isEmpty();
    }

    @Test
    void toActiveOfAGuestThatIsOffLastsUntilTheHostSaysSo() {
      var life =
          Life.stopped()
              .does(new UserCommand.ResetState(Examples.adminOrigin("x"), Resting.ACTIVE))
              .gets(new StepOutcome.Done(""));

      life.does(
          GuestReported.seen(Examples.H1, life.state().generation(), PowerState.SHUTDOWN, "seen"));

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    @Test
    void ofASoftDeletedOneThatTheQuotaHasNoRoomForLeavesIt() {
      var life =
          softDeleted()
              .does(new UserCommand.ResetState(Examples.adminOrigin("x"), Resting.ACTIVE))
              .gets(new StepOutcome.Refused(OVER))
              .gets(new StepOutcome.Done(""));

      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    @Test
    void doesNotBreakOffADelete() {
      var life = Life.active().does(new UserCommand.Delete(origin("d")));

      assertThat(
              life.refuses(new UserCommand.ResetState(Examples.adminOrigin("x"), Resting.ACTIVE)))
          .isInstanceOf(Rejection.WrongState.class);
    }
  }
}
