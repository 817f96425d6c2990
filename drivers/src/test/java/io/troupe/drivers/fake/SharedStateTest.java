package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.GuestTarget;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One hypervisor in a directory, and several processes that are connected to it. */
@Timeout(120)
class SharedStateTest {
  @TempDir private Path directory;

  @Test
  void processesAtOnceLoseNoChangeAndTheirEpochsOnlyGrow() throws Exception {
    var seed = System.nanoTime() % 1_000_000;
    System.out.println("SharedStateTest: seed " + seed);
    var said = new ArrayList<String>();
    try (var here = open();
        var one = OtherProcess.on(directory);
        var two = OtherProcess.on(directory)) {
      one.tell("storm 1500 " + seed);
      two.tell("storm 1500 " + (seed + 1));
      var mine = new ByteArrayOutputStream();
      var storm =
          CompletableFuture.runAsync(
              () -> {
                try (var output = new PrintStream(mine, true, StandardCharsets.UTF_8)) {
                  OtherProcess.storm(here, 1_500, seed + 2, output);
                } catch (DriverException e) {
                  throw new AssertionError(e);
                }
              });
      one.awaitLine("end", said);
      two.awaitLine("end", said);
      storm.join();
      said.addAll(mine.toString(StandardCharsets.UTF_8).lines().toList());
    }

    var kept = ids("kept", said);
    var gone = ids("gone", said);
    assertThat(kept).hasSize(3_000);
    assertThat(gone).hasSize(1_500);
    // Refused as past were spawns, whose guests are not there, and destroys, whose guests are.
    var past = ids("past", said);
    assertThat(past).isNotEmpty().doesNotContainAnyElementsOf(kept);
    Set<InstanceId> found;
    try (var driver = open()) {
      found = found(driver);
    }
    assertThat(found).containsAll(kept).doesNotContainAnyElementsOf(gone);
    found.removeAll(kept);
    assertThat(past).containsAll(found);
    var history = GuestHistory.of(directory);
    assertThat(history.spawns()).hasSizeGreaterThanOrEqualTo(4_500);
    assertThat(history.madeTwice()).isEmpty();
    assertThat(history.fallsOfEpochs()).isEmpty();
    assertThat(history.epochs().get("fake-1").getLast()).isGreaterThan(2);
    assertThat(history.guests().values().stream().mapToInt(Map::size).sum())
        .isEqualTo(kept.size() + found.size());
  }

  @Test
  void pastEpochIsRefusedAcrossProcesses() throws Exception {
    try (var here = open();
        var other = OtherProcess.on(directory)) {
      assertThat(other.tell("spawn fake-1 4").awaitLine("")).startsWith("kept");
      here.execute(FakeWorld.spawn(target("fake-1", 5)), Cancellation.NEVER);

      other.tell("spawn fake-1 4");

      var before = new ArrayList<String>();
      assertThat(other.awaitLine("failed", before))
          .contains("RETRYABLE", "epoch 4 of host fake-1 is past, now 5");
      assertThat(before)
          .singleElement()
          .asString()
          .contains("refused past epoch: host=fake-1 epoch=4 now=5 instance=");
      assertThat(other.tell("spawn fake-1 6").awaitLine("")).startsWith("kept");
      assertThat(failureOf(() -> spawn(here, "fake-1", 5))).isEqualTo(Kind.RETRYABLE);
      assertThat(other.tell("spawn fake-2 1").awaitLine("")).startsWith("kept"); // per host
    }
    assertThat(GuestHistory.of(directory).epochs().get("fake-1"))
        .containsExactly(4L, 4L, 5L, 5L, 6L, 6L);
  }

