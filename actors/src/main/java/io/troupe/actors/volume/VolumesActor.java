package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Answer;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.Volume.Work;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.VolumeRef;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The volumes of one project: decides by {@link VolumeRules} and carries out what {@link
 * Volume#next} asks for, after a change as after a crash. Everything may be asked again.
 */
public final class VolumesActor
    extends EventSourcedBehavior<VolumesActor.Message, VolumeEvent, VolumesState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "volumes");

  public sealed interface Message {}

  public record Create(Volume volume, ActorRef<VolumeReply> replyTo)
      implements Message, CborSerializable {}

  public record ChangeIt(String id, VolumeChange change, ActorRef<VolumeReply> replyTo)
      implements Message, CborSerializable {}

  public record GetAll(ActorRef<ProjectVolumes> replyTo) implements Message, CborSerializable {}

  /**
   * The volume for an instance on this host: made if there is none yet, reserved, and lying there.
   * Answered when it does.
   *
   * @param operation of the instance; names the attachment
   * @param userId who a new volume belongs to
   */
  public record Connect(
      InstanceId instance,
      OperationId operation,
      String userId,
      VolumeChoice choice,
      HostId host,
      ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /**
   * The instance has the volume.
   *
   * @param device empty: as it was
   */
  public record MarkAttached(String id, InstanceId instance, String device, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  public record BeginDetaching(String id, InstanceId instance, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** The driver has confirmed that the guest does not have it; harmless if it is free already. */
  public record Detached(String id, InstanceId instance, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /**
   * The instance is done with all its volumes. Each is free when its host holds no claim of the
   * instance any more, and so no guest of it.
   *
   * @param deleteAfter those of them that go when they are free
   */
  public record ReleaseAll(InstanceId instance, List<String> deleteAfter, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** Nothing but a reason to be awake: what has to be done goes on. */
  public record Wake() implements Message, CborSerializable {}

  /** What was asked of a host for a volume; empty without an answer in time. */
  private record Stored(String id, Optional<HostActor.StoreReply> answer) implements Message {}

  private record Made(String id, Optional<DriverActor.Reply> answer) implements Message {}

  private record Gone(String id, boolean confirmed) implements Message {}

  private record Removed(String id, Optional<DriverActor.Reply> answer) implements Message {}

  private record Dropped(String id, boolean confirmed) implements Message {}

  private record Again(String id) implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Connected.class, name = "connected"),
    @JsonSubTypes.Type(value = Done.class, name = "done"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  public sealed interface Reply extends CborSerializable {}

  /** It lies on the host, reserved. */
  public record Connected(VolumeRef ref, String attachmentId, long sizeGib) implements Reply {}

  public record Done() implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  /** Exactly one of both is there. */
  public record VolumeReply(Optional<Volume> volume, Optional<Rejection> refusal)
      implements CborSerializable {}

  /** After this a host is asked once more: its shard may have moved. */
  private static final Duration HOST_ANSWER = Duration.ofSeconds(5);

  /** A repeated command joins the one that is running. */
  private static final Duration DRIVER_ANSWER = Duration.ofSeconds(30);

  /** How long making a volume may take: an image may have to travel first. */
  private static final Duration STORAGE = Duration.ofMinutes(10);

  /** Between two attempts at what did not succeed. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final String projectId;
  private final Entities entities;
  private final Supplier<VolumeLimits> limits;
  private final Clock clock;
  private final ActorContext<Message> context;
  private final TimerScheduler<Message> timers;

  /** Volumes that a host is being asked for. */
  private final Set<String> busy = new HashSet<>();

  /** Who waits for a volume to lie on its host. */
  private final Map<String, List<ActorRef<Reply>>> connecting = new HashMap<>();

  /**
   * @param limits asked anew for each decision, so that a changed quota holds at once
   */
  public static Behavior<Message> create(
      String projectId, Entities entities, Supplier<VolumeLimits> limits, Clock clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new VolumesActor(projectId, entities, limits, clock, context, timers)));
  }

  private VolumesActor(
      String projectId,
      Entities entities,
      Supplier<VolumeLimits> limits,
      Clock clock,
      ActorContext<Message> context,
      TimerScheduler<Message> timers) {
    super(
        PersistenceId.of(KEY.name(), projectId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.projectId = projectId;
    this.entities = entities;
    this.limits = limits;
    this.clock = clock;
    this.context = context;
    this.timers = timers;
  }

  @Override
  public VolumesState emptyState() {
    return VolumesState.EMPTY;
  }

  @Override
  public EventHandler<VolumesState, VolumeEvent> eventHandler() {
    return VolumesState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(1000, 2);
  }

  @Override
  public SignalHandler<VolumesState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.class,
            (state, _) -> {
              busy.clear(); // what was asked before a failed write is asked again
              goOn(state);
            })
        .build();
  }

  @Override
  public CommandHandler<Message, VolumeEvent, VolumesState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Create(var volume, var replyTo) ->
              store(state, rules(state).create(volume), replyTo);
          case ChangeIt(var id, var change, var replyTo) -> onChange(state, id, change, replyTo);
          case GetAll(var replyTo) -> {
            replyTo.tell(new ProjectVolumes(List.copyOf(state.volumes()), limits.get()));
            yield Effect().none();
          }
          case Connect connect -> onConnect(state, connect);
          case MarkAttached(var id, var instance, var device, var replyTo) ->
              step(state, rules(state).attached(id, instance, device), replyTo);
          case BeginDetaching(var id, var instance, var replyTo) ->
              step(state, rules(state).beginDetaching(id, instance), replyTo);
          case Detached(var id, var instance, var replyTo) -> {
            var isGone = state.volume(id).filter(volume -> volume.isUsedBy(instance)).isEmpty();
            if (isGone) {
              replyTo.tell(new Done());
              yield Effect().none();
            }
            yield step(state, rules(state).detached(id, instance), replyTo);
          }
          case ReleaseAll(var instance, var deleteAfter, var replyTo) ->
              onReleaseAll(state, instance, deleteAfter, replyTo);
          case Wake() -> {
            goOn(state);
            yield Effect().none();
          }
          case Stored(var id, var answer) -> onStored(state, id, answer);
          case Made(var id, var answer) -> onMade(state, id, answer);
          case Gone(var id, var confirmed) -> onGone(state, id, confirmed);
          case Removed(var id, var answer) -> onRemoved(state, id, answer);
          case Dropped(var id, var confirmed) -> onDropped(state, id, confirmed);
          case Again(var id) -> {
            goOn(state, id);
            yield Effect().none();
          }
        };
  }

  private VolumeRules rules(VolumesState state) {
    return new VolumeRules(state, limits.get(), clock.instant());
  }

  // ---- what owners ask

  private Effect<VolumeEvent, VolumesState> onChange(
      VolumesState state, String id, VolumeChange change, ActorRef<VolumeReply> replyTo) {
    var answer = rules(state).change(id, change);
    var nowhere =
        change instanceof VolumeChange.Delete
            && answer instanceof Answer.Accepted<Volume>(var volume)
            && volume.host().isEmpty();
    if (!nowhere) {
      return store(state, answer, replyTo);
    }
    var gone = ((Answer.Accepted<Volume>) answer).value();
    return Effect()
        .persist(new VolumeEvent.VolumesChanged(List.of(), List.of(id)))
        .thenRun(() -> replyTo.tell(new VolumeReply(Optional.of(gone), Optional.empty())));
  }

  private Effect<VolumeEvent, VolumesState> store(
      VolumesState state, Answer<Volume> answer, ActorRef<VolumeReply> replyTo) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) ->
          put(
              state,
              List.of(volume),
              () -> replyTo.tell(new VolumeReply(Optional.of(volume), Optional.empty())));
      case Answer.Rejected<Volume>(var reason) -> {
        replyTo.tell(new VolumeReply(Optional.empty(), Optional.of(reason)));
        yield Effect().none();
      }
    };
  }

  // ---- what instances ask

  private Effect<VolumeEvent, VolumesState> onConnect(VolumesState state, Connect connect) {
    var choice = connect.choice();
    var attachment = attachmentId(connect.operation(), choice.volumeId());
    var fresh =
        choice
            .fresh()
            .map(
                wanted ->
                    Volume.fresh(
                        choice.volumeId(), projectId, connect.userId(), wanted, clock.instant()));
    return switch (rules(state)
        .connect(connect.instance(), choice, connect.host(), attachment, fresh)) {
      case Answer.Accepted<Volume>(var volume) when volume.made() ->
          put(state, List.of(volume), () -> connect.replyTo().tell(connected(volume)));
      case Answer.Accepted<Volume>(var volume) -> {
        var waiters = connecting.computeIfAbsent(volume.id(), _ -> new ArrayList<>());
        if (waiters.size() >= 3) {
          waiters.removeFirst(); // repetitions of one question; nobody reads the first one's answer
        }
        waiters.add(connect.replyTo());
        yield put(state, List.of(volume), () -> {});
      }
      case Answer.Rejected<Volume>(var reason) -> {
        connect.replyTo().tell(new Refused(reason));
        yield Effect().none();
      }
    };
  }

  /** The same for the same operation, however often it asks. */
  private static String attachmentId(OperationId operation, String volumeId) {
    var name = operation + "/" + volumeId;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static Reply connected(Volume volume) {
    return new Connected(volume.ref(), volume.use().orElseThrow().attachmentId(), volume.sizeGib());
  }

  private Effect<VolumeEvent, VolumesState> step(
      VolumesState state, Answer<Volume> answer, ActorRef<Reply> replyTo) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) ->
          put(state, List.of(volume), () -> replyTo.tell(new Done()));
      case Answer.Rejected<Volume>(var reason) -> {
        replyTo.tell(new Refused(reason));
        yield Effect().none();
      }
    };
  }

  private Effect<VolumeEvent, VolumesState> onReleaseAll(
      VolumesState state, InstanceId instance, List<String> deleteAfter, ActorRef<Reply> replyTo) {
    var left = new ArrayList<Volume>();
    for (Volume volume : state.usedBy(instance)) {
      if (volume.use().filter(Volume.Use::leaving).isEmpty()) {
        left.add(volume.leaving(deleteAfter.contains(volume.id()), clock.instant()));
        tellConnecting(
            volume.id(), new Refused(new Rejection.Conflict("it was given up meanwhile")));
      }
    }
    return put(state, left, () -> replyTo.tell(new Done()));
  }

  // ---- what has to be done for volumes

  private Effect<VolumeEvent, VolumesState> put(
      VolumesState state, List<Volume> volumes, Runnable whenDone) {
    var changed =
        volumes.stream()
            .filter(volume -> state.volume(volume.id()).filter(volume::equals).isEmpty())
            .toList();
    if (changed.isEmpty()) {
      whenDone.run();
      volumes.forEach(volume -> goOn(state, volume.id()));
      return Effect().none();
    }
    return Effect()
        .persist(new VolumeEvent.VolumesChanged(changed, List.of()))
        .thenRun(
            (VolumesState after) -> {
              whenDone.run();
              changed.forEach(volume -> goOn(after, volume.id()));
            });
  }

  private void goOn(VolumesState state) {
    state.volumes().forEach(volume -> goOn(state, volume.id()));
  }

  private void goOn(VolumesState state, String id) {
    state
        .volume(id)
        .flatMap(Volume::next)
        .filter(_ -> busy.add(id))
        .ifPresent(work -> begin(state.volume(id).orElseThrow(), work));
  }

  private void begin(Volume volume, Work work) {
    var id = volume.id();
    switch (work) {
      case Work.Make(var host) ->
          context.ask(
              HostActor.StoreReply.class,
              entities.host(host),
              HOST_ANSWER,
              (ActorRef<HostActor.StoreReply> to) ->
                  new HostActor.StoreVolume(id, volume.sizeGib(), to),
              (answer, _) -> new Stored(id, Optional.ofNullable(answer)));
      case Work.AskIfGone(var host, var instance) ->
          context.ask(
              HostActor.GoneReply.class,
              entities.host(host),
              HOST_ANSWER,
              (ActorRef<HostActor.GoneReply> to) -> new HostActor.AskIfGone(instance, to),
              (answer, _) -> new Gone(id, answer != null && answer.gone()));
      case Work.Remove(var host) ->
          run(
              host,
              new DriverCommand.DeleteVolume(target(volume, host), volume.ref()),
              answer -> new Removed(id, answer));
    }
  }

  private void run(
      HostId host, DriverCommand command, Function<Optional<DriverActor.Reply>, Message> heard) {
    context.ask(
        DriverActor.Reply.class,
        entities.host(host),
        DRIVER_ANSWER,
        (ActorRef<DriverActor.Reply> to) -> new HostActor.Run(command, to),
        (answer, _) -> heard.apply(Optional.ofNullable(answer)));
  }

  private GuestTarget target(Volume volume, HostId host) {
    return GuestTarget.ofVolume(
        volume.id(),
        host.value(),
        new OperationId("req-volume-" + volume.id()),
        clock.instant().plus(STORAGE));
  }

  private Effect<VolumeEvent, VolumesState> later(String id) {
    busy.remove(id);
    timers.startSingleTimer(id, new Again(id), PAUSE);
    return Effect().none();
  }

  /** Its work has ended; empty when it is not wanted any more, and what is wanted now is begun. */
  private Optional<Volume> ended(VolumesState state, String id, Class<? extends Work> kind) {
    busy.remove(id);
    var volume = state.volume(id).filter(one -> one.next().filter(kind::isInstance).isPresent());
    if (volume.isEmpty()) {
      goOn(state, id);
    }
    return volume;
  }

  private Effect<VolumeEvent, VolumesState> onStored(
      VolumesState state, String id, Optional<HostActor.StoreReply> answer) {
    var volume = ended(state, id, Work.Make.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    if (answer.isEmpty()) {
      return later(id);
    }
    var refusal = answer.get().refusal();
    if (refusal.isPresent()) {
      tellConnecting(id, new Refused(new Rejection.Conflict(refusal.get())));
      return put(
          state, List.of(volume.get().turnedAway(answer.get().here(), clock.instant())), () -> {});
    }
    busy.add(id);
    var host = volume.get().host().orElseThrow();
    var create =
        new DriverCommand.CreateVolume(
            target(volume.get(), host),
            volume.get().ref(),
            volume.get().sizeGib(),
            volume.get().image());
    run(host, create, heard -> new Made(id, heard));
    return Effect().none();
  }

  private Effect<VolumeEvent, VolumesState> onMade(
      VolumesState state, String id, Optional<DriverActor.Reply> answer) {
    var volume = ended(state, id, Work.Make.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    if (answer.isEmpty()) {
      return later(id);
    }
    return switch (answer.get()) {
      case DriverActor.Done _ -> {
        var made = volume.get().madeThere(clock.instant());
        yield put(state, List.of(made), () -> tellConnecting(id, connected(made)));
      }
      case DriverActor.Failed failed when mayPass(failed.failure()) -> {
        context.getLog().warn("volume {} is not made yet: {}", id, failed.failure().message());
        yield later(id);
      }
      case DriverActor.Failed failed -> {
        var why = failed.failure().message();
        yield put(
            state,
            List.of(volume.get().failed(why, clock.instant())),
            () -> tellConnecting(id, new Refused(new Rejection.Invalid("", why))));
      }
    };
  }

  private static boolean mayPass(DriverFailure failure) {
    return failure.kind() == DriverFailure.Kind.RETRYABLE;
  }

  private void tellConnecting(String id, Reply reply) {
    Optional.ofNullable(connecting.remove(id))
        .ifPresent(waiters -> waiters.forEach(waiter -> waiter.tell(reply)));
  }

  private Effect<VolumeEvent, VolumesState> onGone(
      VolumesState state, String id, boolean confirmed) {
    var volume = ended(state, id, Work.AskIfGone.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    return confirmed
        ? put(state, List.of(volume.get().free(clock.instant())), () -> {})
        : later(id);
  }

  private Effect<VolumeEvent, VolumesState> onRemoved(
      VolumesState state, String id, Optional<DriverActor.Reply> answer) {
    var volume = ended(state, id, Work.Remove.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    return switch (answer.orElse(null)) {
      case null -> later(id);
      case DriverActor.Done _ -> {
        busy.add(id);
        context.ask(
            HostActor.StoreReply.class,
            entities.host(volume.get().host().orElseThrow()),
            HOST_ANSWER,
            (ActorRef<HostActor.StoreReply> to) -> new HostActor.DropVolume(id, to),
            (heard, _) -> new Dropped(id, heard != null));
        yield Effect().none();
      }
      case DriverActor.Failed failed
          when failed.failure().kind() == DriverFailure.Kind.INSTANCE_FAULT -> {
        var why = "Deleting failed: " + failed.failure().message();
        yield put(state, List.of(volume.get().failed(why, clock.instant())), () -> {});
      }
      case DriverActor.Failed failed -> {
        context.getLog().warn("volume {} is not deleted yet: {}", id, failed.failure().message());
        yield later(id);
      }
    };
  }

  private Effect<VolumeEvent, VolumesState> onDropped(
      VolumesState state, String id, boolean confirmed) {
    if (ended(state, id, Work.Remove.class).isEmpty()) {
      return Effect().none();
    }
    return confirmed
        ? Effect().persist(new VolumeEvent.VolumesChanged(List.of(), List.of(id)))
        : later(id);
  }
}
