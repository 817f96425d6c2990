package io.troupe.actors.drain;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Answer;
import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogInMemory;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.Item;
import io.troupe.actors.catalog.HostDrain.Policy;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.catalog.HostDrain.Terms;
import io.troupe.actors.host.Administration;
import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.VmState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a drain does, look by look, with instances that do what they are told. */
class DrainTest {
  private static final class Time extends Clock {
    Instant now = Examples.NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private final Time time = new Time();
  private int started;
  private final DrainWorld world = new DrainWorld();
  private final CatalogInMemory catalog = new CatalogInMemory();
  private final Drains drains = new Drains(catalog, world, time);
  private final DrainRunner runner = new DrainRunner(catalog, world, world, time);

  @BeforeEach
  void hosts() {
    world.put(900, VmState.ACTIVE, H1, Map.of());
    world.delete(900);
    world.put(901, VmState.ACTIVE, H2, Map.of());
  }

  private Answer<HostDrain> start(Terms terms) {
    return drains
        .start(H1, "new memory", terms, Examples.adminOrigin("req-drain-" + ++started))
        .toCompletableFuture()
        .join();
  }

  private HostDrain drain() {
    return drains.of(H1).toCompletableFuture().join().orElseThrow();
  }

  private HostDrain look() {
    runner.look(drain()).toCompletableFuture().join();
    time.now = time.now.plusSeconds(1);
    return drain();
  }

  private HostDrain untilIdle() {
    for (int i = 0; i < 200 && drain().status().equals("draining"); i++) {
      look();
      world.work();
      time.now = time.now.plusSeconds(10);
    }
    return drain();
  }

  private Item item(int number) {
    return drain().items().stream()
        .filter(one -> one.instance().equals(Examples.instance(number)))
        .findFirst()
        .orElseThrow();
  }

  private static Terms terms(Policy policy, boolean coldFallback, int atOnce, int attempts) {
    return new Terms(policy, coldFallback, true, atOnce, attempts, 30);
  }

  /**
   * The instance's state, its own policy, the drain's → what becomes of it, where, in which state.
   */
  @ParameterizedTest
  @CsvSource({
    "ACTIVE, , LIVE, moved, h2, ACTIVE, LiveMigrate",
    "PAUSED, , LIVE, moved, h2, PAUSED, LiveMigrate",
    "STOPPED, , LIVE, moved, h2, STOPPED, Migrate ConfirmResize",
    "ACTIVE, , COLD, moved, h2, ACTIVE, Migrate ConfirmResize",
    "STOPPED, , COLD, moved, h2, STOPPED, Migrate ConfirmResize",
    "PAUSED, , COLD, failed, h1, PAUSED, ",
    "ACTIVE, , STOP, stopped, h1, STOPPED, Stop",
    "STOPPED, , STOP, stopped, h1, STOPPED, ",
    "SUSPENDED, , STOP, stopped, h1, SUSPENDED, ",
    "PAUSED, , STOP, failed, h1, PAUSED, ",
    "ACTIVE, , LEAVE, left, h1, ACTIVE, ",
    "SUSPENDED, , LIVE, failed, h1, SUSPENDED, ",
    "RESCUED, , LIVE, failed, h1, RESCUED, ",
    "ERROR, , LIVE, failed, h1, ERROR, ",
    "ACTIVE, leave, LIVE, left, h1, ACTIVE, ",
    "ACTIVE, stop, LIVE, stopped, h1, STOPPED, Stop",
    "ACTIVE, cold, LEAVE, moved, h2, ACTIVE, Migrate ConfirmResize",
    "ACTIVE, live, STOP, moved, h2, ACTIVE, LiveMigrate",
    "ACTIVE, nonsense, STOP, stopped, h1, STOPPED, Stop"
  })
  void policyAndStateSayWhatBecomesOfAnInstance(
      VmState vmState,
      String own,
      Policy policy,
      String becomes,
      String host,
      VmState then,
      String commands) {
    world.put(1, vmState, H1, own == null ? Map.of() : Map.of(HostDrain.METADATA_KEY, own));
    start(terms(policy, false, 2, 2));

    var end = untilIdle();

    assertThat(item(1).state().word()).as(item(1).detail()).isEqualTo(becomes);
    assertThat(end.status()).isEqualTo(becomes.equals("failed") ? "blocked" : "drained");
    assertThat(world.hostOf(1).value()).isEqualTo(host);
    assertThat(world.vmState(1)).isEqualTo(then);
    assertThat(world.claimsOf(H1).isEmpty()).isEqualTo(host.equals("h2"));
    assertThat(world.begun.stream().map(one -> one.getClass().getSimpleName()).toList())
        .isEqualTo(commands == null ? List.of() : List.of(commands.split(" ")));
    if (becomes.equals("moved")) {
      assertThat(item(1).movedTo()).contains(H2);
    }
    if (becomes.equals("failed")) {
      assertThat(item(1).detail()).contains(vmState.word());
    }
  }

