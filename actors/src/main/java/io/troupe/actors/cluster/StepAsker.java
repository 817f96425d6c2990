package io.troupe.actors.cluster;

import io.troupe.actors.Entities;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.Effect;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.VolumePlace;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.operation.Step;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Puts an operation's current step to the entity that can do it, and reads the answer as an
 * outcome. A question without an answer is put again: all of them are idempotent.
 */
public final class StepAsker<M> {
  /** After this an entity of ours is asked once more: its shard may have moved. */
  static final Duration ENTITY_ANSWER = Duration.ofSeconds(2);

  /** A volume may have to be made first; a repeated question waits with the first. */
  private static final Duration STORAGE_ANSWER = Duration.ofSeconds(10);

  private final InstanceId id;
  private final Entities entities;
  private final ActorContext<M> context;
  private final Function<StepOutcome, M> answered;
  private final BiFunction<OperationId, Step, M> unanswered;

  /** What a host has given back with the guest that it removed. */
  private record Left(OperationId operation, HostId host, long generation) {}

  private Optional<Left> left = Optional.empty();

  /**
   * @param answered the asking actor's own message for an outcome
   * @param unanswered and for a step that got no answer in time
   */
  public StepAsker(
      InstanceId id,
      Entities entities,
      ActorContext<M> context,
      Function<StepOutcome, M> answered,
      BiFunction<OperationId, Step, M> unanswered) {
    this.id = id;
    this.entities = entities;
    this.context = context;
    this.answered = answered;
    this.unanswered = unanswered;
  }

  public void perform(Effect effect, Instant now) {
    switch (effect) {
      case Effect.Rest() -> {}
      case Effect.Ask ask -> put(new Question(ask, now));
    }
  }

  private record Question(Effect.Ask ask, Instant askedAt) {
    StepOutcome outcome(StepOutcome.Result result) {
      return new StepOutcome(ask.operation(), ask.step(), ask.generation(), askedAt, result);
    }
  }

