package io.troupe.drivers;

import com.typesafe.config.ConfigFactory;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.fake.FakeWorld;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every message of the driver actor's protocol survives the wire. */
class DriverMessagesTest {
  private static final MoveTicket TICKET =
      MoveTicket.offered("fake", Map.of("host", "h1"))
          .prepared(MoveTicket.Storage.SHARED, Map.of("host", "h2"));

  private final ActorTestKit testKit =
      ActorTestKit.create(
          ConfigFactory.parseString(
              """
              pekko.actor.serialization-bindings {
                "io.troupe.core.serialization.CborSerializable" = jackson-cbor
              }
              """));

  @AfterEach
  void shutDown() {
    testKit.shutdownTestKit();
  }

  @Test
  void requests() {
    var replies = testKit.createTestProbe(DriverActor.Reply.class).getRef();
    var hosts = testKit.createTestProbe(DriverActor.HostsReply.class).getRef();
    var guests = testKit.createTestProbe(DriverActor.GuestsReply.class).getRef();
    var target = FakeWorld.target("h1");

    for (var command :
        List.of(
            FakeWorld.spawn(target),
            new DriverCommand.Start(target),
            new DriverCommand.Stop(target, 5_000),
            new DriverCommand.Reboot(target, true, 5_000),
            new DriverCommand.Pause(target),
            new DriverCommand.Unpause(target),
            new DriverCommand.Suspend(target),
            new DriverCommand.Resume(target),
            new DriverCommand.TriggerCrashDump(target),
            new DriverCommand.SetPassword(target, "root", "secret"),
            new DriverCommand.Destroy(target),
            new DriverCommand.Inspect(target),
            new DriverCommand.Snapshot(target, "image"),
            new DriverCommand.Rescue(target, FakeWorld.IMAGE),
            new DriverCommand.Unrescue(target),
            new DriverCommand.AttachNic(target, FakeWorld.spawn(target).spec().nics().getFirst()),
            new DriverCommand.DetachNic(target, "fa:16:3e:00:00:01"),
            new DriverCommand.AttachVolume(target, new VolumeRef("id", "name", "raw")),
            new DriverCommand.SwapVolume(
                target, new VolumeRef("id", "name", "raw"), new VolumeRef("id2", "name2", "raw")),
            new DriverCommand.DetachVolume(target, "id"),
            new DriverCommand.CreateVolume(
                target, new VolumeRef("id", "name", "qcow2"), 3, Optional.empty()),
            new DriverCommand.CopyVolume(
                target,
                new VolumeRef("id", "name", "qcow2"),
                new VolumeRef("id-2", "name-2", "qcow2"),
                7),
            new DriverCommand.DeleteVolume(target, new VolumeRef("id", "name", "qcow2")),
            new DriverCommand.Resize(target, new Resources(2, 256, 2)),
            DriverCommand.Resize.back(target, new Resources(2, 256, 0), OperationId.fresh()),
            new DriverCommand.OfferMove(target),
            new DriverCommand.PrepareMove(
                target, FakeWorld.spawn(target).spec(), TICKET, MoveTicket.Storage.BLOCK, true),
            new DriverCommand.LiveMigrate(
                target, TICKET, new MigrationOptions(true, true, 1, 2, 3, true)),
            new DriverCommand.WatchMigration(target),
            new DriverCommand.ForceComplete(target),
            new DriverCommand.AbortMigration(target),
            new DriverCommand.SendMove(target, TICKET),
            new DriverCommand.FinishMove(target, FakeWorld.spawn(target).spec(), TICKET),
            new DriverCommand.TakeOver(target, true),
            new DriverCommand.Diagnostics(target),
            new DriverCommand.ReadConsole(target, 100))) {
      survives(new DriverActor.Execute(command, replies));
    }
    survives(new DriverActor.Hosts(hosts));
    survives(new DriverActor.Guests("h1", guests));
    survives(new DriverActor.GetLoad(testKit.createTestProbe(DriverActor.Load.class).getRef()));
    survives(new DriverActor.Load(3, 4));
  }