  @Test
  void ownPoliciesCountOnlyWhereTheyMay() {
    world.put(1, VmState.ACTIVE, H1, Map.of(HostDrain.METADATA_KEY, "leave"));
    start(new Terms(Policy.LIVE, false, false, 2, 2, 30));

    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(item(1).state()).isEqualTo(State.MOVED);
  }

  @Test
  void hostIsDisabledAtOnceAndKeptSo() {
    world.put(1, VmState.ACTIVE, H1, Map.of());

    start(Terms.USUAL);
    assertThat(world.isEnabled(H1)).isFalse();
    assertThat(drain().status()).isEqualTo("draining"); // nobody has looked yet

    world.administer(H1, Administration.Change.enable());
    look();
    assertThat(world.isEnabled(H1)).isFalse();
  }

  @Test
  void lookThatWasBegunBeforeTheEndDoesNotDisableTheHostAfterIt() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    var before = drain();
    drains.stop(H1, true);

    runner.look(before).toCompletableFuture().join();

    assertThat(world.isEnabled(H1)).isTrue();
    assertThat(world.begun).isEmpty();
  }

  @Test
  void oneThatDoesNotAnswerHoldsUpNobodyElse() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    world.put(2, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    world.silent.add(Examples.instance(1));
    for (int i = 0; i < 5; i++) {
      look();
      world.work();
    }

    assertThat(item(2).state()).isEqualTo(State.MOVED);
    assertThat(drain().status()).isEqualTo("draining");
    world.silent.clear();
    assertThat(untilIdle().status()).isEqualTo("drained");
  }

  @Test
  void noMoreAreUnderWayThanMayBe() {
    for (int i = 0; i < 7; i++) {
      world.put(i, VmState.ACTIVE, H1, Map.of());
    }
    start(terms(Policy.LIVE, false, 3, 2));

    look();
    look();
    assertThat(world.underWay()).isEqualTo(3);
    assertThat(drain().count(State.MOVING)).isEqualTo(3);
    assertThat(drain().count(State.WAITING)).isEqualTo(4);
    world.work();
    look();
    assertThat(world.underWay()).isEqualTo(3);
    assertThat(drain().count(State.MOVED)).isEqualTo(3);
  }

  @Test
  void failedMoveIsTriedAgainAfterAPauseAndThenStaysFailedWithItsReason() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    world.failsNext(1, 99);
    start(terms(Policy.LIVE, false, 2, 3));

    look();
    world.work();
    look();
    assertThat(item(1).state()).isEqualTo(State.WAITING);
    assertThat(item(1).detail()).isEqualTo("No valid host was found.");
    look();
    assertThat(world.begun).hasSize(1); // 30 s have not passed
    time.now = time.now.plus(Duration.ofSeconds(30));
    look();
    assertThat(world.begun).hasSize(2);

    assertThat(untilIdle().status()).isEqualTo("blocked");
    assertThat(world.begun).hasSize(3);
    assertThat(item(1).state()).isEqualTo(State.FAILED);
    assertThat(item(1).detail()).isEqualTo("No valid host was found.");
    assertThat(item(1).failures()).isEqualTo(3);