  private void put(Question question) {
    switch (question.ask().what()) {
      case Effect.ReserveQuota(var project, var amount, var group, var generation) ->
          ask(
              question,
              ENTITY_ANSWER,
              ProjectActor.Reply.class,
              entities.project(project),
              to -> new ProjectActor.Reserve(id, amount, group, generation, to),
              StepAsker::read);
      case Effect.ReleaseQuota(var project) ->
          ask(
              question,
              ENTITY_ANSWER,
              ProjectActor.Reply.class,
              entities.projectPost(project),
              to -> new ProjectActor.Release(List.of(id), to),
              StepAsker::read);
      case Effect.Place(var spec, var mayPreempt) ->
          ask(
              question,
              ENTITY_ANSWER,
              Decision.class,
              entities.scheduler(),
              to -> new SchedulerActor.Place(spec, mayPreempt, to),
              StepAsker::read);
      case Effect.Preempt(var preemption, var priority) ->
          ask(
              question,
              ENTITY_ANSWER,
              HostActor.ClaimReply.class,
              entities.host(preemption.host()),
              to -> new HostActor.Preempt(preemption, priority, id, question.ask().operation(), to),
              StepAsker::read);
      case Effect.Permit(var host, var spec) ->
          ask(
              question,
              ENTITY_ANSWER,
              SchedulerActor.Rebuildable.class,
              entities.scheduler(),
              to -> new SchedulerActor.MayRebuild(host, spec, to),
              StepAsker::read);
      case Effect.ClaimHost(var host, var generation, var spec) ->
          ask(
              question,
              ENTITY_ANSWER,
              HostActor.ClaimReply.class,
              entities.host(host),
              to -> new HostActor.MakeClaim(spec, generation, to),
              StepAsker::read);
      case Effect.ReleaseHost(var host, var generation) -> {
        if (left.equals(Optional.of(new Left(question.ask().operation(), host, generation)))) {
          context.getSelf().tell(answered.apply(question.outcome(new StepOutcome.Done(""))));
        } else {
          ask(
              question,
              ENTITY_ANSWER,
              HostActor.ClaimReply.class,
              entities.host(host),
              to -> new HostActor.ReleaseClaim(id, generation, to),
              StepAsker::read);
        }
      }
      case Effect.CondemnGuest(var host, var generation, var keepsDisk) ->
          ask(
              question,
              ENTITY_ANSWER,
              HostActor.ClaimReply.class,
              entities.host(host),
              to -> new HostActor.Condemn(id, generation, keepsDisk, to),
              StepAsker::read);
      case Effect.AttachPort(var project, var choice, var index) ->
          ask(
              question,
              ENTITY_ANSWER,
              NetworkActor.Reply.class,
              entities.network(choice.networkId()),
              to -> new NetworkActor.Attach(id, project, choice, index, to),
              StepAsker::read);
      case Effect.ReleasePorts(var networkId) ->
          ask(
              question,
              ENTITY_ANSWER,
              NetworkActor.Reply.class,
              entities.networkPost(networkId),
              to -> new NetworkActor.Release(List.of(id), to),
              StepAsker::read);
      case Effect.ReleasePort(var networkId, var portId) ->
          ask(
              question,
              ENTITY_ANSWER,
              NetworkActor.Reply.class,
              entities.network(networkId),
              to -> new NetworkActor.ReleaseOne(id, portId, to),
              StepAsker::read);
      case Effect.ConnectVolume(var project, var userId, var choice, var host) ->
          askVolumes(
              question,
              STORAGE_ANSWER,
              project,
              to ->
                  new VolumesActor.Connect(
                      id, question.ask().operation(), userId, choice, host, to));
      case Effect.ConnectVolumes(var project, var host, var beside) ->
          askVolumes(
              question,
              STORAGE_ANSWER,
              project,
              to -> new VolumesActor.ConnectAll(id, host, beside, to));
      case Effect.MarkVolumes(var project, var devices) ->
          askVolumes(
              question, ENTITY_ANSWER, project, to -> new VolumesActor.MarkAll(id, devices, to));
      case Effect.ReimageVolume(var project, var volume, var image) ->
          askVolumes(
              question,
              STORAGE_ANSWER,
              project,
              to -> new VolumesActor.Reimage(volume, id, question.ask().operation(), image, to));
      case Effect.UndoReimage(var project, var volume) ->
          askVolumes(
              question, ENTITY_ANSWER, project, to -> new VolumesActor.UndoReimage(volume, id, to));
      case Effect.KeepVolumes(var project) ->
          askVolumes(question, ENTITY_ANSWER, project, to -> new VolumesActor.KeepAll(id, to));
      case Effect.ReleaseVolume(var project, var volume) ->
          askVolumes(
              question, ENTITY_ANSWER, project, to -> new VolumesActor.Release(volume, id, to));
      case Effect.MarkVolume(var project, var volume, var device) ->
          askVolumes(
              question,
              ENTITY_ANSWER,
              project,
              to -> new VolumesActor.MarkAttached(volume, id, device, to));
      case Effect.BeginDetaching(var project, var volume) ->
          askVolumes(
              question,
              ENTITY_ANSWER,
              project,
              to -> new VolumesActor.BeginDetaching(volume, id, to));
      case Effect.FreeVolume(var project, var volume) ->
          askVolumes(
              question, ENTITY_ANSWER, project, to -> new VolumesActor.Detached(volume, id, to));
      case Effect.ReleaseVolumes(var project, var deleteAfter) ->
          askVolumes(
              question,
              ENTITY_ANSWER,
              project,
              to -> new VolumesActor.ReleaseAll(id, deleteAfter, to));
      case Effect.MakeImage(var image) ->
          ask(
              question,
              ENTITY_ANSWER,
              ImagesActor.Reply.class,
              entities.images(),
              to -> new ImagesActor.Make(image, to),
              StepAsker::read);
      case Effect.SnapVolume(var project, var snapshot) ->
          ask(
              question,
              STORAGE_ANSWER,
              VolumesActor.SnapshotReply.class,
              entities.volumes(project),
              to -> new VolumesActor.Snap(snapshot, to),
              StepAsker::read);
      case Effect.DropSnapshot(var project, var snapshotId) ->
          ask(
              question,
              ENTITY_ANSWER,
              VolumesActor.SnapshotReply.class,
              entities.volumes(project),
              to -> new VolumesActor.ChangeSnapshot(snapshotId, new VolumeChange.GiveUp(), to),
              StepAsker::read);
      case Effect.DropImage(var imageId) ->
          ask(
              question,
              ENTITY_ANSWER,
              ImagesActor.Reply.class,
              entities.images(),
              to -> new ImagesActor.Drop(imageId, to),
              StepAsker::read);
      case Effect.RotateBackups(var project, var type, var kept) ->
          ask(
              question,
              ENTITY_ANSWER,
              ImagesActor.Reply.class,
              entities.images(),
              to -> new ImagesActor.Rotate(id, project, type, kept, to),
              StepAsker::read);
      case Effect.RunOnHost(var host, var command, var leaves) -> {
        var generation = question.ask().generation();
        ask(
            question,
            HostActor.RUN_ANSWER,
            DriverActor.Reply.class,
            entities.host(host),
            to ->
                new HostActor.Run(command, leaves ? Optional.of(generation) : Optional.empty(), to),
            reply -> {
              if (leaves && reply instanceof DriverActor.Done) {
                left = Optional.of(new Left(question.ask().operation(), host, generation));
              }
              return read(reply);
            });
      }
    }
  }

  private void askVolumes(
      Question question,
      Duration patience,
      ProjectId project,
      org.apache.pekko.japi.function.Function<ActorRef<VolumesActor.Reply>, VolumesActor.Message>
          message) {
    ask(
        question,
        patience,
        VolumesActor.Reply.class,
        entities.volumes(project),
        message,
        StepAsker::read);
  }

