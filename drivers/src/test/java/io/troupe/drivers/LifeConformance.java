package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every driver promises about the life of a guest beyond on and off, for those commands that
 * it offers.
 */
public abstract class LifeConformance extends DriverConformance {

  // -- paused and suspended

  @Test
  protected void pausedGuestIsInMemoryUntilItIsUnpausedEachTwice() throws Exception {
    needs("Pause", "Unpause");
    var target = target();
    spawn(target);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Pause(target)).power()).isEqualTo(PowerState.PAUSED);
      assertEverybodySays(target, PowerState.PAUSED);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Unpause(target)).power()).isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }
  }

  @Test
  protected void suspendedGuestGoesOnWhereItWasEachTwice() throws Exception {
    needs("Suspend", "Resume");
    var target = target();
    spawn(target);
    var booted = awaitBoots(target, 1);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Suspend(target)).power()).isEqualTo(PowerState.SUSPENDED);
      assertEverybodySays(target, PowerState.SUSPENDED);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Resume(target)).power()).isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }

    if (booted) {
      var marker = bootMarker(hostname(target.instance())).orElseThrow();
      assertThat(occurrences(console(target, 1 << 20), marker)).as("boots").isEqualTo(1);
    }
  }

  @Test
  protected void pausedAndSuspendedGuestsGoOnWhenStarted() throws Exception {
    needs("Pause", "Suspend", "Start");
    var target = target();
    spawn(target);

    run(new DriverCommand.Pause(target));
    assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Pause(target));
    assertThat(guest(new DriverCommand.Suspend(target)).power()).isEqualTo(PowerState.SUSPENDED);
  }

  @Test
  protected void suspendedGuestCanBeStoppedRebootedAndDestroyed() throws Exception {
    needs("Suspend", "Stop", "Reboot", "Resume");
    var target = target();
    spawn(target);

    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Stop(target, 0)).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(failureOf(() -> run(new DriverCommand.Resume(target))))
        .as("what was saved is gone")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Start(target));
    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Reboot(target, false, 0)).power())
        .isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Suspend(target));

    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
    assertThat(reportOf(target)).isEmpty();
  }

  @Test
  protected void guestThatIsOffCannotBePausedSuspendedOrInterrupted() throws Exception {
    needs("Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    for (var command :
        new DriverCommand[] {
          new DriverCommand.Pause(target),
          new DriverCommand.Unpause(target),
          new DriverCommand.Suspend(target),
          new DriverCommand.Resume(target),
          new DriverCommand.TriggerCrashDump(target)
        }) {
      if (can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command))).as(command.name()).isEqualTo(Kind.INSTANCE_FAULT);
        assertEverybodySays(target, PowerState.SHUTDOWN);
      }
    }
  }

  // -- crash dump

  /** A text that a guest writes to its console when it gets an NMI; empty if none. */
  protected Optional<String> interruptMarker() {
    return Optional.empty();
  }

  @Test
  protected void interruptedGuestHasGotIt() throws Exception {
    needs("TriggerCrashDump");
    var target = target();
    spawn(target);
    var booted = awaitBoots(target, 1);

    assertThat(guest(new DriverCommand.TriggerCrashDump(target)).present()).isTrue();

    assumeTrue(booted && interruptMarker().isPresent(), "guests do not say so");
    awaitConsole(target, interruptMarker().orElseThrow());
  }

  /** Waits until the guest has written this to its console. */
  protected final void awaitConsole(GuestTarget target, String text) throws Exception {
    var until = System.nanoTime() + bootTimeout().toNanos();
    for (var log = console(target, 1 << 20); !log.contains(text); log = console(target, 1 << 20)) {
      assertThat(System.nanoTime() - until).as("'%s' in time, log: %s", text, log).isNegative();
      Thread.sleep(lookInterval());
    }
  }

  // -- the guest's agent

  @Test
  protected void passwordIsNeverInWhatACommandSaysOfItself() {
    assertThat(new DriverCommand.SetPassword(target(), "root", "secret").toString())
        .contains("root")
        .doesNotContain("secret");
  }

  @Test
  protected void passwordOfAGuestThatIsOffIsTheInstancesFault() throws Exception {
    needs("SetPassword", "Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    assertThat(failureOf(() -> run(new DriverCommand.SetPassword(target, "root", "secret"))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  // -- diagnostics

  @Test
  protected void diagnosticsCountWhatTheGuestHas() throws Exception {
    needs("Diagnostics", "Stop");
    var target = target();
    spawn(target);

    var result = run(new DriverCommand.Diagnostics(target));

    assertThat(result).isInstanceOf(DriverResult.Diagnostics.class);
    var diagnostics = (DriverResult.Diagnostics) result;
    assertThat(diagnostics.power()).isEqualTo(PowerState.RUNNING);
    assertThat(diagnostics.driver()).isNotBlank();
    assertThat(diagnostics.cpus()).hasSize(size().vcpus());
    assertThat(diagnostics.memory().maximumMib()).isEqualTo(size().ramMib());
    assertThat(diagnostics.memory().usedMib()).isBetween(1L, size().ramMib());
    assertThat(diagnostics.nics())
        .extracting(DriverResult.Diagnostics.Nic::mac)
        .containsExactlyElementsOf(nics().stream().map(GuestSpec.Nic::mac).toList());
    run(new DriverCommand.Stop(target, 0));
    assertThat(failureOf(() -> run(new DriverCommand.Diagnostics(target))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  private void assertEverybodySays(GuestTarget target, PowerState power) throws Exception {
    assertThat(inspect(target).power()).isEqualTo(power);
    assertThat(reportOf(target).orElseThrow().power()).isEqualTo(power);
  }
}
