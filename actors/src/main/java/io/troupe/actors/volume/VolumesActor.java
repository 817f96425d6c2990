package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Answer;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.instance.VolumePlace;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.VolumeDecision;
import io.troupe.actors.scheduler.pool.VolumeRequest;
import io.troupe.actors.volume.Volume.Work;
import io.troupe.config.VolumePlacement;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.SharedPool;
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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
 * The volumes of one project, and snapshots of them: decides by {@link VolumeRules} and carries out
 * what {@link Volume#next} asks for, after a change as after a crash. Everything may be asked
 * again.
 */
public final class VolumesActor
    extends EventSourcedBehavior<VolumesActor.Message, VolumeEvent, VolumesState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "volumes");

  public sealed interface Message {}

  public record Create(Volume volume, ActorRef<VolumeReply> replyTo)
      implements Message, CborSerializable {}

  public record ChangeIt(String id, VolumeChange change, ActorRef<VolumeReply> replyTo)
      implements Message, CborSerializable {}

  public record Snap(VolumeSnapshot.Wanted wanted, ActorRef<SnapshotReply> replyTo)
      implements Message, CborSerializable {}

  public record ChangeSnapshot(String id, VolumeChange change, ActorRef<SnapshotReply> replyTo)
      implements Message, CborSerializable {}

  public record GetAll(ActorRef<ProjectVolumes> replyTo) implements Message, CborSerializable {}

  /**
   * The volume for an instance on this host: made if there is none yet, reserved, and lying there.
   * Answered when it does.
   *
   * @param operation of the instance; names the attachment
   * @param userId who a new volume belongs to
   * @param host empty while the instance is on none: then it is only reserved
   */
  public record Connect(
      InstanceId instance,
      OperationId operation,
      String userId,
      VolumeChoice choice,
      Optional<HostId> host,
      ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /**
   * All volumes of an instance that is to be on this host too, or again: they lie where the host
   * sees them, and no guest of the instance can have them on a host that is not named. Answered
   * when that is so.
   *
   * @param beside hosts that may have a guest of it all the same, since a move is between them
   */
  public record ConnectAll(
      InstanceId instance, HostId host, Set<HostId> beside, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {
    public ConnectAll {
      beside = Set.copyOf(beside);
    }
  }

  /**
   * The instance has all its volumes.
   *
   * @param devices by volume id
   */
  public record MarkAll(InstanceId instance, Map<String, String> devices, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {
    public MarkAll {
      devices = Map.copyOf(devices);
    }
  }

  /**
   * The instance's root volume begins anew from an image, in a file that no guest has yet. Answered
   * with that when it lies there.
   *
   * @param operation of the instance: what it asks for again is the same
   */
  public record Reimage(
      String id,
      InstanceId instance,
      OperationId operation,
      GuestSpec.ImageRef image,
      ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** No guest of the instance has, or will have, what was to be new in the volume. */
  public record UndoReimage(String id, InstanceId instance, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** The instance has no guest now, and counts on its volumes. */
  public record KeepAll(InstanceId instance, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** The instance, which has no guest, is done with one volume. */
  public record Release(String id, InstanceId instance, ActorRef<Reply> replyTo)
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

  /** Where a volume may lie; empty without an answer in time. */
  private record PlaceFound(String id, Optional<VolumeDecision> decision) implements Message {}

  /** What was asked of a host for a volume; empty without an answer in time. */
  private record RoomMade(String id, Optional<HostActor.StoreReply> answer) implements Message {}

  private record Made(String id, Optional<String> pool, Optional<DriverActor.Reply> answer)
      implements Message {}

  private record FileRemoved(String id, int file, Optional<DriverActor.Reply> answer)
      implements Message {}

  private record Gone(String id, HostId host, boolean confirmed) implements Message {}

  /** The same wish, when some hosts have been asked whether they have a guest of the volume. */
  private record SnapOn(Snap snap, Set<HostId> asked) implements Message {}

  private record OtherLeft(SnapOn asker, InstanceId instance, HostId other, boolean gone)
      implements Message {}

  private record RoomForCopy(String id, Optional<HostActor.StoreReply> answer) implements Message {}

  private record Copied(String id, Optional<String> pool, Optional<DriverActor.Reply> answer)
      implements Message {}

  /** The pool of the host that a volume is to be seen from. */
  private record PoolTold(Message asker, Optional<HostActor.PoolReply> answer) implements Message {}

  /** Whether a guest of the instance may still be on another host. */
  private record OtherGone(ConnectAll asker, HostId other, boolean confirmed) implements Message {}

  /**
   * @param deputy the host that was asked for its own; empty: its own
   */
  private record Removed(String id, Optional<HostId> deputy, Optional<DriverActor.Reply> answer)
      implements Message {}

  /** Who could do what the volume's own host has not done; empty without an answer in time. */
  private record Deputies(String id, Optional<SchedulerActor.PoolHosts> answer)
      implements Message {}

  private record Dropped(String id, boolean confirmed) implements Message {}

  private record Again(String id) implements Message {}

  /** A volume has been reserved for long: is it still wanted? */
  private record Doubt(String id) implements Message {}

  /**
   * @param answer empty when the instance does not say
   */
  private record Needed(String id, InstanceId instance, Optional<InstanceActor.VolumeNeeded> answer)
      implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Connected.class, name = "connected"),
    @JsonSubTypes.Type(value = AllConnected.class, name = "all-connected"),
    @JsonSubTypes.Type(value = NotYet.class, name = "not-yet"),
    @JsonSubTypes.Type(value = Done.class, name = "done"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  public sealed interface Reply extends CborSerializable {}

  /** It lies on the host, reserved. */
  public record Connected(
      VolumeRef ref, String attachmentId, long sizeGib, Optional<VolumePlace> place)
      implements Reply {
    public Connected {
      place = place == null ? Optional.empty() : place; // of a former release
    }
  }

  /**
   * @param places by volume id
   */
  public record AllConnected(Map<String, VolumePlace> places) implements Reply {
    public AllConnected {
      places = Map.copyOf(places);
    }
  }

  /** Later the same may be granted. */
  public record NotYet(String reason) implements Reply {}

  public record Done() implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  /** Exactly one of both is there. */
  public record VolumeReply(Optional<Volume> volume, Optional<Rejection> refusal)
      implements CborSerializable {}

  /** Exactly one of both is there. */
  public record SnapshotReply(Optional<VolumeSnapshot> snapshot, Optional<Rejection> refusal)
      implements CborSerializable {}

  /** After this a host is asked once more: its shard may have moved. */
  private static final Duration HOST_ANSWER = Duration.ofSeconds(5);

  /** How long making a volume may take: an image may have to travel first. */
  private static final Duration STORAGE = Duration.ofMinutes(10);

  /** A snapshot that has not been made by then is given up. */
  private static final Duration COPY = Duration.ofHours(1);

  /** A volume that has not been given a place by then is given up. */
  private static final Duration PLACING = Duration.ofMinutes(10);

  /** Hosts that are asked for room, as for a boot. */
  private static final int ATTEMPTS = 3;

  /** Longer than an operation's questions are under way, and shorter than anybody waits. */
  private static final Duration DOUBT = Duration.ofMinutes(1);

  /** Between two attempts at what did not succeed. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private static final Optional<InstanceId> NOBODY = Optional.empty();

  private final String projectId;
  private final Entities entities;
  private final Supplier<VolumeLimits> limits;
  private final VolumePlacement placement;
  private final Clock clock;
  private final ActorContext<Message> context;
  private final TimerScheduler<Message> timers;

  /** Volumes that a host is being asked for. */
  private final Set<String> busy = new HashSet<>();

  /** Hosts that have refused a volume that is looked a place for. */
  private final Map<String, Set<HostId>> tried = new HashMap<>();

  /** Who waits for a volume to lie on its host. */
  private final Map<String, List<ActorRef<Reply>>> connecting = new HashMap<>();

  /** Who waits for all of an instance's volumes to lie on its host. */
  private final Map<InstanceId, ConnectAll> bringing = new HashMap<>();

  /**
   * @param limits asked anew for each decision, so that a changed quota holds at once
   */
  public static Behavior<Message> create(
      String projectId, Entities entities, Supplier<VolumeLimits> limits, Clock clock) {
    return create(projectId, entities, limits, VolumePlacement.ON_USE, clock);
  }

  /**
   * @param limits asked anew for each decision, so that a changed quota holds at once
   * @param placement of volumes that are created by themselves; with a server they lie where it is
   */
  public static Behavior<Message> create(
      String projectId,
      Entities entities,
      Supplier<VolumeLimits> limits,
      VolumePlacement placement,
      Clock clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new VolumesActor(
                        projectId, entities, limits, placement, clock, context, timers)));
  }

  private VolumesActor(
      String projectId,
      Entities entities,
      Supplier<VolumeLimits> limits,
      VolumePlacement placement,
      Clock clock,
      ActorContext<Message> context,
      TimerScheduler<Message> timers) {
    super(
        PersistenceId.of(KEY.name(), projectId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.projectId = projectId;
    this.entities = entities;
    this.limits = limits;
    this.placement = placement;
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
              store(state, rules(state).create(placed(volume)), replyTo, VolumeReply::new);
          case ChangeIt(var id, var change, var replyTo) -> onChange(state, id, change, replyTo);
          case Snap snap -> onSnap(state, new SnapOn(snap, Set.of()));
          case SnapOn on -> onSnap(state, on);
          case OtherLeft left -> onOtherLeft(state, left);
          case ChangeSnapshot(var id, var change, var replyTo) ->
              store(state, rules(state).changeSnapshot(id, change), replyTo, SnapshotReply::new);
          case RoomForCopy(var id, var answer) -> onRoomForCopy(state, id, answer);
          case Copied(var id, var pool, var answer) -> onCopied(state, id, pool, answer);
          case GetAll(var replyTo) -> {
            replyTo.tell(
                new ProjectVolumes(
                    List.copyOf(state.volumes()), List.copyOf(state.snapshots()), limits.get()));
            yield Effect().none();
          }
          case Connect connect -> onConnect(state, connect);
          case ConnectAll all -> onConnectAll(state, all);
          case MarkAll(var instance, var devices, var replyTo) ->
              all(
                  state,
                  instance,
                  volume ->
                      volume.attachedAs(devices.getOrDefault(volume.id(), ""), clock.instant()),
                  replyTo);
          case Reimage reimage -> onReimage(state, reimage);
          case UndoReimage undo -> onUndoReimage(state, undo);
          case FileRemoved(var id, var file, var answer) -> onFileRemoved(state, id, file, answer);
          case KeepAll(var instance, var replyTo) ->
              all(state, instance, volume -> volume.keptFor(clock.instant()), replyTo);
          case Release(var id, var instance, var replyTo) -> {
            if (isNotOf(state, id, instance)) {
              replyTo.tell(new Done());
              yield Effect().none();
            }
            yield step(state, rules(state).released(id, instance), replyTo);
          }
          case PoolTold(Connect connect, var answer) -> onPool(state, connect, answer);
          case PoolTold(ConnectAll all, var answer) -> onPool(state, all, answer);
          case PoolTold _ -> Effect().none();
          case OtherGone(var all, var other, var confirmed) ->
              onOtherGone(state, all, other, confirmed);
          case MarkAttached(var id, var instance, var device, var replyTo) ->
              step(state, rules(state).attached(id, instance, device), replyTo);
          case BeginDetaching(var id, var instance, var replyTo) ->
              step(state, rules(state).beginDetaching(id, instance), replyTo);
          case Detached(var id, var instance, var replyTo) -> {
            if (isNotOf(state, id, instance)) {
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
          case PlaceFound(var id, var decision) -> onPlaceFound(state, id, decision);
          case RoomMade(var id, var answer) -> onStored(state, id, answer);
          case Made(var id, var pool, var answer) -> onMade(state, id, pool, answer);
          case Gone(var id, var host, var confirmed) -> onGone(state, id, host, confirmed);
          case Removed(var id, var deputy, var answer) -> onRemoved(state, id, deputy, answer);
          case Deputies(var id, var answer) -> onDeputies(state, id, answer);
          case Dropped(var id, var confirmed) -> onDropped(state, id, confirmed);
          case Doubt(var id) -> {
            askIfNeeded(state, id);
            yield Effect().none();
          }
          case Needed(var id, var instance, var answer) -> onNeeded(state, id, instance, answer);
          case Again(var id) -> {
            goOn(state, id);
            yield Effect().none();
          }
        };
  }

  private static boolean isNotOf(VolumesState state, String id, InstanceId instance) {
    return state.volume(id).filter(volume -> volume.isUsedBy(instance)).isEmpty();
  }

  private VolumeRules rules(VolumesState state) {
    return new VolumeRules(state, limits.get(), clock.instant());
  }

  // ---- what owners ask

  private Volume placed(Volume fresh) {
    return placement == VolumePlacement.ON_CREATION ? fresh.toBePlaced(fresh.zone()) : fresh;
  }

  private Effect<VolumeEvent, VolumesState> onChange(
      VolumesState state, String id, VolumeChange change, ActorRef<VolumeReply> replyTo) {
    var answer = rules(state).change(id, change);
    var nowhere =
        change instanceof VolumeChange.Delete
            && answer instanceof Answer.Accepted<Volume>(var volume)
            && volume.host().isEmpty();
    if (!nowhere) {
      return store(state, answer, replyTo, VolumeReply::new);
    }
    var gone = ((Answer.Accepted<Volume>) answer).value();
    return Effect()
        .persist(new VolumeEvent.VolumesChanged(List.of(), List.of(id)))
        .thenRun(() -> replyTo.tell(new VolumeReply(Optional.of(gone), Optional.empty())));
  }

  private <S extends Stored, R> Effect<VolumeEvent, VolumesState> store(
      VolumesState state,
      Answer<S> answer,
      ActorRef<R> replyTo,
      BiFunction<Optional<S>, Optional<Rejection>, R> reply) {
    return switch (answer) {
      case Answer.Accepted<S>(var stored) ->
          put(
              state,
              stored,
              () -> replyTo.tell(reply.apply(Optional.of(stored), Optional.empty())));
      case Answer.Rejected<S>(var reason) -> {
        replyTo.tell(reply.apply(Optional.empty(), Optional.of(reason)));
        yield Effect().none();
      }
    };
  }

  /**
   * A volume that was moved is known on all hosts of the move until somebody asks them; a copy is
   * made where the guest is.
   */
  private Effect<VolumeEvent, VolumesState> onSnap(VolumesState state, SnapOn on) {
    var wanted = on.snap().wanted();
    var use =
        state.volume(wanted.volumeId()).flatMap(Volume::use).filter(it -> it.hosts().size() > 1);
    var unsure =
        use.stream()
            .flatMap(it -> it.hosts().stream())
            .filter(host -> !on.asked().contains(host))
            .findFirst();
    if (unsure.isEmpty()) {
      return store(state, rules(state).snapshot(wanted), on.snap().replyTo(), SnapshotReply::new);
    }
    var asked = new HashSet<>(on.asked());
    asked.add(unsure.get());
    var instance = use.get().instance();
    context.ask(
        HostActor.GoneReply.class,
        entities.host(unsure.get()),
        HOST_ANSWER,
        (ActorRef<HostActor.GoneReply> to) -> new HostActor.AskIfGone(instance, to),
        (answer, _) ->
            new OtherLeft(
                new SnapOn(on.snap(), asked),
                instance,
                unsure.get(),
                answer != null && answer.gone()));
    return Effect().none();
  }

  private Effect<VolumeEvent, VolumesState> onOtherLeft(VolumesState state, OtherLeft left) {
    var volume =
        state
            .volume(left.asker().snap().wanted().volumeId())
            .filter(one -> left.gone() && one.isUsedBy(left.instance()));
    return volume.isEmpty()
        ? onSnap(state, left.asker())
        : put(
            state,
            volume.get().notOn(left.other(), clock.instant()),
            () -> context.getSelf().tell(left.asker()));
  }

  // ---- what instances ask

  private Effect<VolumeEvent, VolumesState> onConnect(VolumesState state, Connect connect) {
    var id = connect.choice().volumeId();
    var isAvailable =
        state.volume(id).filter(one -> one.status() == Volume.Status.AVAILABLE).isPresent();
    if (isAvailable && state.isBeingCopied(id)) {
      context.scheduleOnce(PAUSE, context.getSelf(), connect); // nobody may write to it now
      return Effect().none();
    }
    var source = connect.choice().fresh().flatMap(VolumeChoice.NewVolume::snapshotId);
    var isElsewhere =
        state
            .volume(id)
            .<Stored>map(one -> one)
            .or(() -> source.flatMap(state::snapshot))
            .filter(one -> one.pool().isPresent() && liesOff(one, connect.host()))
            .isPresent();
    if (isElsewhere) {
      askPool(connect.host().orElseThrow(), connect);
      return Effect().none();
    }
    return connect(state, connect, Optional.empty());
  }

  private static boolean liesOff(Stored stored, Optional<HostId> host) {
    return host.isPresent() && stored.host().filter(lies -> !lies.equals(host.get())).isPresent();
  }

  private void askPool(HostId host, Message asker) {
    context.ask(
        HostActor.PoolReply.class,
        entities.host(host),
        HOST_ANSWER,
        HostActor.AskPool::new,
        (answer, _) -> new PoolTold(asker, Optional.ofNullable(answer)));
  }

  private Effect<VolumeEvent, VolumesState> onPool(
      VolumesState state, Connect connect, Optional<HostActor.PoolReply> answer) {
    return answer.isEmpty() ? Effect().none() : connect(state, connect, answer.get().pool());
  }

  private Effect<VolumeEvent, VolumesState> connect(
      VolumesState state, Connect connect, Optional<String> pool) {
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
        .connect(connect.instance(), choice, connect.host(), pool, attachment, fresh)) {
      case Answer.Accepted<Volume>(var volume) when volume.made() || connect.host().isEmpty() ->
          put(state, List.of(volume), () -> connect.replyTo().tell(connected(volume)));
      case Answer.Accepted<Volume>(var volume) -> {
        waitFor(volume.id(), connect.replyTo());
        yield put(state, List.of(volume), () -> {});
      }
      case Answer.Rejected<Volume>(var reason) -> {
        connect.replyTo().tell(new Refused(reason));
        yield Effect().none();
      }
    };
  }

  private void waitFor(String id, ActorRef<Reply> replyTo) {
    var waiters = connecting.computeIfAbsent(id, _ -> new ArrayList<>());
    if (waiters.size() >= 3) {
      waiters.removeFirst(); // repetitions of one question; nobody reads the first one's answer
    }
    waiters.add(replyTo);
  }

  // ---- a root volume from another image

  private Effect<VolumeEvent, VolumesState> onReimage(VolumesState state, Reimage wish) {
    if (state.isBeingCopied(wish.id())) {
      wish.replyTo().tell(new NotYet("a snapshot is being made of volume " + wish.id()));
      return Effect().none();
    }
    return switch (rules(state)
        .reimaged(wish.id(), wish.instance(), wish.operation(), wish.image())) {
      case Answer.Accepted<Volume>(var volume) when volume.made() ->
          put(state, List.of(volume), () -> wish.replyTo().tell(connected(volume)));
      case Answer.Accepted<Volume>(var volume) -> {
        waitFor(volume.id(), wish.replyTo());
        yield put(state, List.of(volume), () -> {});
      }
      case Answer.Rejected<Volume>(var reason) -> {
        wish.replyTo().tell(new Refused(reason));
        yield Effect().none();
      }
    };
  }

  private Effect<VolumeEvent, VolumesState> onUndoReimage(VolumesState state, UndoReimage undo) {
    return switch (rules(state).asBefore(undo.id(), undo.instance())) {
      case Answer.Accepted<Volume>(var volume) -> {
        tellConnecting(
            volume.id(), new Refused(new Rejection.Conflict("it was given up meanwhile")));
        yield put(state, List.of(volume), () -> undo.replyTo().tell(connected(volume)));
      }
      case Answer.Rejected<Volume> _ -> {
        undo.replyTo().tell(new Done()); // there is no such volume of the instance any more
        yield Effect().none();
      }
    };
  }

  /** Nobody has it any more; while a guest does all the same, it stays. */
  private Effect<VolumeEvent, VolumesState> onFileRemoved(
      VolumesState state, String id, int file, Optional<DriverActor.Reply> answer) {
    var volume = endedOfVolume(state, id, Work.RemoveFile.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    if (answer.orElse(null) instanceof DriverActor.Done) {
      return put(state, List.of(volume.get().withoutFile(file)), () -> {});
    }
    if (answer.orElse(null) instanceof DriverActor.Failed failed) {
      context
          .getLog()
          .warn(
              "file {} of volume {} is not deleted yet: {}", file, id, failed.failure().message());
    }
    return later(id);
  }

  // ---- all volumes of an instance at once

  private static List<Volume> countedOn(VolumesState state, InstanceId instance) {
    return state.usedBy(instance).stream()
        .filter(volume -> volume.use().filter(Volume.Use::leaving).isEmpty())
        .toList();
  }

  private Effect<VolumeEvent, VolumesState> all(
      VolumesState state,
      InstanceId instance,
      UnaryOperator<Volume> change,
      ActorRef<Reply> replyTo) {
    var changed = countedOn(state, instance).stream().map(change).toList();
    return put(state, changed, () -> replyTo.tell(new Done()));
  }

  /** First that no other host has a guest with them, then that this one sees them. */
  private Effect<VolumeEvent, VolumesState> onConnectAll(VolumesState state, ConnectAll all) {
    var volumes = countedOn(state, all.instance());
    var copied = volumes.stream().filter(volume -> state.isBeingCopied(volume.id())).findFirst();
    if (copied.isPresent()) {
      all.replyTo().tell(new NotYet("a snapshot is being made of volume " + copied.get().id()));
      return Effect().none();
    }
    var other =
        volumes.stream()
            .flatMap(volume -> volume.use().orElseThrow().hosts().stream())
            .filter(host -> !host.equals(all.host()) && !all.beside().contains(host))
            .findFirst();
    if (other.isPresent()) {
      context.ask(
          HostActor.GoneReply.class,
          entities.host(other.get()),
          HOST_ANSWER,
          (ActorRef<HostActor.GoneReply> to) -> new HostActor.AskIfGone(all.instance(), to),
          (answer, _) -> new OtherGone(all, other.get(), answer != null && answer.gone()));
      return Effect().none();
    }
    if (volumes.stream().anyMatch(volume -> liesOff(volume, Optional.of(all.host())))) {
      askPool(all.host(), all);
      return Effect().none();
    }
    return connectAll(state, all, Optional.empty());
  }

  private Effect<VolumeEvent, VolumesState> onOtherGone(
      VolumesState state, ConnectAll all, HostId other, boolean confirmed) {
    if (!confirmed) {
      all.replyTo()
          .tell(new NotYet("an earlier guest of the instance is still being removed on " + other));
      return Effect().none();
    }
    var left =
        countedOn(state, all.instance()).stream()
            .map(volume -> volume.notOn(other, clock.instant()))
            .toList();
    return put(state, left, () -> context.getSelf().tell(all));
  }

  private Effect<VolumeEvent, VolumesState> onPool(
      VolumesState state, ConnectAll all, Optional<HostActor.PoolReply> answer) {
    return answer.isEmpty() ? Effect().none() : connectAll(state, all, answer.get().pool());
  }

  private Effect<VolumeEvent, VolumesState> connectAll(
      VolumesState state, ConnectAll all, Optional<String> pool) {
    var volumes = countedOn(state, all.instance());
    var unseen =
        volumes.stream()
            .filter(volume -> !VolumeRules.isSeenFrom(volume, all.host(), pool))
            .findFirst();
    if (unseen.isPresent()) {
      all.replyTo().tell(new Refused(VolumeRules.elsewhere(unseen.get(), all.host())));
      return Effect().none();
    }
    var now = clock.instant();
    var here = volumes.stream().map(volume -> volume.alsoOn(all.host(), now)).toList();
    var isMaking = here.stream().anyMatch(volume -> volume.next().isPresent());
    if (isMaking) {
      bringing.put(all.instance(), all);
      return put(state, here, () -> {});
    }
    var places = here.stream().collect(Collectors.toMap(Volume::id, VolumesActor::place));
    return put(state, here, () -> all.replyTo().tell(new AllConnected(places)));
  }

  private static VolumePlace place(Volume volume) {
    return new VolumePlace(volume.host(), volume.pool());
  }

  /** The same for the same operation, however often it asks. */
  private static String attachmentId(OperationId operation, String volumeId) {
    var name = operation + "/" + volumeId;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static Reply connected(Volume volume) {
    return new Connected(
        volume.ref(),
        volume.use().orElseThrow().attachmentId(),
        volume.sizeGib(),
        Optional.of(place(volume)));
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
      VolumesState state, Stored stored, Runnable whenDone) {
    return switch (stored) {
      case Volume volume -> put(state, List.of(volume), whenDone);
      case VolumeSnapshot snapshot -> put(state, snapshot, whenDone);
    };
  }

  private Effect<VolumeEvent, VolumesState> put(
      VolumesState state, VolumeSnapshot snapshot, Runnable whenDone) {
    var id = snapshot.id();
    if (state.snapshot(id).filter(snapshot::equals).isPresent()) {
      whenDone.run();
      goOn(state, id);
      return Effect().none();
    }
    var event =
        snapshot.isGone()
            ? new VolumeEvent.SnapshotsChanged(List.of(), List.of(id))
            : new VolumeEvent.SnapshotsChanged(List.of(snapshot), List.of());
    return Effect()
        .persist(event)
        .thenRun(
            (VolumesState after) -> {
              whenDone.run();
              goOn(after, id);
            });
  }

  private Effect<VolumeEvent, VolumesState> put(
      VolumesState state, List<Volume> wanted, Runnable whenDone) {
    var volumes = wanted.stream().map(rules(state)::sparing).toList();
    var changed =
        volumes.stream()
            .filter(volume -> !volume.isGone())
            .filter(volume -> state.volume(volume.id()).filter(volume::equals).isEmpty())
            .toList();
    var gone =
        volumes.stream()
            .filter(volume -> volume.isGone() && state.volume(volume.id()).isPresent())
            .map(Volume::id)
            .toList();
    if (changed.isEmpty() && gone.isEmpty()) {
      whenDone.run();
      volumes.forEach(volume -> goOn(state, volume.id()));
      return Effect().none();
    }
    return Effect()
        .persist(new VolumeEvent.VolumesChanged(changed, gone))
        .thenRun(
            (VolumesState after) -> {
              whenDone.run();
              changed.forEach(volume -> goOn(after, volume.id()));
            });
  }

  private void goOn(VolumesState state) {
    state.volumes().forEach(volume -> goOn(state, volume.id()));
    state.snapshots().forEach(snapshot -> goOn(state, snapshot.id()));
  }

  /**
   * A question for a volume may come late, when its asker has given up: then the volume would stay
   * reserved for somebody who does not know of it.
   */
  private void doubt(Volume volume) {
    if (isInDoubt(volume)) {
      timers.startSingleTimer("doubt-" + volume.id(), new Doubt(volume.id()), DOUBT);
    }
  }

  private static boolean isInDoubt(Volume volume) {
    return volume.status() == Volume.Status.RESERVED && volume.use().isPresent();
  }

  private void askIfNeeded(VolumesState state, String id) {
    state
        .volume(id)
        .filter(VolumesActor::isInDoubt)
        .flatMap(Volume::use)
        .map(Volume.Use::instance)
        .ifPresent(
            instance ->
                context.ask(
                    InstanceActor.VolumeNeeded.class,
                    entities.instance(instance),
                    HOST_ANSWER,
                    (ActorRef<InstanceActor.VolumeNeeded> to) ->
                        new InstanceActor.NeedsVolume(id, to),
                    (answer, _) -> new Needed(id, instance, Optional.ofNullable(answer))));
  }

  private Effect<VolumeEvent, VolumesState> onNeeded(
      VolumesState state,
      String id,
      InstanceId instance,
      Optional<InstanceActor.VolumeNeeded> answer) {
    var volume = state.volume(id).filter(VolumesActor::isInDoubt);
    var isNot = answer.filter(said -> !said.needed()).isPresent();
    if (volume.filter(one -> isNot && one.isUsedBy(instance)).isEmpty()) {
      // Whose server is on no host may stay so for months, and need not be woken for it again.
      var isSettled = answer.filter(InstanceActor.VolumeNeeded::counted).isPresent();
      volume.filter(one -> !(one.isKept() && isSettled)).ifPresent(this::doubt);
      return Effect().none();
    }
    context.getLog().info("volume {} is not wanted by instance {} any more", id, instance);
    // An instance counts on a volume before its guest gets it, so no guest has this one.
    return rules(state).detached(id, instance) instanceof Answer.Accepted<Volume>(var free)
        ? put(state, List.of(free), () -> {})
        : Effect().none();
  }

  private void goOn(VolumesState state, String id) {
    state.volume(id).ifPresent(this::doubt);
    state
        .stored(id)
        .flatMap(Stored::next)
        .filter(_ -> busy.add(id))
        .ifPresent(work -> begin(state.stored(id).orElseThrow(), work));
  }

  private void begin(Stored stored, Work work) {
    var id = stored.id();
    switch (work) {
      case Work.Place(var zone) -> {
        var refusing = tried.getOrDefault(id, Set.of());
        var request = new VolumeRequest(id, stored.sizeGib(), zone, refusing);
        context.ask(
            VolumeDecision.class,
            entities.scheduler(),
            HOST_ANSWER,
            (ActorRef<VolumeDecision> to) -> new SchedulerActor.PlaceVolume(request, to),
            (answer, _) -> new PlaceFound(id, Optional.ofNullable(answer)));
      }
      case Work.Make(var host) -> askForRoom(host, stored, answer -> new RoomMade(id, answer));
      case Work.Copy(var host, _) ->
          askForRoom(host, stored, answer -> new RoomForCopy(id, answer));
      case Work.AskIfGone(var host, var instance) ->
          context.ask(
              HostActor.GoneReply.class,
              entities.host(host),
              HOST_ANSWER,
              (ActorRef<HostActor.GoneReply> to) -> new HostActor.AskIfGone(instance, to),
              (answer, _) -> new Gone(id, host, answer != null && answer.gone()));
      case Work.RemoveFile(var host, var file) ->
          run(
              host,
              new DriverCommand.DeleteVolume(
                  target(id, host, id + "." + file), ((Volume) stored).file(file)),
              answer -> new FileRemoved(id, file, answer));
      case Work.Remove(var host) ->
          run(
              host,
              new DriverCommand.DeleteVolume(target(stored, host), stored.ref()),
              answer -> new Removed(id, Optional.empty(), answer));
    }
  }

  private void askForRoom(
      HostId host, Stored stored, Function<Optional<HostActor.StoreReply>, Message> heard) {
    var by = stored instanceof Volume one ? one.use().map(Volume.Use::instance) : NOBODY;
    context.ask(
        HostActor.StoreReply.class,
        entities.host(host),
        HOST_ANSWER,
        (ActorRef<HostActor.StoreReply> to) ->
            new HostActor.StoreVolume(stored.id(), stored.sizeGib(), by, to),
        (answer, _) -> heard.apply(Optional.ofNullable(answer)));
  }

  private void run(
      HostId host, DriverCommand command, Function<Optional<DriverActor.Reply>, Message> heard) {
    context.ask(
        DriverActor.Reply.class,
        entities.host(host),
        HostActor.RUN_ANSWER,
        (ActorRef<DriverActor.Reply> to) -> new HostActor.Run(command, to),
        (answer, _) -> heard.apply(Optional.ofNullable(answer)));
  }

  private GuestTarget target(Stored stored, HostId host) {
    var isAnew = stored instanceof Volume volume && volume.files().current() > 0;
    var what = isAnew ? stored.id() + "." + ((Volume) stored).files().current() : stored.id();
    return target(stored.id(), host, what);
  }

  /**
   * @param what names the file: commands about two files are no repetitions of each other
   */
  private GuestTarget target(String id, HostId host, String what) {
    return GuestTarget.ofVolume(
        id, host.value(), new OperationId("req-volume-" + what), clock.instant().plus(STORAGE));
  }

  private Effect<VolumeEvent, VolumesState> later(String id) {
    busy.remove(id);
    timers.startSingleTimer(id, new Again(id), PAUSE);
    return Effect().none();
  }

  /** Its work has ended; empty when it is not wanted any more, and what is wanted now is begun. */
  private Optional<Stored> ended(VolumesState state, String id, Class<? extends Work> kind) {
    busy.remove(id);
    var stored = state.stored(id).filter(one -> one.next().filter(kind::isInstance).isPresent());
    if (stored.isEmpty()) {
      goOn(state, id);
    }
    return stored;
  }

  /** The same of a volume's own. */
  private Optional<Volume> endedOfVolume(
      VolumesState state, String id, Class<? extends Work> kind) {
    return ended(state, id, kind).map(Volume.class::cast);
  }

  private Effect<VolumeEvent, VolumesState> onStored(
      VolumesState state, String id, Optional<HostActor.StoreReply> answer) {
    var volume = endedOfVolume(state, id, Work.Make.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    if (answer.isEmpty()) {
      return later(id);
    }
    var refusal = answer.get().refusal();
    if (refusal.isPresent() && isLookedAPlaceFor(volume.get())) {
      return elsewhere(state, volume.get(), refusal.get());
    }
    if (refusal.isPresent()) {
      var refused = new Refused(new Rejection.Conflict(refusal.get()));
      tellConnecting(id, refused);
      tellBringing(volume.get(), refused);
      return put(
          state, List.of(volume.get().turnedAway(answer.get().here(), clock.instant())), () -> {});
    }
    var pool = answer.get().pool();
    busy.add(id);
    var host = volume.get().host().orElseThrow();
    run(host, making(state, volume.get(), host), heard -> new Made(id, pool, heard));
    return Effect().none();
  }

  private static boolean isLookedAPlaceFor(Volume volume) {
    return volume.status() == Volume.Status.CREATING && volume.awaitedSnapshot().isEmpty();
  }

  private Effect<VolumeEvent, VolumesState> onPlaceFound(
      VolumesState state, String id, Optional<VolumeDecision> decision) {
    var volume = endedOfVolume(state, id, Work.Place.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    return switch (decision.orElse(null)) {
      case null ->
          clock.instant().isAfter(volume.get().createdAt().plus(PLACING))
              ? noPlace(state, volume.get(), "The scheduler does not answer.")
              : later(id);
      case VolumeDecision.Placed(var candidates) -> {
        var host = candidates.getFirst().host();
        yield put(state, List.of(volume.get().placedOn(host, clock.instant())), () -> {});
      }
      case VolumeDecision.NoValidBackend(var why) -> noPlace(state, volume.get(), why.message());
    };
  }

  /** Its host has no room after all; a few others are asked. */
  private Effect<VolumeEvent, VolumesState> elsewhere(
      VolumesState state, Volume volume, String reason) {
    var refusing = tried.computeIfAbsent(volume.id(), _ -> new HashSet<>());
    var host = volume.host().orElseThrow();
    refusing.add(host);
    context.getLog().info("volume {}: host {} refuses it: {}", volume.id(), host, reason);
    return refusing.size() < ATTEMPTS
        ? put(state, List.of(volume.unplaced(clock.instant())), () -> {})
        : noPlace(state, volume.unplaced(clock.instant()), reason);
  }

  private Effect<VolumeEvent, VolumesState> noPlace(VolumesState state, Volume volume, String why) {
    tried.remove(volume.id());
    context.getLog().warn("volume {} is in error: {}", volume.id(), why);
    return put(state, List.of(volume.failed(why, clock.instant())), () -> {});
  }

  private DriverCommand making(VolumesState state, Volume volume, HostId host) {
    var target = target(volume, host);
    // A snapshot is not deleted before it is copied into all volumes that are made of it.
    return volume
        .awaitedSnapshot()
        .flatMap(state::snapshot)
        .<DriverCommand>map(
            snapshot ->
                new DriverCommand.CopyVolume(
                    target, snapshot.ref(), volume.ref(), volume.sizeGib()))
        .orElseGet(
            () ->
                new DriverCommand.CreateVolume(
                    target, volume.ref(), volume.sizeGib(), volume.image()));
  }

  private Effect<VolumeEvent, VolumesState> onMade(
      VolumesState state, String id, Optional<String> pool, Optional<DriverActor.Reply> answer) {
    var volume = endedOfVolume(state, id, Work.Make.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    if (answer.isEmpty()) {
      return later(id);
    }
    return switch (answer.get()) {
      case DriverActor.Done _ -> {
        tried.remove(id);
        var made = volume.get().madeThere(pool, clock.instant());
        yield put(
            state,
            List.of(made),
            () -> {
              made.use().ifPresent(_ -> tellConnecting(id, connected(made)));
              made.use()
                  .map(use -> bringing.remove(use.instance()))
                  .ifPresent(all -> context.getSelf().tell(all)); // for the next of them
            });
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
            () -> {
              var refused = new Refused(new Rejection.Invalid("", why));
              tellConnecting(id, refused);
              tellBringing(volume.get(), refused);
            });
      }
    };
  }

  private Effect<VolumeEvent, VolumesState> onRoomForCopy(
      VolumesState state, String id, Optional<HostActor.StoreReply> answer) {
    var snapshot = ended(state, id, Work.Copy.class).map(VolumeSnapshot.class::cast);
    if (snapshot.isEmpty()) {
      return Effect().none();
    }
    if (answer.isEmpty()) {
      return laterOrNever(state, snapshot.get(), "its host does not answer");
    }
    if (answer.get().refusal().isPresent()) {
      return notCopied(state, snapshot.get(), answer.get().refusal().get());
    }
    var host = snapshot.get().host().orElseThrow();
    var volume =
        state
            .volume(snapshot.get().volumeId())
            .filter(one -> one.use().filter(it -> !it.hosts().equals(Set.of(host))).isEmpty());
    if (volume.isEmpty()) {
      return notCopied(state, snapshot.get(), "the volume is not on host " + host + " any more");
    }
    busy.add(id);
    var copy =
        new DriverCommand.CopyVolume(
            target(snapshot.get(), host),
            volume.get().ref(),
            snapshot.get().ref(),
            snapshot.get().sizeGib());
    var pool = answer.get().pool();
    run(host, copy, heard -> new Copied(id, pool, heard));
    return Effect().none();
  }

  private Effect<VolumeEvent, VolumesState> onCopied(
      VolumesState state, String id, Optional<String> pool, Optional<DriverActor.Reply> answer) {
    var snapshot = ended(state, id, Work.Copy.class).map(VolumeSnapshot.class::cast);
    if (snapshot.isEmpty()) {
      return Effect().none();
    }
    return switch (answer.orElse(null)) {
      case null -> laterOrNever(state, snapshot.get(), "its host does not answer");
      case DriverActor.Done _ -> put(state, snapshot.get().copied(pool, clock.instant()), () -> {});
      case DriverActor.Failed failed -> {
        var why = failed.failure().message();
        context.getLog().warn("snapshot {} is not made: {}", id, why);
        yield switch (failed.failure().kind()) {
          case RETRYABLE, HOST_FAULT -> laterOrNever(state, snapshot.get(), why);
          case INSTANCE_FAULT, UNSUPPORTED -> notCopied(state, snapshot.get(), why);
        };
      }
    };
  }

  private Effect<VolumeEvent, VolumesState> laterOrNever(
      VolumesState state, VolumeSnapshot snapshot, String why) {
    return clock.instant().isAfter(snapshot.createdAt().plus(COPY))
        ? notCopied(state, snapshot, why)
        : later(snapshot.id());
  }

  private Effect<VolumeEvent, VolumesState> notCopied(
      VolumesState state, VolumeSnapshot snapshot, String why) {
    return put(state, snapshot.failed(why, clock.instant()), () -> {});
  }

  private static boolean mayPass(DriverFailure failure) {
    return failure.kind() == DriverFailure.Kind.RETRYABLE;
  }

  private void tellConnecting(String id, Reply reply) {
    Optional.ofNullable(connecting.remove(id))
        .ifPresent(waiters -> waiters.forEach(waiter -> waiter.tell(reply)));
  }

  private void tellBringing(Volume volume, Reply reply) {
    volume
        .use()
        .map(use -> bringing.remove(use.instance()))
        .ifPresent(all -> all.replyTo().tell(reply));
  }

  private Effect<VolumeEvent, VolumesState> onGone(
      VolumesState state, String id, HostId host, boolean confirmed) {
    var volume = endedOfVolume(state, id, Work.AskIfGone.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    return confirmed
        ? put(state, List.of(volume.get().notOn(host, clock.instant())), () -> {})
        : later(id);
  }

  private Effect<VolumeEvent, VolumesState> onRemoved(
      VolumesState state, String id, Optional<HostId> deputy, Optional<DriverActor.Reply> answer) {
    var volume = ended(state, id, Work.Remove.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    return switch (answer.orElse(null)) {
      case null -> notRemoved(volume.get(), deputy);
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
        yield put(state, volume.get().failed(why, clock.instant()), () -> {});
      }
      case DriverActor.Failed failed -> {
        context.getLog().warn("volume {} is not deleted yet: {}", id, failed.failure().message());
        yield notRemoved(volume.get(), deputy);
      }
    };
  }

  /**
   * Where its host does not delete it, another one that has the pool may. Not a volume that is
   * perhaps still being made: its host could go on with that afterwards.
   */
  private Effect<VolumeEvent, VolumesState> notRemoved(Stored volume, Optional<HostId> deputy) {
    var id = volume.id();
    var pool = volume.pool().filter(_ -> volume.isAtRest() && deputy.isEmpty());
    if (pool.isEmpty()) {
      return later(id);
    }
    busy.add(id);
    context.ask(
        SchedulerActor.PoolHosts.class,
        entities.scheduler(),
        HOST_ANSWER,
        (ActorRef<SchedulerActor.PoolHosts> to) ->
            new SchedulerActor.FindPool(new SharedPool(pool.get()), to),
        (answer, _) -> new Deputies(id, Optional.ofNullable(answer)));
    return Effect().none();
  }

  private Effect<VolumeEvent, VolumesState> onDeputies(
      VolumesState state, String id, Optional<SchedulerActor.PoolHosts> answer) {
    var volume = ended(state, id, Work.Remove.class);
    if (volume.isEmpty()) {
      return Effect().none();
    }
    var deputy =
        answer.stream()
            .flatMap(found -> found.hosts().stream())
            .filter(host -> !host.equals(volume.get().host().orElseThrow()))
            .findFirst();
    if (deputy.isEmpty()) {
      return later(id);
    }
    busy.add(id);
    context.getLog().info("volume {} is deleted by host {} of its pool", id, deputy.get());
    run(
        deputy.get(),
        new DriverCommand.DeleteVolume(target(volume.get(), deputy.get()), volume.get().ref()),
        heard -> new Removed(id, deputy, heard));
    return Effect().none();
  }

  private Effect<VolumeEvent, VolumesState> onDropped(
      VolumesState state, String id, boolean confirmed) {
    var stored = ended(state, id, Work.Remove.class);
    if (stored.isEmpty()) {
      return Effect().none();
    }
    var gone = List.of(id);
    return confirmed
        ? Effect()
            .persist(
                switch (stored.get()) {
                  case Volume _ -> new VolumeEvent.VolumesChanged(List.of(), gone);
                  case VolumeSnapshot _ -> new VolumeEvent.SnapshotsChanged(List.of(), gone);
                })
        : later(id);
  }
}