  @Test
  void answers() {
    var operation = OperationId.fresh();
    var instance = InstanceId.fresh();
    var failure = new DriverFailure(DriverFailure.Kind.HOST_FAULT, "no space left");

    survives(
        new DriverActor.Done(
            operation,
            instance,
            "spawn",
            new DriverResult.Guest(true, PowerState.RUNNING, "127.0.0.1:5900")));
    survives(
        new DriverActor.Done(
            operation, instance, "read-console", new DriverResult.Console("login: ")));
    survives(
        new DriverActor.Done(
            operation,
            instance,
            "diagnostics",
            new DriverResult.Diagnostics(
                PowerState.PAUSED,
                "fake",
                "fake",
                "linux",
                Optional.of(5L),
                true,
                List.of(
                    new DriverResult.Diagnostics.Cpu(0, Optional.of(1L << 40), Optional.of(3)),
                    new DriverResult.Diagnostics.Cpu(1, Optional.empty(), Optional.empty())),
                List.of(
                    new DriverResult.Diagnostics.Nic("fa:16:3e:00:00:01", Optional.empty()),
                    new DriverResult.Diagnostics.Nic(
                        "fa:16:3e:00:00:02",
                        Optional.of(new DriverResult.Diagnostics.Traffic(1, 2, 3, 4, 5, 6, 7, 8)))),
                List.of(new DriverResult.Diagnostics.Disk(1, 2, 3, 4, 5)),
                new DriverResult.Diagnostics.Memory(512, 256))));
    survives(
        new DriverActor.Done(
            operation,
            instance,
            "snapshot",
            new DriverResult.SnapshotTaken("qcow2", 1L << 20, 1L << 40, true)));
    survives(
        new DriverActor.Done(
            operation, instance, "attach-volume", new DriverResult.VolumeAttached("/dev/vdb")));
    survives(
        new DriverActor.Done(
            operation, instance, "offer-move", new DriverResult.MoveTicketed(TICKET)));
    survives(
        new DriverActor.Done(
            operation,
            instance,
            "watch-migration",
            new DriverResult.MigrationSeen(
                DriverResult.MigrationSeen.Phase.POST_COPY,
                7,
                new DriverResult.MigrationSeen.Copied(3, 4, 1),
                DriverResult.MigrationSeen.Copied.NOTHING)));
    survives(new DriverActor.Failed(operation, instance, "destroy", failure));
    survives(
        new DriverActor.HostsShown(
            List.of(
                new HostInventory(
                    "h1",
                    "fake",
                    1,
                    "x86_64",
                    "fake",
                    new Resources(1, 2, 3),
                    "10.0.0.1",
                    Set.of("COMPUTE_NODE"),
                    Map.of("cpu_model", "fake")))));
    survives(new DriverActor.HostsUnknown(failure));
    survives(
        new DriverActor.GuestsShown(
            "h1",
            List.of(
                new GuestReport("ours", Optional.of(instance), 3, PowerState.RUNNING),
                new GuestReport("theirs", Optional.empty(), 0, PowerState.SHUTDOWN))));
    survives(new DriverActor.GuestsUnknown("h1", failure));
  }

  @Test
  void notices() {
    var connection = new ConnectionId("some");

    survives(new DriverActor.Up(connection, new Capabilities(Set.of("Spawn"), true)));
    survives(
        new DriverActor.Up(
            connection,
            new Capabilities(
                Set.of("LiveMigrate"), true, Set.of(Capabilities.Migration.POST_COPY))));
    survives(
        new DriverActor.Down(
            connection, new DriverFailure(DriverFailure.Kind.RETRYABLE, "refused")));
    survives(
        new DriverActor.Seen(
            connection,
            new GuestEvent(
                "h1",
                InstanceId.fresh(),
                2,
                PowerState.SHUTDOWN,
                "stopped",
                Instant.parse("2030-01-01T00:00:00.123456789Z"))));
  }

  private void survives(Object message) {
    testKit.serializationTestKit().verifySerialization(message, true);
  }
}
