package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.DriverSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.fake.FakeWorld;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverProvider.Threads;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DriverActorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final DriverSettings SETTINGS = new DriverSettings(3, 2, 100, 1_000, 5_000);

  private final ActorTestKit testKit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(testKit.system());
  private final SteppingClock clock = new SteppingClock();
  private final TestProbe<DriverActor.Reply> replies =
      testKit.createTestProbe(DriverActor.Reply.class);
  private final TestProbe<DriverActor.HostsReply> hosts =
      testKit.createTestProbe(DriverActor.HostsReply.class);
  private final TestProbe<DriverActor.GuestsReply> guests =
      testKit.createTestProbe(DriverActor.GuestsReply.class);
  private final TestProbe<DriverActor.Notice> notices =
      testKit.createTestProbe(DriverActor.Notice.class);

  @AfterEach
  void shutDown() {
    testKit.shutdownTestKit();
  }

  @Nested
  class Ordering {
    @Test
    void commandsOfOneInstanceRunOneAfterTheOther() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, new DriverCommand.Start(target));
      execute(actor, new DriverCommand.Stop(target, 0));
      execute(actor, new DriverCommand.Reboot(target, false, 0));

      for (var kind :
          new Class<?>[] {
            DriverCommand.Start.class, DriverCommand.Stop.class, DriverCommand.Reboot.class
          }) {
        var running = driver.next();
        assertThat(running.command).isInstanceOf(kind);
        running.succeed();
        expectDone();
      }
      assertThat(driver.mostAtOnce()).isEqualTo(1);
    }

    @Test
    void commandsOfSeveralInstancesRunTogether() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      for (var i = 0; i < 50; i++) {
        execute(actor, new DriverCommand.Start(target("h1")));
      }

      var running = new ArrayDeque<ScriptedDriver.Running>();
      for (var i = 0; i < 50; i++) {
        running.add(driver.next());
      }

      assertThat(driver.mostAtOnce()).isEqualTo(50);
      running.forEach(ScriptedDriver.Running::succeed);
    }

    @Test
    void whoWatchesOrEndsAMigrationDoesNotWaitForIt() throws Exception {
      for (var threads : Threads.values()) {
        var driver = new ScriptedDriver(threads);
        var actor = connected(driver);
        var target = target("h1");
        var ticket = MoveTicket.offered("any", Map.of());
        execute(actor, new DriverCommand.LiveMigrate(target, ticket, MigrationOptions.PLAIN));
        var migration = driver.next();
        execute(actor, new DriverCommand.Inspect(target));

        for (var beside :
            List.of(
                new DriverCommand.WatchMigration(target),
                new DriverCommand.ForceComplete(target),
                new DriverCommand.AbortMigration(target))) {
          execute(actor, beside);
          var running = driver.next();
          assertThat(running.command).isEqualTo(beside);
          running.succeed();
          assertThat(expectDone().command()).isEqualTo(beside.name());
        }
        migration.succeed();
        assertThat(expectDone().command()).isEqualTo("live-migrate");
        driver.next().succeed();
        assertThat(expectDone().command()).isEqualTo("inspect");
      }
    }

    @Test
    void repetitionWhileRunningGetsTheSameAnswer() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      var second = testKit.createTestProbe(DriverActor.Reply.class);
      execute(actor, FakeWorld.spawn(target));
      var running = driver.next();
      actor.tell(new DriverActor.Execute(FakeWorld.spawn(target), second.getRef()));
      settle(actor);

      running.succeed();

      assertThat(second.receiveMessage(PATIENCE)).isEqualTo(expectDone());
      assertThat(driver.nothingBegun()).isTrue();
    }

    @Test
    void sameOperationOnAnotherHostIsNotARepetition() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var first = target("h1");
      execute(actor, FakeWorld.spawn(first));
      var onFirst = driver.next();
      execute(actor, FakeWorld.spawn(on("h2", first)));

      onFirst.fail(DriverException.hostFault("full"));
      expectFailure(Kind.HOST_FAULT);
      var onSecond = driver.next();
      onSecond.succeed();

      assertThat(onSecond.command.target().host()).isEqualTo("h2");
      expectDone();
    }
  }

  @Nested
  class Limits {
    @Test
    void spawnsOfAHostAreBoundedAndOtherHostsAreNotHeldUp() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      for (var i = 0; i < 6; i++) {
        execute(actor, FakeWorld.spawn(target("h1")));
      }
      execute(actor, new DriverCommand.Start(target("h1")));
      execute(actor, FakeWorld.spawn(target("h2")));

      var running = new ArrayDeque<ScriptedDriver.Running>();
      for (var i = 0; i < 4; i++) {
        running.add(driver.next());
      }
      settle(actor);
      assertThat(driver.nothingBegun()).isTrue();
      assertThat(running.stream().filter(each -> isOn("h2", each))).hasSize(1);

      for (var waiting = 4; !running.isEmpty(); ) {
        var each = running.remove();
        var freesAPlace = each.command instanceof DriverCommand.Spawn && isOn("h1", each);
        each.succeed();
        expectDone();
        if (freesAPlace && waiting > 0) {
          waiting--;
          running.add(driver.next());
        }
      }
      assertThat(driver.nothingBegun()).isTrue();
      assertThat(driver.mostAtOnce()).isEqualTo(SETTINGS.spawnsPerHost() + 2);
    }

    @Test
    void nativeThreadsBoundCommandsAndLeaveOneForQueries() throws Exception {
      var driver = new ScriptedDriver(Threads.NATIVE);
      var actor = connected(driver);
      for (var i = 0; i < 5; i++) {
        execute(actor, new DriverCommand.Start(target("h1")));
      }
      var running = new ArrayDeque<ScriptedDriver.Running>();
      for (var i = 0; i < 3; i++) {
        running.add(driver.next());
      }

      settle(actor); // a query is answered although every command thread is taken

      for (var waiting = 2; !running.isEmpty(); waiting--) {
        running.remove().succeed();
        expectDone();
        if (waiting > 0) {
          running.add(driver.next());
        }
      }
      assertThat(driver.mostAtOnce()).isEqualTo(3);
    }
  }

  @Nested
  class Destroying {
    @Test
    void cancelsWhatRunsAndRunsWhenThatHasEnded() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, FakeWorld.spawn(target));
      driver.next();

      execute(actor, new DriverCommand.Destroy(again(target)));

      var failed = expectFailure(Kind.RETRYABLE);
      assertThat(failed.operation()).isEqualTo(target.operation());
      assertThat(failed.failure().message()).contains("stopped early").contains("destroyed");
      var destroy = driver.next();
      assertThat(destroy.command).isInstanceOf(DriverCommand.Destroy.class);
      destroy.succeed();
      expectDone();
      assertThat(driver.mostAtOnce()).isEqualTo(1);
    }

    @Test
    void removesWhatIsQueuedAtOnce() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, FakeWorld.spawn(target));
      var spawn = driver.next();
      spawn.ignoreCancellation();
      var stop = again(target);
      execute(actor, new DriverCommand.Stop(stop, 0));

      execute(actor, new DriverCommand.Destroy(again(target)));

      assertThat(expectFailure(Kind.RETRYABLE).operation()).isEqualTo(stop.operation());
      assertThat(spawn.isCancelled()).isTrue();
      spawn.succeed();
      assertThat(expectDone().operation()).isEqualTo(target.operation());
      assertThat(driver.next().command).isInstanceOf(DriverCommand.Destroy.class);
    }

    @Test
    void leavesANewerGenerationAndOtherHostsAlone() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var old = target("h1");
      var moved =
          new GuestTarget(
              old.instance(), "h2", 2, old.epoch(), OperationId.fresh(), old.deadline());
      execute(actor, FakeWorld.spawn(moved));
      var spawn = driver.next();

      execute(actor, new DriverCommand.Destroy(old));
      settle(actor);

      assertThat(spawn.isCancelled()).isFalse();
      spawn.succeed();
      assertThat(expectDone().operation()).isEqualTo(moved.operation());
    }
  }

  @Nested
  class Deadlines {
    @Test
    void oneThatHasPassedIsRetryable() {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      clock.advance(Duration.ofMinutes(2));

      execute(actor, new DriverCommand.Start(target));

      assertThat(expectFailure(Kind.RETRYABLE).failure().message()).contains("deadline");
      assertThat(driver.nothingBegun()).isTrue();
    }

    @Test
    void passingInTheQueueAnswersThen() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, new DriverCommand.Start(target));
      var running = driver.next();
      running.ignoreCancellation();
      var later = again(target);
      execute(actor, new DriverCommand.Stop(later, 0));
      settle(actor);

      time.timePasses(Duration.ofMinutes(1));

      assertThat(expectFailure(Kind.RETRYABLE).operation()).isEqualTo(later.operation());
      running.succeed();
      assertThat(expectDone().operation()).isEqualTo(target.operation());
    }

    @Test
    void passingWhileRunningCancelsAndAnswersOnReturn() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      execute(actor, new DriverCommand.Start(target("h1")));
      driver.next();

      time.timePasses(Duration.ofMinutes(1));

      assertThat(expectFailure(Kind.RETRYABLE).failure().message())
          .contains("stopped early")
          .contains("deadline");
    }

    @Test
    void repetitionWithALaterOneGivesMoreTime() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, new DriverCommand.Start(target));
      var running = driver.next();
      var longer =
          new GuestTarget(
              target.instance(), "h1", 1, 1, target.operation(), target.deadline().plusSeconds(60));
      execute(actor, new DriverCommand.Start(longer));
      settle(actor);

      time.timePasses(Duration.ofSeconds(90));
      settle(actor);

      assertThat(running.isCancelled()).isFalse();
      running.succeed();
      expectDone();
    }
  }

  @Nested
  class Epochs {
    @Test
    void lowerThanSeenOnTheHostIsRefused() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      execute(actor, new DriverCommand.Start(withEpoch(5, target("h1"))));
      driver.next().succeed();
      expectDone();

      execute(actor, new DriverCommand.Start(withEpoch(4, target("h1"))));

      assertThat(expectFailure(Kind.RETRYABLE).failure().message()).contains("epoch 4");
      execute(actor, new DriverCommand.Start(withEpoch(4, target("h2"))));
      driver.next().succeed();
      expectDone();
    }

    @Test
    void queuedCommandOfAnEpochThatHasEndedDoesNotBegin() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, new DriverCommand.Start(target));
      var running = driver.next();
      var queued = again(target);
      execute(actor, new DriverCommand.Stop(queued, 0));
      execute(actor, new DriverCommand.Inspect(withEpoch(2, target("h1"))));
      var newer = driver.next();

      running.succeed();

      assertThat(expectDone().operation()).isEqualTo(target.operation());
      assertThat(expectFailure(Kind.RETRYABLE).operation()).isEqualTo(queued.operation());
      newer.succeed();
      expectDone();
    }
  }

  @Nested
  class Failures {
    @Test
    void keepTheirKindAndWords() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      for (var kind : Kind.values()) {
        execute(actor, new DriverCommand.Start(target("h1")));
        driver
            .next()
            .fail(
                new DriverException(
                    new io.troupe.drivers.spi.DriverFailure(kind, "words of " + kind)));

        assertThat(expectFailure(kind).failure().message()).isEqualTo("words of " + kind);
      }
    }

    @Test
    void unexpectedThrowablesAreHostFaults() throws Exception {
      var driver = new ScriptedDriver(Threads.VIRTUAL);
      var actor = connected(driver);
      for (var thrown :
          new Throwable[] {
            new IllegalStateException("odd"),
            new NoClassDefFoundError("odd"),
            new AssertionError("odd")
          }) {
        execute(actor, new DriverCommand.Start(target("h1")));
        driver.next().fail(thrown);

        assertThat(expectFailure(Kind.HOST_FAULT).failure().message()).contains("odd");
      }
    }
  }

  @Nested
  class Connecting {
    @Test
    void isTriedAgainUntilItWorks() {
      var driver = new ScriptedDriver(Threads.NATIVE);
      driver.refuseToOpen(DriverException.retryable("first"));
      driver.refuseToOpen(DriverException.hostFault("second"));
      var actor = spawn(driver);

      // No longer than the wait that is due: the next one must not end in the same leap.
      var wait = Duration.ofMillis(SETTINGS.reconnectMinMillis());
      for (var words : new String[] {"first", "second"}) {
        assertThat(notices.expectMessageClass(DriverActor.Down.class, PATIENCE).failure().message())
            .isEqualTo(words);
        execute(actor, new DriverCommand.Start(target("h1")));
        assertThat(expectFailure(Kind.RETRYABLE).failure().message()).contains(words);
        actor.tell(new DriverActor.Hosts(hosts.getRef()));
        hosts.expectMessageClass(DriverActor.HostsUnknown.class, PATIENCE);
        time.timePasses(wait);
        wait = wait.multipliedBy(2);
      }

      var up = notices.expectMessageClass(DriverActor.Up.class, PATIENCE);
      assertThat(up.connection()).isEqualTo(new ConnectionId("scripted"));
      settle(actor);
    }

    @Test
    void lostConnectionIsClosedAndOpenedAgain() throws Exception {
      var driver = new ScriptedDriver(Threads.NATIVE);
      var actor = connected(driver);
      execute(actor, new DriverCommand.Start(target("h1")));
      driver.next();
      driver.failNextQuery(DriverException.retryable("broken pipe"));

      actor.tell(new DriverActor.Hosts(hosts.getRef()));

      assertThat(
              hosts
                  .expectMessageClass(DriverActor.HostsUnknown.class, PATIENCE)
                  .failure()
                  .message())
          .contains("broken pipe");
      notices.expectMessageClass(DriverActor.Down.class, PATIENCE);
      assertThat(expectFailure(Kind.RETRYABLE).failure().message()).contains("connection lost");
      assertThat(driver.closes.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
      time.timePasses(Duration.ofMillis(SETTINGS.reconnectMaxMillis()));
      notices.expectMessageClass(DriverActor.Up.class, PATIENCE);
      settle(actor);
    }

    @Test
    void unknownHostIsNotALostConnection() {
      var driver = new ScriptedDriver(Threads.NATIVE);
      var actor = connected(driver);
      driver.failNextQuery(DriverException.hostFault("no such host"));

      actor.tell(new DriverActor.Guests("h9", guests.getRef()));

      var unknown = guests.expectMessageClass(DriverActor.GuestsUnknown.class, PATIENCE);
      assertThat(unknown.failure().kind()).isEqualTo(Kind.HOST_FAULT);
      assertThat(unknown.host()).isEqualTo("h9");
      actor.tell(new DriverActor.Guests("h1", guests.getRef()));
      assertThat(guests.expectMessageClass(DriverActor.GuestsShown.class, PATIENCE).host())
          .isEqualTo("h1");
    }

    /** Who asks knows what it has done until then, and wants to hear what came of it. */
    @Test
    void guestsAreReadAnewForEachQuestion() throws Exception {
      var driver = new ScriptedDriver(Threads.NATIVE);
      var actor = connected(driver);
      driver.lists = new CompletableFuture<>();
      actor.tell(new DriverActor.Guests("h1", guests.getRef()));
      assertThat(driver.guestsRead.poll(10, TimeUnit.SECONDS)).isEqualTo("h1");
      driver.guests = List.of(new GuestReport("new", Optional.empty(), 0, PowerState.RUNNING));
      var later = testKit.createTestProbe(DriverActor.GuestsReply.class);

      actor.tell(new DriverActor.Guests("h1", later.getRef()));
      driver.lists.complete(null);

      var before = guests.expectMessageClass(DriverActor.GuestsShown.class, PATIENCE);
      assertThat(before.guests()).isEmpty();
      var after = later.expectMessageClass(DriverActor.GuestsShown.class, PATIENCE);
      assertThat(after.guests()).hasSize(1);
    }

    @Test
    void guestEventsGoToTheListener() {
      var driver = new ScriptedDriver(Threads.NATIVE);
      connected(driver);
      var event =
          new GuestEvent(
              "h1", InstanceId.fresh(), 1, PowerState.SHUTDOWN, "stopped", clock.instant());

      driver.context.orElseThrow().events().accept(event);

      assertThat(notices.expectMessageClass(DriverActor.Seen.class, PATIENCE).event())
          .isEqualTo(event);
    }

    @Test
    void stoppingTheActorAnswersEverybodyAndClosesTheDriver() throws Exception {
      var driver = new ScriptedDriver(Threads.NATIVE);
      var actor = connected(driver);
      var target = target("h1");
      execute(actor, new DriverCommand.Start(target));
      driver.next();
      execute(actor, new DriverCommand.Stop(again(target), 0));
      settle(actor);

      testKit.stop(actor);

      expectFailure(Kind.RETRYABLE);
      expectFailure(Kind.RETRYABLE);
      assertThat(driver.closes.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
    }
  }

  private ActorRef<DriverActor.Message> spawn(ScriptedDriver driver) {
    var connection =
        new ConnectionSpec(new ConnectionId("scripted"), URI.create("scripted:///"), Map.of());
    return testKit.spawn(
        DriverActor.create(
            connection, driver, FakeWorld::openImage, SETTINGS, clock, notices.getRef()));
  }

  private ActorRef<DriverActor.Message> connected(ScriptedDriver driver) {
    var actor = spawn(driver);
    notices.expectMessageClass(DriverActor.Up.class, PATIENCE);
    return actor;
  }

  private void execute(ActorRef<DriverActor.Message> actor, DriverCommand command) {
    actor.tell(new DriverActor.Execute(command, replies.getRef()));
  }

  /** Returns when the actor has taken everything it was told so far. */
  private void settle(ActorRef<DriverActor.Message> actor) {
    actor.tell(new DriverActor.Hosts(hosts.getRef()));
    hosts.expectMessageClass(DriverActor.HostsShown.class, PATIENCE);
  }

  private DriverActor.Done expectDone() {
    var done = replies.expectMessageClass(DriverActor.Done.class, PATIENCE);
    assertThat(done.result()).isEqualTo(DriverResult.Guest.in(PowerState.RUNNING));
    return done;
  }

  private DriverActor.Failed expectFailure(Kind kind) {
    var failed = replies.expectMessageClass(DriverActor.Failed.class, PATIENCE);
    assertThat(failed.failure().kind()).isEqualTo(kind);
    return failed;
  }

  private GuestTarget target(String host) {
    return new GuestTarget(
        InstanceId.fresh(), host, 1, 1, OperationId.fresh(), clock.instant().plusSeconds(60));
  }

  private static GuestTarget again(GuestTarget target) {
    return new GuestTarget(
        target.instance(),
        target.host(),
        target.generation(),
        target.epoch(),
        OperationId.fresh(),
        target.deadline());
  }

  private static boolean isOn(String host, ScriptedDriver.Running running) {
    return running.command.target().host().equals(host);
  }

  private static GuestTarget on(String host, GuestTarget target) {
    return new GuestTarget(
        target.instance(),
        host,
        target.generation(),
        target.epoch(),
        target.operation(),
        target.deadline());
  }

  private static GuestTarget withEpoch(long epoch, GuestTarget target) {
    return new GuestTarget(
        target.instance(),
        target.host(),
        target.generation(),
        epoch,
        target.operation(),
        target.deadline());
  }
}