  @Test
  void processKilledInTheMiddleHarmsNobody() throws Exception {
    Set<InstanceId> kept = new HashSet<>();
    Set<InstanceId> gone;
    try (var here = open();
        var other = OtherProcess.on(directory)) {
      other.tell("storm 1000000 1");
      var said = new ArrayList<String>();
      for (var i = 0; i < 500; i++) {
        kept.add(spawn(here, "fake-9", 1));
        said.add(other.awaitLine(""));
      }
      other.kill();
      for (var i = 0; i < 500; i++) {
        kept.add(spawn(here, "fake-9", 1));
      }
      said.addAll(other.remaining());
      kept.addAll(ids("kept", said));
      gone = ids("gone", said);
      assertThat(found(here)).containsAll(kept).doesNotContainAnyElementsOf(gone);
    }

    try (var driver = open()) {
      assertThat(found(driver)).containsAll(kept).doesNotContainAnyElementsOf(gone);
    }
    assertThat(GuestHistory.of(directory).madeTwice()).isEmpty();
  }

  @Test
  void processStoppedAtRestHoldsNobodyUpAndIsRefusedAfterwards() throws Exception {
    try (var here = open();
        var other = OtherProcess.on(directory)) {
      assertThat(other.tell("spawn fake-1 1").awaitLine("")).startsWith("kept");
      stopAtRest(other, here);
      other.tell("spawn fake-1 1"); // it will find this when it goes on

      var start = System.nanoTime();
      for (var i = 0; i < 500; i++) {
        spawn(here, "fake-1", 2);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
      other.signal("CONT");

      assertThat(other.awaitLine("failed")).contains("epoch 1 of host fake-1 is past, now 2");
      assertThat(here.guests("fake-1")).hasSize(502);
    }
    assertThat(GuestHistory.of(directory).fallsOfEpochs()).isEmpty();
  }

  /** Whoever has just answered may look at the state once more; shown by a spawn here. */
  private static void stopAtRest(OtherProcess other, FakeDriver here) throws Exception {
    for (var tries = 0; ; tries++) {
      other.signal("STOP");
      try {
        spawn(here, "fake-1", 1);
        return;
      } catch (DriverException held) {
        other.signal("CONT");
        if (tries == 3) {
          throw held;
        }
      }
    }
  }

  @Test
  void processStoppedInsideIsRetryableUntilItIsGone() throws Exception {
    try (var here = open();
        var other = OtherProcess.on(directory)) {
      assertThat(other.tell("hold").awaitLine("")).isEqualTo("held");
      other.signal("STOP");

      var start = System.nanoTime();
      try (var threads = Executors.newFixedThreadPool(3)) {
        var spawns =
            Collections.nCopies(
                3, (Callable<Kind>) () -> failureOf(() -> spawn(here, "fake-1", 1)));
        for (var each : threads.invokeAll(spawns)) {
          assertThat(each.get()).isEqualTo(Kind.RETRYABLE);
        }
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)) // together, not one by one
          .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8));

