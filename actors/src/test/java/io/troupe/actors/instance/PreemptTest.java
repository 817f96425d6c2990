package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.operation.StepKind;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.config.PreemptionMode;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A boot for which others leave a host, and one who leaves. */
class PreemptTest {
  private static final Map<String, String> SPOT = Map.of(Importance.PREEMPTIBLE, "true");
  private static final Preemption PREEMPTION =
      new Preemption(
          H1,
          List.of(new Preemption.Victim(Examples.instance(7), 3)),
          PreemptionMode.DELETE,
          5_000);

  @Nested
  class TheBoot {
    private final Life life =
        Life.asked(1)
            .gets(new StepOutcome.Done(""))
            .gets(new StepOutcome.NoHostUnless("no hosts", PREEMPTION));

    @Test
    void hasItsHostAskThemAndThenClaims() {
      assertThat(life.asks().what()).isEqualTo(new Effect.Preempt(PREEMPTION, 0));
      assertThat(life.state().taskState()).contains(TaskState.SCHEDULING);

      life.gets(new StepOutcome.Done(""));

      assertThat(life.asks().what())
          .isInstanceOfSatisfying(
              Effect.ClaimHost.class, claim -> assertThat(claim.host()).isEqualTo(H1));
      life.gets(new StepOutcome.Claimed("zone-1"))
          .gets(new StepOutcome.Attached(Examples.nic(0)))
          .gets(new StepOutcome.Guest(true, PowerState.RUNNING));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(H1);
    }

    @Test
    void mayPreemptAtFirst() {
      var fresh = Life.asked(1).gets(new StepOutcome.Done(""));

      assertThat(((Effect.Place) fresh.asks().what()).mayPreempt()).isTrue();
    }

    @Test
    void asksNobodyToLeaveTwice() {
      life.gets(new StepOutcome.Done("")).gets(new StepOutcome.ClaimRefused("somebody was faster"));

      assertThat(((Effect.Place) life.asks().what()).mayPreempt()).isFalse();

      life.gets(new StepOutcome.NoHostUnless("no hosts", PREEMPTION)); // of another release
      assertThat(life.state().operation().orElseThrow().failure().orElseThrow().message())
          .contains("No valid host was found. no hosts");
    }

    @Test
    void goesElsewhereWhenThereIsRoomAfterAll() {
      life.gets(new StepOutcome.Done("")).gets(new StepOutcome.ClaimRefused("somebody was faster"));
      life.gets(Life.placed(H2));

      assertThat(((Effect.ClaimHost) life.asks().what()).host()).isEqualTo(H2);
    }

    @Test
    void doesNotWaitLongerThanItsDeadline() {
      life.late();

      assertThat(life.state().operation().orElseThrow().failure().orElseThrow().message())
          .contains("timed out at step preempt");
      assertThat(life.todo().getFirst()).isEqualTo(StepKind.DESTROY);
    }

    /** Whom else it names nobody may hear from it but operators. */
    @Test
    void itsTrailSaysWhoLeft() {
      assertThat(life.state().trails().getFirst().steps().getLast())
          .returns(true, OperationTrail.Step::ok)
          .returns(
              "would fit on host h1 after evicting 1 preemptible instance: " + Examples.instance(7),
              OperationTrail.Step::detail);
    }
  }

  @Nested
  class WhoLeaves {
    private static Life active() {
      var flavor = new FlavorAtBoot("1", "spot", 1, 1024, 1, 0, 0, SPOT);
      return Life.asked(Examples.boot(flavor, 1, Optional.empty(), Optional.empty()))
          .gets(new StepOutcome.Done(""))
          .gets(Life.placed(H1))
          .gets(new StepOutcome.Claimed("zone-1"))
          .gets(new StepOutcome.Attached(Examples.nic(0)))
          .gets(new StepOutcome.Guest(true, PowerState.RUNNING));
    }

    private static Life stopped() {
      return active()
          .does(new UserCommand.Stop(origin("stop-first")))
          .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN));
    }

    @Test
    void whoIsNotPreemptibleStays() {
      var life = Life.active();

      life.ignores(eviction(life, 0));
    }

    private Eviction eviction(Life life, long graceMillis) {
      return new Eviction(
          H1,
          life.state().generation(),
          PreemptionMode.DELETE,
          graceMillis,
          Examples.instance(9),
          new OperationId("req-other"));
    }

    @Test
    void isSwitchedOffAndDeleted() {
      var life = active();

      life.does(eviction(life, 5_000));

      assertThat(life.state().taskState()).contains(TaskState.DELETING);
      assertThat(life.todo())
          .startsWith(StepKind.POWER_OFF, StepKind.DESTROY, StepKind.RELEASE_CLAIM);
      assertThat(((Effect.RunOnHost) life.asks().what()).command())
          .isInstanceOfSatisfying(
              DriverCommand.Stop.class, stop -> assertThat(stop.graceMillis()).isEqualTo(5_000));
      life.gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN))
          .gets(new StepOutcome.Guest(false, PowerState.NOSTATE))
          .gets(new StepOutcome.Done(""))
          .gets(new StepOutcome.Done(""))
          .gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.DELETED);
      assertThat(life.rests()).isTrue();
    }

    @Test
    void itsOwnerSeesAnActionBeforeTheDelete() {
      var life = active();
      life.does(eviction(life, 0));

      assertThat(life.state().trails().stream().map(OperationTrail::action))
          .containsExactly("create", "preempt", "delete");
      assertThat(life.state().trails().get(1).steps().getFirst().detail())
          .as("for operators")
          .contains(Examples.instance(9).toString());
    }

    @Test
    void withoutGraceOrWithoutPowerItIsRemovedAtOnce() {
      var running = active();
      running.does(eviction(running, 0));
      var stopped = stopped();
      stopped.does(eviction(stopped, 5_000));

      assertThat(running.todo().getFirst()).isEqualTo(StepKind.DESTROY);
      assertThat(stopped.todo().getFirst()).isEqualTo(StepKind.DESTROY);
    }

    @Test
    void whatCannotBeSwitchedOffGoesAsItIs() {
      var life = active();
      life.does(eviction(life, 5_000));

      life.gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));

      assertThat(life.todo()).startsWith(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
      assertThat(life.state().operation().orElseThrow().failure()).isEmpty();
    }

    @Test
    void whatIsNotOffInTimeGoesAsItIs() {
      var life = active();
      life.does(eviction(life, 5_000));

      life.late();

      assertThat(life.todo()).startsWith(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
    }

    @Test
    void saidAgainItChangesNothing() {
      var life = active();
      life.does(eviction(life, 5_000));

      life.ignores(eviction(life, 5_000));
    }

    @Test
    void whileItDoesSomethingElseItWaitsToBeToldAgain() {
      var life = active();
      life.does(new UserCommand.Stop(origin("stop")));

      life.ignores(eviction(life, 5_000));
      life.gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN));
      life.does(eviction(life, 5_000));

      assertThat(life.state().taskState()).contains(TaskState.DELETING);
    }

    @Test
    void aLockDoesNotKeepIt() {
      var life = active();
      life.does(new UserCommand.LockIt(origin("lock"), Optional.empty()));
      life.does(eviction(life, 0));

      assertThat(life.state().taskState()).contains(TaskState.DELETING);
    }

    @Test
    void ofAnotherHostItDoesNotConcernIt() {
      var life = active();

      life.ignores(
          new Eviction(
              H2,
              life.state().generation(),
              PreemptionMode.DELETE,
              0,
              Examples.instance(9),
              new OperationId("req-other")));
    }
  }
}
