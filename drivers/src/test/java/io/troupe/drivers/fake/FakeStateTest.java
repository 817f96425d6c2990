package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeStateTest {
  @TempDir private Path directory;

  @Test
  void guestsAndTheirFencesAreFoundAgain() throws Exception {
    var target = FakeWorld.target("fake-7");
    var gone = FakeWorld.target("fake-7");
    String console;
    try (var driver = open()) {
      driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
      driver.execute(FakeWorld.spawn(gone), Cancellation.NEVER);
      driver.execute(new DriverCommand.Destroy(gone), Cancellation.NEVER);
      driver.execute(new DriverCommand.Stop(target, 0), Cancellation.NEVER);
      driver.execute(new DriverCommand.Inspect(with(1, 9, target)), Cancellation.NEVER);
      console = console(driver, with(1, 9, target));
    }

    try (var driver = open()) {
      assertThat(driver.guests("fake-7"))
          .singleElement()
          .satisfies(
              guest -> {
                assertThat(guest.instance()).contains(target.instance());
                assertThat(guest.power()).isEqualTo(PowerState.SHUTDOWN);
              });
      assertThat(console(driver, with(1, 9, target))).isEqualTo(console);
      assertThat(failureOf(() -> console(driver, with(1, 8, target)))).isEqualTo(Kind.RETRYABLE);
      assertThat(failureOf(() -> console(driver, with(0, 9, target))))
          .isEqualTo(Kind.INSTANCE_FAULT);
    }
  }

  @Test
  void lineCutShortByAKillIsDropped() throws Exception {
    var target = FakeWorld.target("fake-1");
    try (var driver = open()) {
      driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
    }
    Files.writeString(log(), "{\"change\":\"gone\",\"host\":\"fa", StandardOpenOption.APPEND);

    try (var driver = open()) {
      assertThat(driver.guests("fake-1")).hasSize(1);
      driver.execute(new DriverCommand.Destroy(target), Cancellation.NEVER);
    }
    try (var driver = open()) {
      assertThat(driver.guests("fake-1")).isEmpty();
    }
  }

  @Test
  void damagedLineIsNamedAndNothingIsThrownAway() throws Exception {
    Files.createDirectories(directory);
    var damaged = "not json\n{\"change\":\"gone\",\"host\":\"fake-1\",\"name\":\"x\"}\n";
    Files.writeString(log(), damaged);

    var failure = catchThrowableOfType(DriverException.class, this::open).failure();

    assertThat(failure.kind()).isEqualTo(Kind.HOST_FAULT);
    assertThat(failure.message()).contains("guests.jsonl line 1");
    assertThat(log()).hasContent(damaged);
  }

  @Test
  void directoryThatIsAFileIsAHostFault() throws Exception {
    directory = Files.writeString(directory.resolve("file"), "");

    assertThat(failureOf(this::open)).isEqualTo(Kind.HOST_FAULT);
  }

  @Test
  void logIsRewrittenBeforeItGrowsWithoutBound() throws Exception {
    var stays = FakeWorld.target("fake-1");
    var passes = FakeWorld.spawn(FakeWorld.target("fake-2"));
    try (var driver = open()) {
      driver.execute(FakeWorld.spawn(stays), Cancellation.NEVER);
      for (var i = 0; i < 130_000; i++) { // 260,000 lines
        driver.execute(passes, Cancellation.NEVER);
        driver.execute(new DriverCommand.Destroy(passes.target()), Cancellation.NEVER);
      }
      try (var lines = Files.lines(log())) {
        assertThat(lines.count()).isLessThan(20_000);
      }
    }

    try (var driver = open()) {
      assertThat(driver.guests("fake-1")).hasSize(1);
      assertThat(driver.guests("fake-2")).isEmpty();
    }
  }

  @Test
  void isCheapEnoughForFiveHundredSpawnsPerSecond() throws Exception {
    try (var driver = open()) {
      for (var i = 0; i < 2_000; i++) {
        driver.execute(FakeWorld.spawn(FakeWorld.target("fake-1")), Cancellation.NEVER);
      }
      var count = 10_000;
      var start = System.nanoTime();
      for (var i = 0; i < count; i++) {
        driver.execute(FakeWorld.spawn(FakeWorld.target("fake-2")), Cancellation.NEVER);
      }
      var perSecond = count * 1_000_000_000L / (System.nanoTime() - start);

      System.out.println("fake spawns with state: " + perSecond + " per second on one thread");
      assertThat(perSecond).isGreaterThan(500);
    }
  }

  private FakeDriver open() throws DriverException {
    return FakeWorld.open(
        new ConnectionSpec(
            new ConnectionId("fake"),
            URI.create("fake:///"),
            Map.of("state", directory.toString())));
  }

  private Path log() {
    return directory.resolve("guests.jsonl");
  }

  private static GuestTarget with(long generation, long epoch, GuestTarget target) {
    return new GuestTarget(
        target.instance(), target.host(), generation, epoch, target.operation(), target.deadline());
  }

  private static String console(FakeDriver driver, GuestTarget target) throws DriverException {
    var command = new DriverCommand.ReadConsole(target, 1 << 20);
    return ((DriverResult.Console) driver.execute(command, Cancellation.NEVER)).text();
  }

  private static Kind failureOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(DriverException.class, call).failure().kind();
  }
}