      assertThat(here.guests("fake-1")).as("to look, nobody waits").isEmpty();
      other.kill();
      spawn(here, "fake-1", 1);
    }
  }

  @Test
  void fileRewrittenByAnotherIsReadFromItsStart() throws Exception {
    try (var here = open()) {
      var first = spawn(here, "fake-1", 3);
      var guests = new FakeGuests();
      var other = new GuestLog(directory);
      other.catchUp(guests);
      guests.apply(new FakeChange.Gone("fake-1", FakeGuest.nameOf(first), 4));
      other.rewrite(guests.everything());
      other.append(new FakeChange.EpochRaised("fake-2", 7));
      other.close();

      assertThat(here.guests("fake-1")).isEmpty();
      assertThat(failureOf(() -> spawn(here, "fake-1", 3))).isEqualTo(Kind.RETRYABLE);
      assertThat(failureOf(() -> spawn(here, "fake-2", 6))).isEqualTo(Kind.RETRYABLE);
      var second = spawn(here, "fake-1", 4);

      Files.writeString(directory.resolve("guests.jsonl"), ""); // the same file, but shorter
      assertThat(here.guests("fake-1")).isEmpty();
      spawn(here, "fake-1", 1);
      assertThat(here.spawns(second, 1)).isZero();
    }
  }

  @Test
  void fileOfAFormerReleaseHasEpochsOfZero() throws Exception {
    Files.writeString(
        directory.resolve("guests.jsonl"),
        """
        {"change":"epoch-raised","host":"fake-1","epoch":9}
        {"change":"kept","host":"fake-1","guest":{"name":"instance-6f1c8a3e-0d5b-4f43-9a53-0a4d5c1f7e11",\
        "instance":"6f1c8a3e-0d5b-4f43-9a53-0a4d5c1f7e11","generation":2,"power":"RUNNING",\
        "hostname":"a","size":{"vcpus":1,"ramMib":1,"diskGib":1},"nics":[],"keyName":"",\
        "past":[{"what":"BOOTED","boot":1,"atMillis":1}]}}
        {"change":"gone","host":"fake-1","name":"x"}
        """);

    try (var driver = open()) {
      assertThat(driver.guests("fake-1"))
          .singleElement()
          .satisfies(guest -> assertThat(guest.generation()).isEqualTo(2));
      assertThat(failureOf(() -> spawn(driver, "fake-1", 8))).isEqualTo(Kind.RETRYABLE);
    }
    var history = GuestHistory.of(directory);
    assertThat(history.epochs().get("fake-1")).containsExactly(9L, 0L, 0L);
    assertThat(history.spawns("6f1c8a3e-0d5b-4f43-9a53-0a4d5c1f7e11", 2)).isEqualTo(1);
  }

  @Test
  void historyCountsEveryGuestThatWasMadeTwice() throws Exception {
    var here = target("fake-1", 1);
    var there = new GuestTarget(here.instance(), "fake-2", 1, 1, here.operation(), here.deadline());
    var again = target("fake-1", 1);
    var once = target("fake-1", 1);
    try (var driver = open()) {
      for (var target : List.of(here, there, again, once)) {
        driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
        driver.execute(new DriverCommand.Stop(target, 0), Cancellation.NEVER);
        driver.execute(new DriverCommand.Start(target), Cancellation.NEVER);
      }
      driver.execute(new DriverCommand.Destroy(again), Cancellation.NEVER);
      driver.execute(FakeWorld.spawn(again), Cancellation.NEVER);
    }

    var history = GuestHistory.of(directory);

    assertThat(history.madeTwice())
        .containsOnlyKeys(
            new GuestHistory.Spawn(here.instance().toString(), 1),
            new GuestHistory.Spawn(again.instance().toString(), 1));
    assertThat(history.spawns(once.instance().toString(), 1)).isEqualTo(1);
    assertThat(history.guests().get("fake-2")).hasSize(1);
  }

  private FakeDriver open() throws DriverException {
    return FakeWorld.open(
        new ConnectionSpec(
            new ConnectionId("fake"),
            URI.create("fake:///"),
            Map.of("state", directory.toString())));
  }

  private static InstanceId spawn(FakeDriver driver, String host, long epoch)
      throws DriverException {
    var target = target(host, epoch);
    driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
    return target.instance();
  }

  private static GuestTarget target(String host, long epoch) {
    return new GuestTarget(
        InstanceId.fresh(), host, 1, epoch, OperationId.fresh(), Instant.now().plusSeconds(60));
  }

  private static Set<InstanceId> found(FakeDriver driver) throws DriverException {
    Set<InstanceId> found = new HashSet<>();
    for (var host : driver.hosts()) {
      driver.guests(host.name()).forEach(guest -> found.add(guest.instance().orElseThrow()));
    }
    return found;
  }

  /** The ids behind this word; a line may be cut. */
  private static Set<InstanceId> ids(String word, List<String> said) {
    Set<InstanceId> ids = new HashSet<>();
    said.stream()
        .filter(line -> line.startsWith(word + " "))
        .forEach(line -> InstanceId.parse(line.substring(5).strip()).ifPresent(ids::add));
    return ids;
  }

  private static Kind failureOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(DriverException.class, call).failure().kind();
  }
}
