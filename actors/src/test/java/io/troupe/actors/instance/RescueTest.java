package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rescue and unrescue: what is done, what is undone, and what is said when neither works. */
class RescueTest {
  private static final GuestSpec.ImageRef TOOLS =
      new GuestSpec.ImageRef("tools", "sha", "qcow2", 10, 20);
  private static final StepOutcome.Guest RUNS = new StepOutcome.Guest(true, PowerState.RUNNING);
  private static final StepOutcome.Guest OFF = new StepOutcome.Guest(true, PowerState.SHUTDOWN);

  private static Life rescuing(Life life) {
    return life.does(new UserCommand.Rescue(origin("r"), TOOLS));
  }

  private static Life rescued() {
    return rescuing(Life.active()).gets(RUNS);
  }

  private static Life unrescuing() {
    return rescued().does(new UserCommand.Unrescue(origin("u")));
  }

  private static DriverCommand told(Life life) {
    return ((Effect.RunOnHost) life.asks().what()).command();
  }

  private static StepOutcome.Result refusal() {
    return Life.failure(DriverFailure.Kind.INSTANCE_FAULT);
  }

  private static String error(Life life) {
    return life.state().trails().getLast().error().orElseThrow();
  }

  @Nested
  class Rescue {
    @Test
    void bootsTheGuestFromTheImageAskedFor() {
      var life = rescuing(Life.stopped());

      assertThat(life.state().taskState()).contains(TaskState.RESCUING);
      assertThat(told(life))
          .isInstanceOfSatisfying(
              DriverCommand.Rescue.class, it -> assertThat(it.image()).isEqualTo(TOOLS));
      life.gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
      assertThat(life.state().host()).contains(Examples.H1);
      assertThat(life.state().trails().getLast().error()).isEmpty();
    }

    @Test
    void isToldAgainWhatMayPass() {
      var life = rescuing(Life.active());

      life.isToldToAskAgain(Life.failure(DriverFailure.Kind.RETRYABLE));
      assertThat(told(life)).isInstanceOf(DriverCommand.Rescue.class);
    }

    /** What it was before, and what the guest answers to being put back. */
    static Stream<Arguments> undone() {
      return Stream.of(
          Arguments.of(Life.active(), false, VmState.ACTIVE),
          Arguments.of(Life.stopped(), true, VmState.STOPPED));
    }

    @ParameterizedTest
    @MethodSource("undone")
    void thatFailsIsUndone(Life before, boolean wasOff, VmState after) {
      var life = rescuing(before).gets(refusal());

      assertUndone(life, wasOff, after);
      assertThat(error(life)).isEqualTo("it broke");
    }

    @ParameterizedTest
    @MethodSource("undone")
    void whoseTimeIsUpIsUndone(Life before, boolean wasOff, VmState after) {
      var life = rescuing(before).late();

      assertUndone(life, wasOff, after);
      assertThat(error(life)).isEqualTo("Timed out at step rescue");
    }

    private static void assertUndone(Life life, boolean wasOff, VmState after) {
      assertThat(told(life)).isInstanceOf(DriverCommand.Unrescue.class);
      life.gets(RUNS);
      if (wasOff) {
        assertThat(told(life)).isInstanceOf(DriverCommand.Stop.class);
        life.gets(OFF);
      }
      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(after);
    }

    @Test
    void thatCannotBeUndoneIsRescuedSoThatOnlyUnrescueIsLegal() {
      var life = rescuing(Life.active()).gets(refusal()).gets(refusal()).gets(RUNS);

      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
      assertThat(error(life)).isEqualTo("it broke");
      life.does(new UserCommand.Unrescue(origin("u"))).gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void thatTheDriverCannotDoChangesNothing() {
      var life =
          rescuing(Life.stopped()).gets(Life.failure(DriverFailure.Kind.UNSUPPORTED)).gets(OFF);

      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
      assertThat(error(life)).isEqualTo("it broke");
    }

    @Test
    void thatNeverAnswersEndsAllTheSame() {
      var life = rescuing(Life.active()).late().late().late();

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
    }

    @Test
    void isBrokenOffByDelete() {
      var life = rescuing(Life.active()).does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo()).startsWith(StepKind.DESTROY);
    }
  }

  @Nested
  class Unrescue {
    @Test
    void bootsTheGuestFromItsOwnDisk() {
      var life = unrescuing();

      assertThat(life.state().taskState()).contains(TaskState.UNRESCUING);
      assertThat(told(life)).isInstanceOf(DriverCommand.Unrescue.class);
      life.gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void thatFailsLeavesItRescuedToBeAskedAgain() {
      var life = unrescuing().gets(refusal()).gets(RUNS);

      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
      assertThat(error(life)).isEqualTo("it broke");
      life.does(new UserCommand.Unrescue(origin("again"))).gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void thatNeverAnswersEndsAllTheSame() {
      var life = unrescuing().late().late();

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
      assertThat(error(life)).isEqualTo("Timed out at step unrescue");
    }
  }

  @Nested
  class SoftDelete {
    private static Life keeping(Life life) {
      return life.under(OperationSettings.DEFAULT.reclaimingAfter(3_600_000));
    }

    @Test
    void unrescuesFirstSoThatWhatIsRestoredRunsFromItsOwnDisk() {
      var life = keeping(rescued()).does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo())
          .containsExactly(StepKind.UNRESCUE, StepKind.POWER_OFF, StepKind.RELEASE_QUOTA);
      life.gets(RUNS).gets(OFF).gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    }

    @Test
    void ofOneBeingRescuedThatCannotBePutBackLeavesItRescued() {
      var life = keeping(rescuing(Life.active())).does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo()).startsWith(StepKind.UNRESCUE);
      life.gets(refusal()).gets(RUNS).gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
    }

    @Test
    void thatFailsAfterwardsLeavesItActive() {
      var life = keeping(rescued()).does(new UserCommand.Delete(origin("d")));

      life.gets(RUNS).gets(refusal()).gets(RUNS).gets(new StepOutcome.Done(""));
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }
  }
}
