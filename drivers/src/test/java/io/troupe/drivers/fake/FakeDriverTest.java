package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestTarget;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FakeDriverTest {
  @Nested
  class Fleet {
    @Test
    void hostsAreNumberedFromOne() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("hosts=70000&prefix=h"));

      var hosts = driver.hosts();

      assertThat(hosts).hasSize(70_000);
      assertThat(hosts.getFirst().name()).isEqualTo("h1");
      assertThat(hosts.getLast().name()).isEqualTo("h70000");
      assertThat(hosts).extracting(host -> host.address()).doesNotHaveDuplicates();
      assertThat(driver.guests("h70000")).isEmpty();
      for (var stranger : List.of("h0", "h01", "h70001", "h", "g1", "h1x", "h99999999999")) {
        assertThat(failureOf(() -> driver.guests(stranger))).isEqualTo(Kind.HOST_FAULT);
      }
    }

    @Test
    void tenThousandHostsCostLittle() throws Exception {
      var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      FakeWorld.open(FakeWorld.connection("hosts=10")).hosts(); // classes are loaded once

      var before = memory.getCurrentThreadAllocatedBytes();
      FakeWorld.open(FakeWorld.connection("hosts=10000")).hosts();
      var perHost = (memory.getCurrentThreadAllocatedBytes() - before) / 10_000;

      System.out.println("fake host: " + perHost + " bytes allocated");
      assertThat(perHost).isLessThan(1_024);
    }

    @Test
    void guestLargerThanItsHostIsAHostFault() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("vcpus=4&ramMib=1024&diskGib=10"));

      for (var tooLarge :
          List.of(new Resources(5, 1, 1), new Resources(1, 1_025, 1), new Resources(1, 1, 11))) {
        assertThat(failureOf(() -> run(driver, FakeWorld.spawn(target(), tooLarge))))
            .isEqualTo(Kind.HOST_FAULT);
      }
      run(driver, FakeWorld.spawn(target(), new Resources(4, 1_024, 10)));
    }
  }

  @Nested
  class Spawning {
    @Test
    void isCountedForEachInstanceAndGeneration() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("hosts=2"));
      var first = target();
      var second = with(2, "fake-2", first);

      run(driver, FakeWorld.spawn(first));
      run(driver, FakeWorld.spawn(first));
      assertThat(driver.spawns(first.instance(), 1)).isEqualTo(1);
      run(driver, new DriverCommand.Destroy(first));
      run(driver, FakeWorld.spawn(first));
      run(driver, FakeWorld.spawn(second));

      assertThat(driver.spawns(first.instance(), 1)).isEqualTo(2);
      assertThat(driver.spawns(first.instance(), 2)).isEqualTo(1);
      assertThat(driver.spawns(first.instance(), 3)).isZero();
    }

    @Test
    void readsAnImageOncePerDriver() throws Exception {
      var reads = new AtomicInteger();
      var context =
          new DriverContext(
              id -> {
                reads.incrementAndGet();
                return FakeWorld.openImage(id);
              },
              event -> {});
      var driver = new FakeDriverProvider().open(FakeWorld.connection("hosts=3"), context);

      for (var host : List.of("fake-1", "fake-2", "fake-3", "fake-1")) {
        run(driver, FakeWorld.spawn(FakeWorld.target(host)));
      }

      assertThat(reads).hasValue(1);
    }

    @Test
    void cancelledInTheMiddleOfABootStopsEarly() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("bootMillis=80000000"));
      var looks = new AtomicInteger();
      var target = target();

      var failure =
          failureOf(
              () -> driver.execute(FakeWorld.spawn(target), () -> looks.incrementAndGet() > 3));

      assertThat(failure).isEqualTo(Kind.RETRYABLE);
      assertThat(driver.guests("fake-1")).isEmpty();
    }

    @Test
    void takesItsBootTime() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("bootMillis=30&bootJitterMillis=5"));

      var start = System.nanoTime();
      run(driver, FakeWorld.spawn(target()));

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
    }
  }

  @Nested
  class Failing {
    @Test
    void isDrawnFromTheSeed() throws Exception {
      var drawn = failures("failureRate=0.3&seed=7&failureKind=RETRYABLE");

      assertThat(drawn).isEqualTo(failures("failureRate=0.3&seed=7&failureKind=RETRYABLE"));
      assertThat(drawn).isNotEqualTo(failures("failureRate=0.3&seed=8&failureKind=RETRYABLE"));
      assertThat(drawn.stream().filter(failed -> failed).count()).isBetween(200L, 400L);
    }

    private List<Boolean> failures(String options) throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection(options));
      var failures = new ArrayList<Boolean>();
      for (var i = 0; i < 1_000; i++) {
        try {
          run(driver, FakeWorld.spawn(target()));
          failures.add(false);
        } catch (DriverException e) {
          assertThat(e.failure().kind()).isEqualTo(Kind.RETRYABLE);
          failures.add(true);
        }
      }
      var failed = failures.stream().filter(each -> each).count();
      assertThat(driver.guests("fake-1")).hasSize(1_000 - (int) failed);
      return failures;
    }

    @Test
    void strikesOnlyTheCommandsNamed() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("failureRate=1.0&failureCommands=Stop"));
      var target = target();
      run(driver, FakeWorld.spawn(target));

      assertThat(failureOf(() -> run(driver, new DriverCommand.Stop(target, 0))))
          .isEqualTo(Kind.HOST_FAULT);
      assertThat(driver.guests("fake-1").getFirst().power()).isEqualTo(PowerState.RUNNING);
    }

    @Test
    void afterTheEffectLooksLikeALostAnswer() throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection("failureRate=1.0&failureAfterEffect=true"));

      assertThat(failureOf(() -> run(driver, FakeWorld.spawn(target()))))
          .isEqualTo(Kind.HOST_FAULT);
      assertThat(driver.guests("fake-1")).hasSize(1);
    }
  }

  @Nested
  class Stopping {
    @Test
    void guestThatHearsItShutsDown() throws Exception {
      assertThat(consoleAfterStop("stopMillis=1", 60_000)).contains("Power down");
    }

    @Test
    void guestThatIsTooSlowIsPoweredOffWhenTheGraceIsOver() throws Exception {
      assertThat(consoleAfterStop("stopMillis=60000", 20)).doesNotContain("Power down");
    }

    @Test
    void guestThatIgnoresAcpiIsPoweredOffWhenTheGraceIsOver() throws Exception {
      var start = System.nanoTime();

      assertThat(consoleAfterStop("ignoresAcpi=true", 20)).doesNotContain("Power down");

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
    }

    @Test
    void withoutGraceIsAPowerCut() throws Exception {
      assertThat(consoleAfterStop("stopMillis=0", 0)).doesNotContain("Power down");
    }

    private String consoleAfterStop(String options, long graceMillis) throws Exception {
      var driver = FakeWorld.open(FakeWorld.connection(options));
      var target = target();
      run(driver, FakeWorld.spawn(target));

      assertThat(run(driver, new DriverCommand.Stop(target, graceMillis)))
          .isEqualTo(DriverResult.Guest.in(PowerState.SHUTDOWN));
      return console(driver, target);
    }
  }

  @Test
  void passwordIsSetByTheAgentIfThereIsOne() throws Exception {
    var target = target();
    var command = new DriverCommand.SetPassword(target, "root", "secret");
    var driver = FakeWorld.open(FakeWorld.connection("hosts=1"));
    run(driver, FakeWorld.spawn(target));
    var without = FakeWorld.open(FakeWorld.connection("hosts=1&noAgent=true"));
    run(without, FakeWorld.spawn(target));

    run(driver, command);

    assertThat(console(driver, target)).endsWith("password changed\n").doesNotContain("secret");
    assertThat(failureOf(() -> run(without, command))).isEqualTo(Kind.UNSUPPORTED);
  }

  @Test
  void aSnapshotThatMustBeQuiescedNeedsAnAgentWhileTheGuestRuns() throws Exception {
    var target = target();
    var without = FakeWorld.open(FakeWorld.connection("hosts=1&noAgent=true"));
    run(without, FakeWorld.spawn(target));

    assertThat(failureOf(() -> run(without, new DriverCommand.Snapshot(target, "i", true))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(catchThrowable(() -> run(without, new DriverCommand.Snapshot(target, "i", true))))
        .hasMessageContaining("os_require_quiesce");
  }

  @Test
  void whatItLacksIsSaidBeforehandAndUnsupported() throws Exception {
    var target = target();
    var driver = FakeWorld.open(FakeWorld.connection("hosts=1&lacks=Pause"));
    run(driver, FakeWorld.spawn(target));

    assertThat(driver.capabilities().lacking()).containsExactly("Pause");
    assertThat(failureOf(() -> run(driver, new DriverCommand.Pause(target))))
        .isEqualTo(Kind.UNSUPPORTED);
    assertThat(FakeWorld.open(FakeWorld.connection("hosts=1")).capabilities().lacking()).isEmpty();
  }

  @Test
  void consoleTellsTheGuestsStoryAndEndsReady() throws Exception {
    var driver = FakeWorld.open(FakeWorld.connection("hosts=1"));
    var target = target();
    run(driver, FakeWorld.spawn(target));
    var first = console(driver, target);

    run(driver, new DriverCommand.Reboot(target, true, 1_000));

    assertThat(first)
        .contains("boot 1,", "fa:16:3e:00:00:01 10.0.0.5", "ssh key my-key")
        .endsWith("fake guest a-guest ready\n");
    assertThat(console(driver, target))
        .startsWith(first)
        .contains("Power down", "boot 2,")
        .endsWith("fake guest a-guest ready\n");
  }

  @Test
  void longHistoryScrollsOut() throws Exception {
    var driver = FakeWorld.open(FakeWorld.connection("hosts=1"));
    var target = target();
    run(driver, FakeWorld.spawn(target));

    for (var i = 0; i < 100; i++) {
      run(driver, new DriverCommand.Reboot(target, false, 0));
    }

    assertThat(console(driver, target)).contains("boot 101,").doesNotContain("boot 1,");
  }

  @Test
  void othersHearOfAChangeItsMakerDoesNot() throws Exception {
    var connection = FakeWorld.connection("hosts=1");
    var heardByMaker = new ArrayList<GuestEvent>();
    var heardByOther = new ArrayList<GuestEvent>();
    var maker = FakeWorld.open(connection, heardByMaker::add);
    FakeWorld.open(connection, heardByOther::add);
    var target = target();

    run(maker, FakeWorld.spawn(target));
    assertThat(heardByMaker).isEmpty();
    assertThat(heardByOther).extracting(GuestEvent::power).containsExactly(PowerState.RUNNING);
    maker.crash(target.instance());

    assertThat(heardByMaker).extracting(GuestEvent::power).containsExactly(PowerState.CRASHED);
    assertThat(heardByOther).hasSize(2);
    assertThat(failureOf(() -> asCall(() -> maker.powerOffByGuest(target.instance()))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  @Test
  void cutCableIsRetryableUntilItIsMended() throws Exception {
    var connection = FakeWorld.connection("hosts=1");
    var driver = FakeWorld.open(connection);
    var target = target();
    run(driver, FakeWorld.spawn(target));

    driver.cutCable();
    assertThat(failureOf(driver::hosts)).isEqualTo(Kind.RETRYABLE);
    assertThat(failureOf(() -> driver.guests("fake-1"))).isEqualTo(Kind.RETRYABLE);
    assertThat(failureOf(() -> run(driver, new DriverCommand.Start(target))))
        .isEqualTo(Kind.RETRYABLE);
    driver.close();
    assertThat(failureOf(() -> FakeWorld.open(connection))).isEqualTo(Kind.RETRYABLE);
    driver.mendCable();

    assertThat(FakeWorld.open(connection).guests("fake-1")).hasSize(1);
  }

  @Test
  void guestUnderAnInstancesNameThatIsNotOursIsLeftAlone() throws Exception {
    var driver = FakeWorld.open(FakeWorld.connection("hosts=1"));
    var target = target();
    driver.putForeignGuest("fake-1", FakeGuest.nameOf(target.instance()));

    for (var command :
        List.of(FakeWorld.spawn(target), new DriverCommand.Stop(target, 0), destroy(target))) {
      assertThat(failureOf(() -> run(driver, command))).isEqualTo(Kind.HOST_FAULT);
    }
    assertThat(driver.guests("fake-1").getFirst().power()).isEqualTo(PowerState.RUNNING);
  }

  private static DriverCommand destroy(GuestTarget target) {
    return new DriverCommand.Destroy(target);
  }

  private static DriverResult run(FakeDriver driver, DriverCommand command) throws DriverException {
    return driver.execute(command, Cancellation.NEVER);
  }

  private static String console(FakeDriver driver, GuestTarget target) throws DriverException {
    return ((DriverResult.Console) run(driver, new DriverCommand.ReadConsole(target, 1 << 20)))
        .text();
  }

  private static GuestTarget target() {
    return FakeWorld.target("fake-1");
  }

  private static GuestTarget with(long generation, String host, GuestTarget target) {
    return new GuestTarget(
        target.instance(), host, generation, 1, target.operation(), target.deadline());
  }

  @FunctionalInterface
  private interface Action {
    void run() throws DriverException;
  }

  private static Object asCall(Action action) throws DriverException {
    action.run();
    return "done";
  }

  private static Kind failureOf(Callable<?> call) {
    return catchThrowableOfType(DriverException.class, call::call).failure().kind();
  }
}
