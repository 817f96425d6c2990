package io.troupe.actors.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.PoolCandidate;
import io.troupe.actors.scheduler.pool.PoolExplanation;
import io.troupe.actors.scheduler.pool.VolumeDecision;
import io.troupe.actors.scheduler.pool.VolumeRequest;
import io.troupe.actors.volume.Volume.Status;
import io.troupe.config.VolumePlacement;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class VolumesActorTest {
  private static final String V1 = "00000000-0000-4000-8000-000000000001";
  private static final String V2 = "00000000-0000-4000-8000-000000000002";
  private static final InstanceId I1 = Examples.instance(1);
  private static final InstanceId I2 = Examples.instance(2);
  private static final OperationId ATTACH = new OperationId("req-attach");

  @RegisterExtension static final Stage stage = new Stage();

  private volatile VolumeLimits limits = new VolumeLimits(3, 20);
  private ActorRef<VolumesActor.Message> actor;

  private Behavior<VolumesActor.Message> behavior() {
    return VolumesActor.create("demo", stage, () -> limits, stage);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private void killAndBringBack() {
    actor = stage.killAndBringBack(actor, behavior());
  }

  private static Volume volume(String id, long gib, Optional<GuestSpec.ImageRef> image) {
    return Volume.fresh(
        id, "demo", "alice", new VolumeChoice.NewVolume("data", gib, image), Examples.NOW);
  }

  private VolumesActor.VolumeReply create(String id, long gib) {
    return stage.ask(
        actor,
        VolumesActor.VolumeReply.class,
        to -> new VolumesActor.Create(volume(id, gib, Optional.empty()), to));
  }

  private VolumesActor.VolumeReply change(String id, VolumeChange change) {
    return stage.ask(
        actor, VolumesActor.VolumeReply.class, to -> new VolumesActor.ChangeIt(id, change, to));
  }

  private Volume now(String id) {
    return all().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
  }

  private List<Volume> all() {
    return stage.ask(actor, ProjectVolumes.class, VolumesActor.GetAll::new).volumes();
  }

  private static VolumeChoice existing(String id) {
    return new VolumeChoice(id, Optional.empty(), false, false, Optional.empty());
  }

  private TestProbe<VolumesActor.Reply> connect(
      InstanceId instance, HostId host, VolumeChoice choice) {
    var probe = stage.probe(VolumesActor.Reply.class);
    actor.tell(
        new VolumesActor.Connect(
            instance, ATTACH, "alice", choice, Optional.of(host), probe.getRef()));
    return probe;
  }

  private void hostHasRoom() {
    stage
        .nextToOthers(HostActor.StoreVolume.class)
        .replyTo()
        .tell(new HostActor.StoreReply(Optional.empty(), true));
  }

  private DriverCommand driverDoesIt() {
    var run = stage.nextToOthers(HostActor.Run.class);
    var target = run.command().target();
    run.replyTo()
        .tell(
            new DriverActor.Done(
                target.operation(),
                target.instance(),
                run.command().name(),
                DriverResult.Guest.GONE));
    return run.command();
  }

  private void driverFails(DriverFailure.Kind kind) {
    var run = stage.nextToOthers(HostActor.Run.class);
    run.replyTo().tell(DriverActor.Failed.of(run.command(), new DriverFailure(kind, "no")));
  }

  private void inUse(String id) {
    create(id, 2);
    var reply = connect(I1, Examples.H1, existing(id));
    hostHasRoom();
    driverDoesIt();
    reply.receiveMessage();
    assertThat(step(to -> new VolumesActor.MarkAttached(id, I1, "/dev/vdb", to)))
        .isEqualTo(new VolumesActor.Done());
  }

  private VolumesActor.Reply step(
      java.util.function.Function<ActorRef<VolumesActor.Reply>, VolumesActor.Message> message) {
    return stage.ask(actor, VolumesActor.Reply.class, message);
  }

  private void awaitStatus(String id, Status status) {
    stage.until(() -> now(id).status() == status);
  }

  /** A volume that is looked a place for. */
  @Nested
  class Placing {
    private void createInZone() {
      actor.tell(
          new VolumesActor.Create(
              volume(V1, 2, Optional.empty()).toBePlaced(Optional.of("east")), stage.nobody()));
    }

    private SchedulerActor.PlaceVolume asked() {
      return stage.nextToOthers(SchedulerActor.PlaceVolume.class);
    }

    private void answer(SchedulerActor.PlaceVolume asked) {
      var candidate = new PoolCandidate("h1", Examples.H1, 0);
      asked.replyTo().tell(new VolumeDecision.Placed(List.of(candidate)));
    }

    @Test
    void goesOnAfterACrashWhereItWas() {
      createInZone();
      assertThat(asked().request())
          .isEqualTo(new VolumeRequest(V1, 2, Optional.of("east"), Set.of()));
      killAndBringBack();
      answer(asked());
      stage.nextToOthers(HostActor.StoreVolume.class);

      killAndBringBack();

      hostHasRoom();
      assertThat(driverDoesIt()).isInstanceOf(DriverCommand.CreateVolume.class);
      awaitStatus(V1, Status.AVAILABLE);
      assertThat(now(V1).host()).contains(Examples.H1);
      assertThat(now(V1).made()).isTrue();
      assertThat(now(V1).zone()).contains("east");
    }

    @Test
    void aHostThatRefusesIsNotNamedAgain() {
      createInZone();
      answer(asked());

      stage
          .nextToOthers(HostActor.StoreVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.of("full"), false));

      assertThat(asked().request().tried()).containsExactly(Examples.H1);
      assertThat(now(V1).host()).isEmpty();
    }

    @Test
    void whereThereIsNoPlaceItIsInErrorAndCanBeDeleted() {
      createInZone();

      var none = new PoolExplanation(0, List.of());
      asked().replyTo().tell(new VolumeDecision.NoValidBackend(none));

      awaitStatus(V1, Status.ERROR);
      assertThat(now(V1).fault()).isEqualTo("No valid backend was found. 0 pools considered");
      assertThat(change(V1, new VolumeChange.Delete()).volume()).isPresent();
      assertThat(all()).isEmpty();
    }

    @Test
    void aSchedulerThatNeverAnswersIsGivenUpInTheEnd() {
      createInZone();
      asked();

      stage.until(
          () -> {
            stage.pass(Duration.ofSeconds(30));
            return now(V1).status() == Status.ERROR;
          });

      asked(); // more than once
      assertThat(now(V1).fault()).isEqualTo("The scheduler does not answer.");
    }

    @Test
    void onCreationEveryVolumeIsGivenAPlace() {
      stage.leave(actor);
      actor =
          stage.enter(
              VolumesActor.create("demo", stage, () -> limits, VolumePlacement.ON_CREATION, stage));

      var reply = create(V1, 2).volume().orElseThrow();

      assertThat(reply.status()).isEqualTo(Status.CREATING);
      assertThat(asked().request()).isEqualTo(new VolumeRequest(V1, 2, Optional.empty(), Set.of()));
    }
  }

  @Nested
  class Owners {
    @Test
    void aNewVolumeIsAvailableAndLiesNowhere() {
      assertThat(create(V1, 2).volume()).isPresent();
      assertThat(create(V1, 2).volume()).as("the same one again").isPresent();

      killAndBringBack();

      assertThat(all()).hasSize(1);
      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(now(V1).host()).isEmpty();
    }

    @Test
    void theQuotaHoldsForNumberAndSizeAlsoWhenExtended() {
      create(V1, 12);

      assertThat(create(V2, 9).refusal())
          .contains(new Rejection.QuotaExceeded("gigabytes", 9, 12, 20));
      assertThat(change(V1, new VolumeChange.Extend(21)).refusal())
          .contains(new Rejection.QuotaExceeded("gigabytes", 9, 12, 20));
      limits = new VolumeLimits(1, -1);
      assertThat(create(V2, 1).refusal()).contains(new Rejection.QuotaExceeded("volumes", 1, 1, 1));
      assertThat(change(V1, new VolumeChange.Extend(13)).volume().orElseThrow().sizeGib())
          .isEqualTo(13);
      assertThat(change(V1, new VolumeChange.Extend(13)).refusal()).isPresent();
    }

    @Test
    void whatLiesNowhereIsGoneAtOnce() {
      create(V1, 2);

      assertThat(change(V1, new VolumeChange.Delete()).volume()).isPresent();

      assertThat(all()).isEmpty();
      assertThat(change(V1, new VolumeChange.Delete()).refusal())
          .contains(new Rejection.NotFound("Volume", V1));
    }

    @Test
    void whatIsInUseIsNotDeleted() {
      inUse(V1);

      assertThat(change(V1, new VolumeChange.Delete()).refusal())
          .get()
          .isInstanceOf(Rejection.Invalid.class);
      assertThat(change(V1, new VolumeChange.Extend(9)).refusal()).isPresent();
    }

    @Test
    void aDeletionGoesOnAfterFailuresAndACrashUntilTheHostHasLetGo() {
      inUse(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));
      change(V1, new VolumeChange.Delete());
      driverFails(DriverFailure.Kind.RETRYABLE);
      stage.pass(Duration.ofSeconds(3));
      stage.nextToOthers(HostActor.Run.class);

      killAndBringBack();
      assertThat(driverDoesIt()).isInstanceOf(DriverCommand.DeleteVolume.class);
      var drop = stage.nextToOthers(HostActor.DropVolume.class);
      assertThat(now(V1).status()).isEqualTo(Status.DELETING);
      drop.replyTo().tell(new HostActor.StoreReply(Optional.empty(), false));

      stage.until(() -> all().isEmpty());
    }
  }

  private void isAskedWhetherItNeeds(String id, boolean needed) {
    isAskedWhetherItNeeds(id, new InstanceActor.VolumeNeeded(needed, false));
  }

  private void isAskedWhetherItNeeds(String id, InstanceActor.VolumeNeeded answer) {
    stage.until(
        () -> {
          stage.pass(Duration.ofMinutes(1));
          return stage
              .soonToOthers()
              .filter(InstanceActor.NeedsVolume.class::isInstance)
              .map(
                  asked -> {
                    assertThat(((InstanceActor.NeedsVolume) asked).volumeId()).isEqualTo(id);
                    ((InstanceActor.NeedsVolume) asked).replyTo().tell(answer);
                    return true;
                  })
              .orElse(false);
        });
  }

  @Nested
  class Instances {
    @Test
    void aVolumeIsReservedThenMadeThenGivenOut() {
      create(V1, 2);
      var reply = connect(I1, Examples.H1, existing(V1));
      assertThat(stage.nextToOthers(HostActor.StoreVolume.class).gib()).isEqualTo(2);
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);

      killAndBringBack(); // nobody was answered; the instance will ask again
      hostHasRoom();
      var created = (DriverCommand.CreateVolume) driverDoesIt();
      assertThat(created.sizeGib()).isEqualTo(2);
      reply.expectNoMessage(Duration.ZERO);
      stage.until(() -> now(V1).made());
      reply = connect(I1, Examples.H1, existing(V1));

      var connected = (VolumesActor.Connected) reply.receiveMessage();
      assertThat(connected.ref()).isEqualTo(now(V1).ref());
      step(to -> new VolumesActor.MarkAttached(V1, I1, "/dev/vdb", to));
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(now(V1).use().orElseThrow().device()).isEqualTo("/dev/vdb");
      assertThat(now(V1).use().orElseThrow().attachmentId()).isEqualTo(connected.attachmentId());
    }

    @Test
    void aNewOneIsMadeUnderItsIdOnceAndCounted() {
      limits = new VolumeLimits(1, -1);
      var image = Optional.of(Examples.boot(0).image());
      var choice =
          new VolumeChoice(
              V1,
              Optional.of(new VolumeChoice.NewVolume("root", 5, image)),
              true,
              true,
              Optional.empty());
      var first = connect(I1, Examples.H1, choice);
      var second = connect(I1, Examples.H1, choice);
      hostHasRoom();
      assertThat(((DriverCommand.CreateVolume) driverDoesIt()).image()).isEqualTo(image);

      assertThat(first.receiveMessage()).isEqualTo(second.receiveMessage());
      assertThat(all()).hasSize(1);
      assertThat(now(V1).bootable()).isTrue();
      assertThat(create(V2, 1).refusal()).isPresent();
    }

    @Test
    void oneVolumeIsOneInstances() {
      inUse(V1);

      var refused = (VolumesActor.Refused) connect(I2, Examples.H1, existing(V1)).receiveMessage();

      assertThat(refused.reason()).isInstanceOf(Rejection.Invalid.class);
      assertThat(now(V1).isUsedBy(I1)).isTrue();
    }

    @Test
    void itStaysOnTheHostItWasMadeOn() {
      inUse(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));

      var refused = (VolumesActor.Refused) connect(I2, Examples.H2, existing(V1)).receiveMessage();

      assertThat(refused.reason().toString()).contains("lies on the storage of host h1");
      assertThat(connect(I2, Examples.H1, existing(V1)).receiveMessage())
          .isInstanceOf(VolumesActor.Connected.class);
    }

    @Test
    void aHostWithoutRoomLeavesItFree() {
      create(V1, 2);
      var reply = connect(I1, Examples.H1, existing(V1));
      stage
          .nextToOthers(HostActor.StoreVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.of("full"), false));

      assertThat(reply.receiveMessage())
          .isEqualTo(new VolumesActor.Refused(new Rejection.Conflict("full")));
      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(now(V1).host()).as("another host may have room").isEmpty();
    }

    @Test
    void whatCannotBeMadeIsInErrorAndCanBeDeleted() {
      create(V1, 2);
      var reply = connect(I1, Examples.H1, existing(V1));
      hostHasRoom();
      driverFails(DriverFailure.Kind.INSTANCE_FAULT);

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Refused.class);
      assertThat(now(V1).status()).isEqualTo(Status.ERROR);
      change(V1, new VolumeChange.Delete());
      driverDoesIt();
      var drop = stage.nextToOthers(HostActor.DropVolume.class);
      drop.replyTo().tell(new HostActor.StoreReply(Optional.empty(), false));
      stage.until(() -> all().isEmpty());
    }

    @Test
    void aVolumeIsNotFreeBeforeTheHostSaysThatTheGuestIsGone() {
      inUse(V1);
      step(to -> new VolumesActor.ReleaseAll(I1, List.of(), to));
      stage.nextToOthers(HostActor.AskIfGone.class).replyTo().tell(new HostActor.GoneReply(false));
      stage.until(() -> now(V1).status() == Status.DETACHING);

      var refused = (VolumesActor.Refused) connect(I2, Examples.H1, existing(V1)).receiveMessage();
      assertThat(refused.reason().toString()).contains("detaching");
      killAndBringBack();
      stage.nextToOthers(HostActor.AskIfGone.class).replyTo().tell(new HostActor.GoneReply(false));
      stage.until(
          () -> {
            stage.pass(Duration.ofSeconds(3));
            return stage
                .soonToOthers()
                .filter(HostActor.AskIfGone.class::isInstance)
                .map(
                    asked -> {
                      ((HostActor.AskIfGone) asked).replyTo().tell(new HostActor.GoneReply(true));
                      return true;
                    })
                .orElse(false);
          });

      awaitStatus(V1, Status.AVAILABLE);
      assertThat(now(V1).use()).isEmpty();
    }

    @Test
    void whatGoesWithTheInstanceIsDeletedWhenItIsFree() {
      inUse(V1);
      step(to -> new VolumesActor.ReleaseAll(I1, List.of(V1), to));
      stage.nextToOthers(HostActor.AskIfGone.class).replyTo().tell(new HostActor.GoneReply(true));
      assertThat(driverDoesIt()).isInstanceOf(DriverCommand.DeleteVolume.class);
      stage
          .nextToOthers(HostActor.DropVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.empty(), false));

      stage.until(() -> all().isEmpty());
    }

    /** The operation that asked for it may be over, and its last question late. */
    @Test
    void whoDoesNotKnowOfItAnyMoreDoesNotKeepItReserved() {
      create(V1, 2);
      connect(I1, Examples.H1, existing(V1));
      hostHasRoom();
      driverDoesIt();
      stage.until(() -> now(V1).made());

      isAskedWhetherItNeeds(V1, true);
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
      isAskedWhetherItNeeds(V1, false);

      awaitStatus(V1, Status.AVAILABLE);
    }

    @Test
    void onlyABootableOneIsARoot() {
      create(V1, 2);
      var root = new VolumeChoice(V1, Optional.empty(), true, false, Optional.empty());

      var refused = (VolumesActor.Refused) connect(I1, Examples.H1, root).receiveMessage();
      assertThat(refused.reason().toString()).contains("not bootable");
      change(V1, new VolumeChange.SetBootable(true));
      connect(I1, Examples.H1, root);
      awaitStatus(V1, Status.RESERVED);
    }

    @Test
    void aGuestThatKeptItHasItAgain() {
      inUse(V1);

      step(to -> new VolumesActor.BeginDetaching(V1, I1, to));
      assertThat(now(V1).status()).isEqualTo(Status.DETACHING);
      step(to -> new VolumesActor.MarkAttached(V1, I1, "", to));

      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(now(V1).use().orElseThrow().device()).isEqualTo("/dev/vdb");
    }
  }

  /** Made on h1, whose storage is the pool "san". */
  private void inUseInPool(String id) {
    create(id, 2);
    var reply = connect(I1, Examples.H1, existing(id));
    stage
        .nextToOthers(HostActor.StoreVolume.class)
        .replyTo()
        .tell(new HostActor.StoreReply(Optional.empty(), true, Optional.of("san")));
    driverDoesIt();
    var connected = (VolumesActor.Connected) reply.receiveMessage();
    assertThat(connected.place().orElseThrow().pool()).contains("san");
    step(to -> new VolumesActor.MarkAttached(id, I1, "/dev/vdb", to));
  }

  private TestProbe<VolumesActor.Reply> connectAll(HostId host, Set<HostId> beside) {
    var probe = stage.probe(VolumesActor.Reply.class);
    actor.tell(new VolumesActor.ConnectAll(I1, host, beside, probe.getRef()));
    return probe;
  }

  private void poolIs(String pool) {
    stage
        .nextToOthers(HostActor.AskPool.class)
        .replyTo()
        .tell(new HostActor.PoolReply(Optional.of(pool).filter(name -> !name.isEmpty())));
  }

  private void isGone(boolean gone) {
    stage.nextToOthers(HostActor.AskIfGone.class).replyTo().tell(new HostActor.GoneReply(gone));
  }

  @Nested
  class InAPool {
    @Test
    void anInstanceOnAnotherHostOfThePoolGetsIt() {
      inUseInPool(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));

      var reply = connect(I2, Examples.H2, existing(V1));
      poolIs("san");

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Connected.class);
      assertThat(now(V1).host()).as("it has not moved").contains(Examples.H1);
    }

    @Test
    void aHostOfAnotherPoolDoesNotGetIt() {
      inUseInPool(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));

      for (var other : List.of("nas", "")) {
        var reply = connect(I2, Examples.H2, existing(V1));
        poolIs(other);

        var refused = (VolumesActor.Refused) reply.receiveMessage();
        assertThat(refused.reason().toString()).contains("host h1 (pool san)", "host h2");
        assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      }
    }

    @Test
    void itIsAtBothEndsOfAMoveAndFreeWhenNeitherHasAGuest() {
      inUseInPool(V1);
      var reply = connectAll(Examples.H2, Set.of(Examples.H1));
      poolIs("san");
      assertThat(((VolumesActor.AllConnected) reply.receiveMessage()).places()).containsKey(V1);
      assertThat(now(V1).status()).as("it is had all the time").isEqualTo(Status.IN_USE);
      killAndBringBack();

      step(to -> new VolumesActor.ReleaseAll(I1, List.of(), to));
      isGone(true);

      assertThat(now(V1).status()).as("h2 has not said so").isEqualTo(Status.DETACHING);
      isGone(true);
      awaitStatus(V1, Status.AVAILABLE);
    }

    @Test
    void aHostThatIsNotOfTheMoveMustHaveLetGo() {
      inUseInPool(V1);

      var reply = connectAll(Examples.H2, Set.of());
      isGone(false);

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.NotYet.class);
      assertThat(now(V1).use().orElseThrow().hosts()).containsExactly(Examples.H1);
      reply = connectAll(Examples.H2, Set.of());
      isGone(true);
      poolIs("san");
      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.AllConnected.class);
      assertThat(now(V1).use().orElseThrow().hosts()).containsExactly(Examples.H2);
    }

    private void poolHas(HostId... hosts) {
      var find = stage.nextToOthers(SchedulerActor.FindPool.class);
      assertThat(find.pool().name()).isEqualTo("san");
      find.replyTo().tell(new SchedulerActor.PoolHosts(List.of(hosts)));
    }

    private void deleteFreed(String id) {
      inUseInPool(id);
      step(to -> new VolumesActor.Detached(id, I1, to));
      change(id, new VolumeChange.Delete());
    }

    @Test
    void whatItsHostDoesNotDeleteAnotherOneOfThePoolDoes() {
      deleteFreed(V1);
      driverFails(DriverFailure.Kind.RETRYABLE);
      poolHas(Examples.H1, Examples.H2);

      var delete = (DriverCommand.DeleteVolume) driverDoesIt();
      assertThat(delete.target().host()).isEqualTo(Examples.H2.value());
      assertThat(delete.volume()).isEqualTo(now(V1).ref());
      stage
          .nextToOthers(HostActor.DropVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.empty(), false));
      stage.until(() -> all().isEmpty());
    }

    @Test
    void itsOwnHostIsAskedAgainWhenNoOtherOneDoesItEither() {
      deleteFreed(V1);
      driverFails(DriverFailure.Kind.HOST_FAULT);
      poolHas(Examples.H1);
      stage.until(
          () -> {
            stage.pass(Duration.ofSeconds(3));
            return stage.soonToOthers().filter(HostActor.Run.class::isInstance).isPresent();
          });

      killAndBringBack();
      driverFails(DriverFailure.Kind.RETRYABLE);
      poolHas(Examples.H2);
      driverFails(DriverFailure.Kind.RETRYABLE);

      assertThat(now(V1).status()).isEqualTo(Status.DELETING);
      stage.until(
          () -> {
            stage.pass(Duration.ofSeconds(3));
            return stage
                .soonToOthers()
                .filter(HostActor.Run.class::isInstance)
                .filter(run -> hostOf((HostActor.Run) run).equals(Examples.H1.value()))
                .isPresent();
          });
    }

    private static String hostOf(HostActor.Run run) {
      return run.command().target().host();
    }

    @Test
    void oneThatWasEnlargedAndThatNobodyHadSinceIsDeletedByAnotherHostToo() {
      inUseInPool(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));
      change(V1, new VolumeChange.Extend(3));
      change(V1, new VolumeChange.Extend(4));
      change(V1, new VolumeChange.Delete());
      driverFails(DriverFailure.Kind.RETRYABLE);
      poolHas(Examples.H1, Examples.H2);

      assertThat(driverDoesIt().target().host()).isEqualTo(Examples.H2.value());
    }

    /** Its host may go on making it after another one has found nothing to delete. */
    @Test
    void whatIsPerhapsBeingMadeIsDeletedByItsOwnHostAlone() {
      inUseInPool(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));
      change(V1, new VolumeChange.Extend(3));
      connect(I2, Examples.H1, existing(V1));
      hostHasRoom();
      var growing = stage.nextToOthers(HostActor.Run.class);
      step(to -> new VolumesActor.Detached(V1, I2, to));
      change(V1, new VolumeChange.Delete());
      growing
          .replyTo()
          .tell(
              DriverActor.Failed.of(
                  growing.command(), new DriverFailure(DriverFailure.Kind.RETRYABLE, "late")));

      driverFails(DriverFailure.Kind.RETRYABLE);

      assertThat(stage.soonToOthers()).as("nobody else is asked").isEmpty();
      assertThat(now(V1).status()).isEqualTo(Status.DELETING);
    }

    @Test
    void oneOfThemThatIsElsewhereRefusesAll() {
      inUseInPool(V1);

      var reply = connectAll(Examples.H2, Set.of(Examples.H1));
      poolIs("nas");

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Refused.class);
      assertThat(now(V1).use().orElseThrow().hosts()).containsExactly(Examples.H1);
    }
  }

  @Nested
  class WithoutAGuest {
    private VolumesActor.Reply reserve(String id) {
      return step(
          to -> new VolumesActor.Connect(I1, ATTACH, "alice", existing(id), Optional.empty(), to));
    }

    @Test
    void itIsReservedAndMadeWhenThereIsAHost() {
      create(V1, 2);
      assertThat(reserve(V1)).isInstanceOf(VolumesActor.Connected.class);
      assertThat(reserve(V1)).as("asked again").isInstanceOf(VolumesActor.Connected.class);
      killAndBringBack();
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
      assertThat(stage.soonToOthers()).as("no host is asked").isEmpty();

      var reply = connectAll(Examples.H1, Set.of());
      hostHasRoom();
      driverDoesIt();

      var connected = (VolumesActor.AllConnected) reply.receiveMessage();
      assertThat(connected.places().get(V1).host()).contains(Examples.H1);
      step(to -> new VolumesActor.MarkAll(I1, Map.of(V1, "/dev/vdc"), to));
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(now(V1).use().orElseThrow().device()).isEqualTo("/dev/vdc");
    }

    /** Refused at first, as by a volume that is detaching, and the earlier question comes later. */
    @Test
    void itIsNotKeptForWhoDoesNotKnowOfIt() {
      create(V1, 2);
      reserve(V1);

      isAskedWhetherItNeeds(V1, true); // something is in progress
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
      isAskedWhetherItNeeds(V1, false);

      awaitStatus(V1, Status.AVAILABLE);
    }

    @Test
    void whoCountsOnItIsAskedOnce() {
      create(V1, 2);
      reserve(V1);

      isAskedWhetherItNeeds(V1, new InstanceActor.VolumeNeeded(true, true));
      stage.pass(Duration.ofDays(1));

      assertThat(stage.soonToOthers()).isEmpty();
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
    }

    @Test
    void aHostWithoutRoomDoesNotTakeItFromTheInstance() {
      create(V1, 2);
      reserve(V1);

      var reply = connectAll(Examples.H1, Set.of());
      stage
          .nextToOthers(HostActor.StoreVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.of("full"), false));

      assertThat(reply.receiveMessage())
          .isEqualTo(new VolumesActor.Refused(new Rejection.Conflict("full")));
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
      assertThat(now(V1).isUsedBy(I1)).isTrue();
      assertThat(now(V1).host()).as("another host may have room").isEmpty();
    }

    @Test
    void itIsReleasedAtOnceWhenNoHostEverHadIt() {
      create(V1, 2);
      reserve(V1);

      step(to -> new VolumesActor.Release(V1, I1, to));

      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(step(to -> new VolumesActor.Release(V1, I1, to)))
          .as("asked again")
          .isEqualTo(new VolumesActor.Done());
    }

    @Test
    void itGoesWithTheInstanceWhenItShall() {
      create(V1, 2);
      reserve(V1);

      step(to -> new VolumesActor.ReleaseAll(I1, List.of(V1), to));

      assertThat(all()).isEmpty();
    }

    @Test
    void whatAGuestHadIsKeptAndFreeOnlyWhenTheHostSaysSo() {
      inUse(V1);
      step(to -> new VolumesActor.KeepAll(I1, to));
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);
      assertThat(((VolumesActor.Refused) connect(I2, Examples.H1, existing(V1)).receiveMessage()))
          .isNotNull();

      step(to -> new VolumesActor.Release(V1, I1, to));

      assertThat(now(V1).status()).isEqualTo(Status.DETACHING);
      isGone(true);
      awaitStatus(V1, Status.AVAILABLE);
    }
  }

  @Nested
  class FromAnotherImage {
    private static final GuestSpec.ImageRef IMAGE =
        new GuestSpec.ImageRef("img-2", "cd34", "qcow2", 1, 1L << 30);
    private final OperationId rebuild = new OperationId("req-rebuild");

    private TestProbe<VolumesActor.Reply> reimage(GuestSpec.ImageRef image) {
      var probe = stage.probe(VolumesActor.Reply.class);
      actor.tell(new VolumesActor.Reimage(V1, I1, rebuild, image, probe.getRef()));
      return probe;
    }

    private String file(VolumesActor.Reply reply) {
      return ((VolumesActor.Connected) reply).ref().name();
    }

    @Test
    void aRootVolumeIsMadeBesideWhatItWasAlsoAfterACrashAndThatGoesWhenTheGuestHasTheNewOne() {
      inUse(V1);
      reimage(IMAGE);
      hostHasRoom();
      stage.nextToOthers(HostActor.Run.class);

      killAndBringBack();
      var reply = reimage(IMAGE);
      hostHasRoom();
      var create = (DriverCommand.CreateVolume) driverDoesIt();
      assertThat(create.volume().name()).isEqualTo("troupe-volume-" + V1 + ".1.qcow2");
      assertThat(create.image()).contains(IMAGE);
      assertThat(file(reply.receiveMessage())).isEqualTo(create.volume().name());
      assertThat(file(reimage(IMAGE).receiveMessage())).isEqualTo(create.volume().name());
      assertThat(now(V1).status()).isEqualTo(Status.RESERVED);

      step(to -> new VolumesActor.MarkAll(I1, Map.of(V1, "/dev/vda"), to));
      driverFails(DriverFailure.Kind.INSTANCE_FAULT);
      stage.pass(Duration.ofSeconds(3));
      var delete = (DriverCommand.DeleteVolume) driverDoesIt();

      assertThat(delete.volume().name()).isEqualTo("troupe-volume-" + V1 + ".qcow2");
      stage.until(() -> now(V1).files().old().isEmpty());
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(now(V1).image()).contains(IMAGE);
      assertThat(now(V1).bootable()).isTrue();
      assertThat(file(reimage(IMAGE).receiveMessage())).as("late").isEqualTo(now(V1).ref().name());
    }

    @Test
    void whatComesToNothingIsAsItWasAndTheNextOneIsAnotherFile() {
      inUse(V1);
      var before = now(V1);
      var reply = reimage(IMAGE);
      hostHasRoom();
      driverFails(DriverFailure.Kind.INSTANCE_FAULT);

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Refused.class);
      assertThat(now(V1).ref()).isEqualTo(before.ref());
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(now(V1).image()).isEqualTo(before.image());
      var delete = (DriverCommand.DeleteVolume) driverDoesIt();
      assertThat(delete.volume().name()).isEqualTo("troupe-volume-" + V1 + ".1.qcow2");

      actor.tell(
          new VolumesActor.Reimage(
              V1,
              I1,
              new OperationId("req-again"),
              IMAGE,
              stage.probe(VolumesActor.Reply.class).getRef()));
      hostHasRoom();
      assertThat(((DriverCommand.CreateVolume) driverDoesIt()).volume().name())
          .isEqualTo("troupe-volume-" + V1 + ".2.qcow2");
    }

    @Test
    void isTakenBackWhileItIsBeingMade() {
      inUse(V1);
      var reply = reimage(IMAGE);
      hostHasRoom();
      var making = stage.nextToOthers(HostActor.Run.class);

      var back = step(to -> new VolumesActor.UndoReimage(V1, I1, to));
      assertThat(file(back)).isEqualTo("troupe-volume-" + V1 + ".qcow2");
      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Refused.class);
      making.replyTo().tell(DriverActor.Failed.of(making.command(), passing()));

      var delete = (DriverCommand.DeleteVolume) driverDoesIt();
      assertThat(delete.volume().name()).isEqualTo("troupe-volume-" + V1 + ".1.qcow2");
      stage.until(() -> now(V1).files().old().isEmpty());
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
      assertThat(file(step(to -> new VolumesActor.UndoReimage(V1, I1, to))))
          .as("once more")
          .isEqualTo(now(V1).ref().name());
    }

    private DriverFailure passing() {
      return new DriverFailure(DriverFailure.Kind.RETRYABLE, "later");
    }

    @Test
    void aLargerImageIsRefused() {
      inUse(V1);
      var large = new GuestSpec.ImageRef("img-3", "ef", "qcow2", 1, 3L << 30);

      assertThat(((VolumesActor.Refused) reimage(large).receiveMessage()).reason())
          .isInstanceOf(Rejection.Invalid.class);
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
    }

    @Test
    void aServerThatIsDeletedLeavesItAsItWas() {
      inUse(V1);
      reimage(IMAGE);
      hostHasRoom();
      driverDoesIt();
      stage.until(() -> now(V1).made());

      step(to -> new VolumesActor.ReleaseAll(I1, List.of(), to));
      isGone(true);
      var delete = (DriverCommand.DeleteVolume) driverDoesIt();

      assertThat(delete.volume().name()).isEqualTo("troupe-volume-" + V1 + ".1.qcow2");
      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(now(V1).image()).isEmpty();
    }

    @Test
    void oneThatNobodyHasBeginsAnewAtItsOwnersWish() {
      inUse(V1);
      assertThat(change(V1, new VolumeChange.Reimage(rebuild, IMAGE)).refusal()).isPresent();
      step(to -> new VolumesActor.Detached(V1, I1, to));

      var answer = change(V1, new VolumeChange.Reimage(rebuild, IMAGE));
      assertThat(answer.volume().orElseThrow().status()).isEqualTo(Status.DOWNLOADING);
      hostHasRoom();
      driverDoesIt();
      var delete = (DriverCommand.DeleteVolume) driverDoesIt();

      assertThat(delete.volume().name()).isEqualTo("troupe-volume-" + V1 + ".qcow2");
      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(now(V1).image()).contains(IMAGE);
    }

    @Test
    void whatLiesNowhereBeginsAsTheImage() {
      create(V1, 2);

      change(V1, new VolumeChange.Reimage(rebuild, IMAGE));

      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);
      assertThat(now(V1).image()).contains(IMAGE);
      assertThat(now(V1).bootable()).isTrue();
    }

    @Test
    void oneThatIsDeletedLeavesNoFile() {
      inUse(V1);
      reimage(IMAGE);
      hostHasRoom();
      driverDoesIt();
      stage.until(() -> now(V1).made());
      step(to -> new VolumesActor.ReleaseAll(I1, List.of(V1), to));
      isGone(true);

      var gone = List.of(driverDoesIt(), driverDoesIt());

      assertThat(gone)
          .extracting(each -> ((DriverCommand.DeleteVolume) each).volume().name())
          .containsExactly("troupe-volume-" + V1 + ".1.qcow2", "troupe-volume-" + V1 + ".qcow2");
    }
  }

  @Nested
  class Snapshots {
    private static final String S1 = "00000000-0000-4000-8000-0000000000a1";
    private static final String S2 = "00000000-0000-4000-8000-0000000000a2";

    private VolumesActor.SnapshotReply snap(String id, String volume, boolean forced) {
      return stage.ask(
          actor, VolumesActor.SnapshotReply.class, to -> snapOf(id, volume, forced, to));
    }

    private VolumesActor.Snap snapOf(
        String id, String volume, boolean forced, ActorRef<VolumesActor.SnapshotReply> to) {
      return new VolumesActor.Snap(
          new VolumeSnapshot.Wanted(id, "alice", "snap", "", volume, Map.of(), forced), to);
    }

    private VolumesActor.SnapshotReply changeSnapshot(String id, VolumeChange change) {
      return stage.ask(
          actor,
          VolumesActor.SnapshotReply.class,
          to -> new VolumesActor.ChangeSnapshot(id, change, to));
    }

    private List<VolumeSnapshot> snapshots() {
      return stage.ask(actor, ProjectVolumes.class, VolumesActor.GetAll::new).snapshots();
    }

    private VolumeSnapshot snapshot(String id) {
      return snapshots().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    private void awaitSnapshot(String id, VolumeSnapshot.Status status) {
      stage.until(() -> snapshot(id).status() == status);
    }

    private void dropped() {
      stage
          .nextToOthers(HostActor.DropVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.empty(), false));
    }

    /** Of a volume that lies on h1, free. */
    private void copied(String id) {
      inUse(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));
      snap(id, V1, false);
      hostHasRoom();
      driverDoesIt();
      awaitSnapshot(id, VolumeSnapshot.Status.AVAILABLE);
    }

    private VolumesActor.VolumeReply ofSnapshot(String id, long gib) {
      var wanted = new VolumeChoice.NewVolume("copy", gib, Optional.empty(), Optional.of(S1));
      return stage.ask(
          actor,
          VolumesActor.VolumeReply.class,
          to ->
              new VolumesActor.Create(Volume.fresh(id, "demo", "alice", wanted, Examples.NOW), to));
    }

    @Test
    void aVolumeInUseIsCopiedWhereItsGuestIsAlsoAfterACrash() {
      inUse(V1);
      assertThat(snap(S1, V1, false).refusal()).as("not forced").isPresent();
      assertThat(snap(S1, V1, true).snapshot().orElseThrow().status())
          .isEqualTo(VolumeSnapshot.Status.CREATING);
      assertThat(stage.nextToOthers(HostActor.StoreVolume.class).gib()).isEqualTo(2);

      killAndBringBack();
      hostHasRoom();
      driverFails(DriverFailure.Kind.RETRYABLE);
      stage.pass(Duration.ofSeconds(3));
      hostHasRoom();
      var copy = (DriverCommand.CopyVolume) driverDoesIt();

      awaitSnapshot(S1, VolumeSnapshot.Status.AVAILABLE);
      assertThat(copy.from()).isEqualTo(now(V1).ref());
      assertThat(copy.to()).isEqualTo(snapshot(S1).ref());
      assertThat(copy.target().host()).isEqualTo(Examples.H1.value());
      assertThat(snap(S1, V1, true).snapshot()).as("asked again").contains(snapshot(S1));
      assertThat(now(V1).status()).isEqualTo(Status.IN_USE);
    }

    /** Where a guest was before a move is asked whether one may still be there. */
    @Test
    void aVolumeThatWasMovedIsCopiedWhereItsGuestIsNow() {
      inUseInPool(V1);
      var reply = connectAll(Examples.H2, Set.of(Examples.H1));
      poolIs("san");
      reply.receiveMessage();

      var probe = stage.probe(VolumesActor.SnapshotReply.class);
      actor.tell(snapOf(S1, V1, true, probe.getRef()));
      isGone(false);
      isGone(false);
      assertThat(probe.receiveMessage().refusal()).as("the move is not settled").isPresent();

      actor.tell(snapOf(S1, V1, true, probe.getRef()));
      var first = stage.nextToOthers(HostActor.AskIfGone.class);
      first.replyTo().tell(new HostActor.GoneReply(true));
      assertThat(probe.receiveMessage().snapshot()).isPresent();
      var left = now(V1).use().orElseThrow().hosts();
      assertThat(left).hasSize(1);
      assertThat(snapshot(S1).host()).isEqualTo(left.stream().findFirst());
    }

    @Test
    void nobodyIsGivenAVolumeWhileItIsCopied() {
      inUse(V1);
      step(to -> new VolumesActor.Detached(V1, I1, to));
      snap(S1, V1, false);
      var reply = connect(I2, Examples.H1, existing(V1));
      assertThat(change(V1, new VolumeChange.Extend(9)).refusal()).isPresent();
      reply.expectNoMessage(Duration.ZERO);
      assertThat(now(V1).status()).isEqualTo(Status.AVAILABLE);

      hostHasRoom();
      driverDoesIt();
      awaitSnapshot(S1, VolumeSnapshot.Status.AVAILABLE);
      stage.pass(Duration.ofSeconds(3));

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Connected.class);
    }

    @Test
    void aServerDoesNotMoveWhileAVolumeOfItIsCopied() {
      inUseInPool(V1);
      snap(S1, V1, true);

      assertThat(connectAll(Examples.H2, Set.of(Examples.H1)).receiveMessage())
          .isInstanceOf(VolumesActor.NotYet.class);
    }

    @Test
    void ofAVolumeThatLiesNowhereThereIsNothingToCopy() {
      create(V1, 2);

      assertThat(snap(S1, V1, false).snapshot().orElseThrow().status())
          .isEqualTo(VolumeSnapshot.Status.AVAILABLE);
      assertThat(ofSnapshot(V2, 3).volume().orElseThrow().status()).isEqualTo(Status.AVAILABLE);
      assertThat(change(V1, new VolumeChange.Delete()).refusal()).as("has a snapshot").isPresent();
      assertThat(changeSnapshot(S1, new VolumeChange.Delete()).snapshot()).isPresent();
      assertThat(snapshots()).isEmpty();
      assertThat(change(V1, new VolumeChange.Delete()).volume()).isPresent();
    }

    @Test
    void aVolumeIsMadeOfASnapshotWhichStaysSoLong() {
      copied(S1);
      assertThat(ofSnapshot(V2, 1).refusal()).as("too small").isPresent();
      assertThat(ofSnapshot(V2, 5).volume().orElseThrow().status()).isEqualTo(Status.CREATING);
      assertThat(changeSnapshot(S1, new VolumeChange.Delete()).refusal()).isPresent();

      stage.nextToOthers(HostActor.StoreVolume.class);
      killAndBringBack();
      hostHasRoom();
      var copy = (DriverCommand.CopyVolume) driverDoesIt();

      awaitStatus(V2, Status.AVAILABLE);
      assertThat(copy.from()).isEqualTo(snapshot(S1).ref());
      assertThat(copy.to()).isEqualTo(now(V2).ref());
      assertThat(copy.sizeGib()).isEqualTo(5);
      assertThat(changeSnapshot(S1, new VolumeChange.Delete()).snapshot()).isPresent();
      driverDoesIt();
      dropped();
      stage.until(() -> snapshots().isEmpty());
    }

    @Test
    void anInstanceBootsFromACopyOfASnapshot() {
      copied(S1);
      var fresh = new VolumeChoice.NewVolume("", 2, Optional.empty(), Optional.of(S1));
      var choice = new VolumeChoice(V2, Optional.of(fresh), false, true, Optional.empty());
      var elsewhere = (VolumesActor.Refused) connect(I2, Examples.H2, choice).receiveMessage();
      assertThat(elsewhere.reason().toString()).contains("lies on the storage of host h1");

      var reply = connect(I2, Examples.H1, choice);
      hostHasRoom();
      assertThat(driverDoesIt()).isInstanceOf(DriverCommand.CopyVolume.class);

      assertThat(reply.receiveMessage()).isInstanceOf(VolumesActor.Connected.class);
      assertThat(now(V2).status()).isEqualTo(Status.RESERVED);
    }

    /** Given up while it is made, it is not free before it has what is in the snapshot. */
    @Test
    void aCopyThatIsGivenUpIsMadeAllTheSame() {
      copied(S1);
      var fresh = new VolumeChoice.NewVolume("", 2, Optional.empty(), Optional.of(S1));
      connect(
          I2,
          Examples.H1,
          new VolumeChoice(V2, Optional.of(fresh), false, false, Optional.empty()));
      hostHasRoom();
      driverFails(DriverFailure.Kind.RETRYABLE);
      step(to -> new VolumesActor.ReleaseAll(I2, List.of(), to));
      isGone(true);

      awaitStatus(V2, Status.CREATING);
      hostHasRoom();
      driverDoesIt();
      awaitStatus(V2, Status.AVAILABLE);
    }

    @Test
    void aVolumeThatWouldGoWithItsServerStaysWhileItHasSnapshots() {
      inUse(V1);
      snap(S1, V1, true);
      hostHasRoom();
      driverDoesIt();
      awaitSnapshot(S1, VolumeSnapshot.Status.AVAILABLE);

      step(to -> new VolumesActor.ReleaseAll(I1, List.of(V1), to));
      isGone(true);

      awaitStatus(V1, Status.AVAILABLE);
    }

    @Test
    void whatCannotBeCopiedIsInErrorAndCanBeDeleted() {
      inUse(V1);
      snap(S1, V1, true);
      assertThat(changeSnapshot(S1, new VolumeChange.Delete()).refusal())
          .as("while it is made")
          .isPresent();
      hostHasRoom();
      driverFails(DriverFailure.Kind.INSTANCE_FAULT);
      awaitSnapshot(S1, VolumeSnapshot.Status.ERROR);

      changeSnapshot(S1, new VolumeChange.Delete());
      assertThat(((DriverCommand.DeleteVolume) driverDoesIt()).volume().id()).isEqualTo(S1);
      dropped();
      stage.until(() -> snapshots().isEmpty());
    }

    /** As by a server's image that comes to nothing. */
    @Test
    void oneThatIsNotWantedAnyMoreGoesWhenItsHostIsDoneWithIt() {
      inUse(V1);
      snap(S1, V1, true);
      hostHasRoom();
      var copying = stage.nextToOthers(HostActor.Run.class);

      assertThat(changeSnapshot(S1, new VolumeChange.Delete()).refusal()).isPresent();
      assertThat(changeSnapshot(S1, new VolumeChange.GiveUp()).snapshot().orElseThrow().status())
          .isEqualTo(VolumeSnapshot.Status.DELETING);
      copying
          .replyTo()
          .tell(
              DriverActor.Failed.of(
                  copying.command(), new DriverFailure(DriverFailure.Kind.RETRYABLE, "late")));

      var delete = (DriverCommand.DeleteVolume) driverDoesIt();
      assertThat(delete.volume().name()).contains(S1);
      dropped();
      stage.until(() -> snapshots().isEmpty());
      assertThat(changeSnapshot(S1, new VolumeChange.GiveUp()).refusal()).isPresent();
    }

    @Test
    void aCopyThatNeverComesIsGivenUp() {
      inUse(V1);
      snap(S1, V1, true);
      stage.nextToOthers(HostActor.StoreVolume.class);
      stage.leave(actor);
      stage.pass(Duration.ofMinutes(61));

      actor = stage.enter(behavior());
      hostHasRoom();
      driverFails(DriverFailure.Kind.RETRYABLE);

      awaitSnapshot(S1, VolumeSnapshot.Status.ERROR);
      assertThat(snapshot(S1).fault()).isEqualTo("no");
    }

    @Test
    void aHostWithoutRoomRefuses() {
      inUse(V1);
      snap(S1, V1, true);
      stage
          .nextToOthers(HostActor.StoreVolume.class)
          .replyTo()
          .tell(new HostActor.StoreReply(Optional.of("full"), false));

      awaitSnapshot(S1, VolumeSnapshot.Status.ERROR);
      assertThat(snapshot(S1).fault()).isEqualTo("full");
    }

    @Test
    void theQuotaCountsSnapshotsAndTheirSize() {
      limits = new VolumeLimits(9, 5, -1, 1L);
      create(V1, 2);
      assertThat(snap(S1, V1, false).snapshot()).isPresent();
      assertThat(create(V2, 2).refusal())
          .contains(new Rejection.QuotaExceeded("gigabytes", 2, 4, 5));
      assertThat(snap(S2, V1, false).refusal())
          .contains(new Rejection.QuotaExceeded("snapshots", 1, 1, 1));
    }
  }
}
