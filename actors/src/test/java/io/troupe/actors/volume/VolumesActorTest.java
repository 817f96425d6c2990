package io.troupe.actors.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.Volume.Status;
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
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class VolumesActorTest {
  private static final String V1 = "00000000-0000-4000-8000-000000000001";
  private static final String V2 = "00000000-0000-4000-8000-000000000002";
  private static final InstanceId I1 = Examples.instance(1);
  private static final InstanceId I2 = Examples.instance(2);
  private static final OperationId ATTACH = new OperationId("req-attach");

  private static Stage stage;

  private volatile VolumeLimits limits = new VolumeLimits(3, 20);
  private ActorRef<VolumesActor.Message> actor;

  private Behavior<VolumesActor.Message> behavior() {
    return VolumesActor.create("demo", stage, () -> limits, stage);
  }

  @BeforeAll
  static void open() {
    stage = new Stage();
  }

  @AfterAll
  static void close() {
    stage.close();
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
    actor.tell(new VolumesActor.Connect(instance, ATTACH, "alice", choice, host, probe.getRef()));
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
}
