package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pause and suspend, unpause and resume, and the interrupt for a crash dump. */
class HoldTest {
  /** A life before the command, the command, what the driver is told, and how it ends. */
  private record Case(
      Life before,
      UserCommand command,
      Class<? extends DriverCommand> call,
      TaskState task,
      PowerState power,
      VmState vmState) {
    @Override
    public String toString() {
      return command.getClass().getSimpleName();
    }
  }

  private static Life paused() {
    return Life.active()
        .does(new UserCommand.Pause(origin("p")))
        .gets(new StepOutcome.Guest(true, PowerState.PAUSED));
  }

  private static Life suspended() {
    return Life.active()
        .does(new UserCommand.Suspend(origin("s")))
        .gets(new StepOutcome.Guest(true, PowerState.SUSPENDED));
  }

  static Stream<Arguments> cases() {
    var origin = origin("now");
    return Stream.of(
            new Case(
                Life.active(),
                new UserCommand.Pause(origin),
                DriverCommand.Pause.class,
                TaskState.PAUSING,
                PowerState.PAUSED,
                VmState.PAUSED),
            new Case(
                paused(),
                new UserCommand.Unpause(origin),
                DriverCommand.Unpause.class,
                TaskState.UNPAUSING,
                PowerState.RUNNING,
                VmState.ACTIVE),
            new Case(
                Life.active(),
                new UserCommand.Suspend(origin),
                DriverCommand.Suspend.class,
                TaskState.SUSPENDING,
                PowerState.SUSPENDED,
                VmState.SUSPENDED),
            new Case(
                suspended(),
                new UserCommand.Resume(origin),
                DriverCommand.Resume.class,
                TaskState.RESUMING,
                PowerState.RUNNING,
                VmState.ACTIVE))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsTheDriverAndEndsAsWanted(Case one) {
    var life = one.before().does(one.command());

    assertThat(life.state().taskState()).contains(one.task());
    assertThat(((Effect.RunOnHost) life.asks().what()).command()).isInstanceOf(one.call());
    life.gets(new StepOutcome.Guest(true, one.power()));
    assertThat(life.state().vmState()).isEqualTo(one.vmState());
    assertThat(life.state().host()).as("the claim stays").contains(Examples.H1);
    assertThat(life.state().trails().getLast().error()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whoseTimeIsUpAlthoughItWasDoneIsDone(Case one) {
    var life =
        one.before().does(one.command()).late().gets(new StepOutcome.Guest(true, one.power()));

    assertThat(life.state().vmState()).isEqualTo(one.vmState());
    assertThat(life.state().trails().getLast().error()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void thatFailsShowsWhatIsTrueAndWhy(Case one) {
    var before = one.before().state();
    var life =
        one.before()
            .does(one.command())
            .gets(Life.failure(DriverFailure.Kind.UNSUPPORTED))
            .gets(new StepOutcome.Guest(true, before.power()));

    assertThat(life.state().vmState()).isEqualTo(before.vmState());
    assertThat(life.state().taskState()).isEmpty();
    assertThat(life.state().trails().getLast().error()).contains("it broke");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void thatNeverAnswersEndsAllTheSame(Case one) {
    var life = one.before().does(one.command()).late().late();

    assertThat(life.rests()).isTrue();
    assertThat(life.state().trails().getLast().error()).isPresent();
  }

  @Test
  void aHardRebootHelpsAGuestThatHangsInOneOfThem() {
    var life =
        Life.active()
            .does(new UserCommand.Pause(origin("p")))
            .does(new UserCommand.Reboot(origin("r"), false));

    assertThat(life.state().taskState()).contains(TaskState.REBOOTING_HARD);
  }

  @Test
  void aCrashDumpLeavesTheStateAlone() {
    var life = paused().does(new UserCommand.TriggerCrashDump(origin("c")));

    assertThat(((Effect.RunOnHost) life.asks().what()).command())
        .isInstanceOf(DriverCommand.TriggerCrashDump.class);
    life.gets(new StepOutcome.Guest(true, PowerState.PAUSED));
    assertThat(life.state().vmState()).isEqualTo(VmState.PAUSED);
  }
}
