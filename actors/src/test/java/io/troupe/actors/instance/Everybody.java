package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;

import io.troupe.actors.Examples;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverResult;
import java.util.Optional;
import java.util.stream.Stream;

/** Whoever an instance asks, as they answer when all is well. */
final class Everybody {
  private Everybody() {}

  static void answer(Object question) {
    switch (question) {
      case ProjectActor.Reserve reserve -> reserve.replyTo().tell(new ProjectActor.Granted());
      case ProjectActor.Release release -> release.replyTo().tell(new ProjectActor.Granted());
      case SchedulerActor.Place place ->
          place
              .replyTo()
              .tell(
                  new Decision.Placed(
                      Stream.of(new Candidate(H1, 2), new Candidate(H2, 1))
                          .filter(one -> !place.spec().excluded().contains(one.host()))
                          .toList(),
                      7));
      case SchedulerActor.MayRebuild may ->
          may.replyTo().tell(new SchedulerActor.Rebuildable(Optional.empty()));
      case HostActor.MakeClaim claim -> claim.replyTo().tell(new HostActor.ClaimMade("zone-1"));
      case HostActor.ReleaseClaim release -> release.replyTo().tell(new HostActor.ClaimGone());
      case HostActor.Condemn condemn -> condemn.replyTo().tell(new HostActor.ClaimGone());
      case NetworkActor.Attach attach ->
          attach.replyTo().tell(new NetworkActor.Attached(Examples.nic(0)));
      case NetworkActor.Release release -> release.replyTo().tell(new NetworkActor.Released());
      case ImagesActor.Make make -> make.replyTo().tell(new ImagesActor.Done(""));
      case ImagesActor.Drop drop -> drop.replyTo().tell(new ImagesActor.Done(""));
      case ImagesActor.Rotate rotate -> rotate.replyTo().tell(new ImagesActor.Done(""));
      case HostActor.Run(var command, _, var replyTo) -> {
        var target = command.target();
        replyTo.tell(
            new DriverActor.Done(
                target.operation(), target.instance(), command.name(), result(command)));
      }
      default -> throw new AssertionError("unexpected: " + question);
    }
  }

  private static DriverResult result(DriverCommand command) {
    return switch (command) {
      case DriverCommand.OfferMove _, DriverCommand.PrepareMove _ ->
          new DriverResult.MoveTicketed(MoveLife.TICKET);
      case DriverCommand.SendMove _, DriverCommand.Resize _ ->
          DriverResult.Guest.in(PowerState.SHUTDOWN);
      case DriverCommand.Snapshot _ -> new DriverResult.SnapshotTaken("qcow2", 10, 20, true);
      case DriverCommand.Destroy _ -> DriverResult.Guest.in(PowerState.NOSTATE);
      case DriverCommand.Stop _ -> DriverResult.Guest.in(PowerState.SHUTDOWN);
      case DriverCommand.Pause _ -> DriverResult.Guest.in(PowerState.PAUSED);
      case DriverCommand.Suspend _ -> DriverResult.Guest.in(PowerState.SUSPENDED);
      default -> DriverResult.Guest.in(PowerState.RUNNING);
    };
  }
}