  private static StepOutcome.Result read(VolumesActor.Reply reply) {
    return switch (reply) {
      case VolumesActor.Connected(var ref, var attachmentId, var sizeGib, var place) ->
          new StepOutcome.VolumeConnected(
              ref, attachmentId, sizeGib, place.orElse(VolumePlace.NOWHERE));
      case VolumesActor.AllConnected(var places) -> new StepOutcome.VolumesConnected(places);
      case VolumesActor.NotYet(var why) ->
          new StepOutcome.DriverFailed(new DriverFailure(DriverFailure.Kind.RETRYABLE, why));
      case VolumesActor.Done() -> new StepOutcome.Done("");
      case VolumesActor.Refused(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  private static StepOutcome.Result read(VolumesActor.SnapshotReply reply) {
    return reply
        .refusal()
        .<StepOutcome.Result>map(StepOutcome.VolumeRefused::new)
        .orElseGet(() -> new StepOutcome.Done(""));
  }

  private <Q, R> void ask(
      Question question,
      Duration patience,
      Class<R> replies,
      RecipientRef<Q> whom,
      org.apache.pekko.japi.function.Function<ActorRef<R>, Q> message,
      Function<R, StepOutcome.Result> reading) {
    var operation = question.ask().operation();
    var step = question.ask().step();
    context.ask(
        replies,
        whom,
        patience,
        message,
        (reply, noAnswer) ->
            noAnswer == null
                ? answered.apply(question.outcome(reading.apply(reply)))
                : unanswered.apply(operation, step));
  }

  private static StepOutcome.Result read(ProjectActor.Reply reply) {
    return switch (reply) {
      case ProjectActor.Granted() -> new StepOutcome.Done("");
      case ProjectActor.Refused(var reason) -> new StepOutcome.Refused(reason);
    };
  }

  private static StepOutcome.Result read(Decision decision) {
    return switch (decision) {
      case Decision.Placed(var candidates, var seed) ->
          new StepOutcome.Placed(
              candidates.stream().map(Candidate::host).toList(), weights(candidates, seed));
      case Decision.NoValidHost(var explanation, var unless) ->
          unless
              .<StepOutcome.Result>map(
                  preemption -> new StepOutcome.NoHostUnless(explanation.message(), preemption))
              .orElseGet(() -> new StepOutcome.NoHost(explanation.message()));
    };
  }

  private static String weights(List<Candidate> candidates, long seed) {
    return candidates.stream()
        .map(candidate -> "%s %.3f".formatted(candidate.host(), candidate.weight()))
        .collect(Collectors.joining(", ", "", "; seed " + seed));
  }

  private static StepOutcome.Result read(SchedulerActor.Rebuildable reply) {
    return reply
        .refusal()
        .<StepOutcome.Result>map(StepOutcome.NoHost::new)
        .orElseGet(() -> new StepOutcome.Done(""));
  }

  private static StepOutcome.Result read(HostActor.ClaimReply reply) {
    return switch (reply) {
      case HostActor.ClaimMade(var zone) -> new StepOutcome.Claimed(zone);
      case HostActor.ClaimRefused(var reason) -> new StepOutcome.ClaimRefused(reason);
      case HostActor.ClaimUnsure(var reason) ->
          new StepOutcome.DriverFailed(
              new DriverFailure(DriverFailure.Kind.RETRYABLE, "the claim is unsure: " + reason));
      case HostActor.ClaimGone() -> new StepOutcome.Done("");
    };
  }

  private static StepOutcome.Result read(NetworkActor.Reply reply) {
    return switch (reply) {
      case NetworkActor.Attached(var nic) -> new StepOutcome.Attached(nic);
      case NetworkActor.Released() -> new StepOutcome.Done("");
      case NetworkActor.Refused(var reason) -> new StepOutcome.NotAttached(reason);
    };
  }

  private static StepOutcome.Result read(ImagesActor.Reply reply) {
    return switch (reply) {
      case ImagesActor.Done(var detail) -> new StepOutcome.Done(detail);
      case ImagesActor.NotNow(var why) ->
          new StepOutcome.DriverFailed(new DriverFailure(DriverFailure.Kind.RETRYABLE, why));
    };
  }

  private static StepOutcome.Result read(DriverActor.Reply reply) {
    return switch (reply) {
      case DriverActor.Done done ->
          switch (done.result()) {
            case DriverResult.Guest(var present, var power, _) ->
                new StepOutcome.Guest(present, power);
            case DriverResult.MoveTicketed(var ticket) -> new StepOutcome.Ticketed(ticket);
            case DriverResult.SnapshotTaken taken ->
                new StepOutcome.Done(
                    "%s, %d bytes of %d, %s"
                        .formatted(
                            taken.diskFormat(),
                            taken.sizeBytes(),
                            taken.virtualSizeBytes(),
                            taken.quiesced() ? "quiesced" : "as after a power cut"));
            case DriverResult.Console _, DriverResult.Diagnostics _, DriverResult.MigrationSeen _ ->
                new StepOutcome.Done("");
            case DriverResult.VolumeAttached(var device) -> new StepOutcome.VolumeOnGuest(device);
          };
      case DriverActor.Failed failed -> new StepOutcome.DriverFailed(failed.failure());
    };
  }
}