    world.failsNext(1, 0);
    assertThat(start(terms(Policy.LIVE, false, 2, 3))).isInstanceOf(Answer.Accepted.class);
    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(world.hostOf(1)).isEqualTo(H2);
  }

  @Test
  void whatCannotBeMovedRunningIsMovedOffWhereThatIsAllowed() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    world.refusesLive(1);
    world.put(2, VmState.ACTIVE, H1, Map.of());
    world.failsNext(2, 2);
    start(terms(Policy.LIVE, true, 2, 2));

    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(world.begun.stream().map(one -> one.getClass().getSimpleName()))
        .containsExactlyInAnyOrder(
            "Migrate", "ConfirmResize", "LiveMigrate", "LiveMigrate", "Migrate", "ConfirmResize");
    assertThat(world.claimsOf(H1)).isEmpty();
  }

  @Test
  void whatComesLateIsMovedToo() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    assertThat(untilIdle().status()).isEqualTo("drained");

    world.put(2, VmState.ACTIVE, H1, Map.of());
    assertThat(look().status()).isEqualTo("draining");
    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(world.hostOf(2)).isEqualTo(H2);
    assertThat(drain().count(State.MOVED)).isEqualTo(2);
  }

  @Test
  void whatComesBackIsMovedAgain() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    untilIdle();

    world.delete(1);
    world.put(1, VmState.ACTIVE, H1, Map.of()); // the same id
    look();
    assertThat(item(1).state()).isIn(State.WAITING, State.MOVING);
    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(world.hostOf(1)).isEqualTo(H2);
  }

  @Test
  void busyOneWaitsWithoutAFailureAndTakesNobodysPlace() {
    world.put(1, VmState.BUILDING, H1, Map.of());
    world.becomes(1, VmState.BUILDING, Optional.of(TaskState.SPAWNING));
    world.put(2, VmState.ACTIVE, H1, Map.of());
    start(terms(Policy.LIVE, false, 1, 1));

    look();
    assertThat(item(1).state()).isEqualTo(State.WAITING);
    assertThat(item(1).detail()).contains("busy", "spawning");
    assertThat(item(2).state()).isEqualTo(State.MOVING);
    for (int i = 0; i < 20; i++) {
      look();
      world.work();
      time.now = time.now.plusSeconds(10);
    }
    assertThat(item(1).failures()).isZero();

    world.becomes(1, VmState.ACTIVE, Optional.empty());
    assertThat(untilIdle().status()).isEqualTo("drained");
  }

  @Test
  void resizeOfItsOwnersIsNotConfirmedForThem() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    world.isResizedAway(1);
    start(terms(Policy.LIVE, true, 2, 2));

    assertThat(untilIdle().status()).isEqualTo("blocked");
    assertThat(item(1).detail()).contains("h2", "confirmed or reverted");
    assertThat(world.begun).isEmpty();

    world.delete(1);
    assertThat(look().status()).isEqualTo("drained");
    assertThat(item(1).state()).isEqualTo(State.GONE);
  }

  @Test
  void whatSomebodyElseMovesOrDeletesIsNoLongerInTheWay() {
    world.put(1, VmState.ERROR, H1, Map.of());
    world.put(2, VmState.ERROR, H1, Map.of());
    start(terms(Policy.LIVE, false, 2, 1));
    assertThat(untilIdle().status()).isEqualTo("blocked");

    world.delete(1);
    world.delete(2);
    world.put(2, VmState.ACTIVE, H2, Map.of());
    look();
    assertThat(item(1).state()).isEqualTo(State.GONE);
    assertThat(item(2).state()).isEqualTo(State.MOVED);
    assertThat(drain().status()).isEqualTo("drained");
  }

  @Test
  void whatWasSentAndLostIsSentAgainWithTheSameId() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    world.isCutOff = true;

    assertThat(runner.look(drain()).toCompletableFuture()).isCompletedExceptionally();
    var operation = item(1).operation();
    assertThat(item(1).state()).isEqualTo(State.MOVING);
    assertThat(world.begun).isEmpty();

    world.isCutOff = false;
    look();
    look();
    assertThat(world.begun).hasSize(1);
    assertThat(world.begun.getFirst().origin().operation()).isEqualTo(operation.orElseThrow());
    assertThat(world.begun.getFirst().origin().userId()).isEqualTo("root");
  }

  @Test
  void nothingBeginsWhileTheHostIsDown() {
    world.put(1, VmState.ACTIVE, H1, Map.of());
    start(Terms.USUAL);
    world.goesDown(H1, true);

    look();
    assertThat(item(1).state()).isEqualTo(State.WAITING);
    assertThat(world.begun).isEmpty();
    world.goesDown(H1, false);
    assertThat(untilIdle().status()).isEqualTo("drained");
  }

  @Test
  void stoppedOneBeginsNothingAndBringsToItsEndWhatIsUnderWay() {
    world.put(1, VmState.STOPPED, H1, Map.of());
    world.put(2, VmState.ACTIVE, H1, Map.of());
    start(terms(Policy.LIVE, false, 1, 2));
    look();

    var stopped = drains.stop(H1, true).toCompletableFuture().join();

    assertThat(stopped).isInstanceOf(Answer.Accepted.class);
    assertThat(world.isEnabled(H1)).isTrue();
    assertThat(drain().isOver()).isFalse();
    for (int i = 0; i < 5; i++) {
      world.work();
      look();
    }
    assertThat(drain().isOver()).isTrue();
    assertThat(drain().status()).isEqualTo("stopped");
    assertThat(item(1).state()).isEqualTo(State.MOVED); // and confirmed
    assertThat(item(2).state()).isEqualTo(State.WAITING);
    assertThat(world.vmState(1)).isEqualTo(VmState.STOPPED);
    assertThat(world.isEnabled(H1)).isTrue();
    assertThat(drains.stop(H1, false).toCompletableFuture().join())
        .isInstanceOf(Answer.Accepted.class);
  }

  @Test
  void startedAnewItTakesOverWhatIsUnderWay() {
    world.put(1, VmState.STOPPED, H1, Map.of());
    start(Terms.USUAL);
    look();
    drains.stop(H1, false);

    start(Terms.USUAL);
    assertThat(item(1).state()).isEqualTo(State.MOVING);
    assertThat(untilIdle().status()).isEqualTo("drained");
    assertThat(world.begun).hasSize(2);
  }

  @Test
  void refusals() {
    assertThat(drains.stop(H1, true).toCompletableFuture().join())
        .isEqualTo(Answer.refuse(new Rejection.NotFound("Drain", "h1")));
    world.put(1, VmState.ACTIVE, H1, Map.of());
    world.goesDown(H1, true);
    assertThat(start(Terms.USUAL))
        .isInstanceOfSatisfying(
            Answer.Rejected.class,
            refused -> assertThat(refused.reason().toString()).contains("evacuated"));
    assertThat(world.isEnabled(H1)).isTrue(); // refused, and nothing changed
    world.goesDown(H1, false);
    start(Terms.USUAL);
    assertThat(start(Terms.USUAL))
        .isInstanceOfSatisfying(
            Answer.Rejected.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Rejection.Conflict.class));
    world.delete(1);
    world.forget(H1);
    assertThat(start(Terms.USUAL)).isEqualTo(Answer.refuse(new Rejection.NotFound("Host", "h1")));
    runner.look(drain()).toCompletableFuture().join();
    assertThat(catalog.all(HostDrain.class)).isEmpty();
  }

  /**
   * Whatever fails, is lost, comes late or is deleted: the budget is kept, nothing is begun twice
   * at once, and in the end every instance is accounted for.
   */
  @Test
  void everyInstanceIsAccountedForWhateverHappens() {
    for (long seed = 1; seed <= 300; seed++) {
      everyInstanceIsAccountedFor(seed);
    }
  }

  private static void everyInstanceIsAccountedFor(long seed) {
    var random = new Random(seed);
    var test = new DrainTest();
    test.hosts();
    var states =
        List.of(VmState.ACTIVE, VmState.ACTIVE, VmState.STOPPED, VmState.PAUSED, VmState.SUSPENDED);
    var own = List.of("", "", "", "live", "cold", "stop", "leave");
    int count = 1 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      var word = own.get(random.nextInt(own.size()));
      test.world.put(
          i,
          states.get(random.nextInt(states.size())),
          H1,
          word.isEmpty() ? Map.of() : Map.of(HostDrain.METADATA_KEY, word));
      test.world.failsNext(i, random.nextInt(4) == 0 ? random.nextInt(6) : 0);
      if (random.nextInt(6) == 0) {
        test.world.refusesLive(i);
      }
    }
    int atOnce = 1 + random.nextInt(5);
    test.start(
        new Terms(
            Policy.values()[random.nextInt(3)],
            random.nextBoolean(),
            random.nextBoolean(),
            atOnce,
            1 + random.nextInt(3),
            random.nextInt(20)));
    var alive = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      alive.add(i);
    }
    for (int round = 0; round < 2000 && test.isAtWork(); round++) {
      test.world.isCutOff = random.nextInt(5) == 0;
      test.runner.look(test.drain()).exceptionally(_ -> null).toCompletableFuture().join();
      test.time.now = test.time.now.plusSeconds(random.nextInt(10));
      assertThat(test.world.underWay()).as("seed %d", seed).isLessThanOrEqualTo(atOnce);
      if (random.nextInt(3) > 0) {
        test.world.work();
      }
      if (random.nextInt(40) == 0 && !alive.isEmpty()) {
        test.world.delete(alive.remove(random.nextInt(alive.size())));
      }
      if (round < 100 && random.nextInt(40) == 0) {
        alive.add(1000 + round);
        test.world.put(1000 + round, VmState.ACTIVE, H1, Map.of());
      }
    }
    test.world.isCutOff = false;
    test.look(); // at what has come or gone in the last round
    test.untilIdle();

    var end = test.drain();
    assertThat(end.status()).as("seed %d: %s", seed, end).isIn("drained", "blocked");
    for (int i : alive) {
      var item = test.item(i);
      var where = test.world.hostOf(i);
      assertThat(where.equals(H2))
          .as("seed %d: %s", seed, item)
          .isEqualTo(item.state() == State.MOVED || isHeld(test, item, i));
      if (item.state() == State.FAILED) {
        assertThat(item.detail()).as("seed %d", seed).isNotBlank();
      }
      if (item.state() == State.MOVED) {
        assertThat(test.world.claimsOf(H1)).doesNotContain(item.instance());
      }
    }
  }

  /** Its migration is done, and has failed to be confirmed as often as it may. */
  private static boolean isHeld(DrainTest test, Item item, int number) {
    return item.state() == State.FAILED && test.world.vmState(number) == VmState.RESIZED;
  }

  private boolean isAtWork() {
    return drain().status().equals("draining");
  }
}
