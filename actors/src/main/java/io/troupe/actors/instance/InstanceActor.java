package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.cluster.StepAsker;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.Step;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.OperationSettings;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
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
 * One instance. It asks its {@link InstanceState} what to do and does it; the ordinary path and the
 * one after a crash are the same method, {@link #perform}.
 *
 * <p>Outcomes of steps that can be asked for again are not written at once but together with the
 * next event that cannot ({@code docs/adr/0006}); {@code ahead} is the state with them.
 */
public final class InstanceActor
    extends EventSourcedBehavior<InstanceActor.Message, InstanceEvent, InstanceState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "instance");

  /** The journal's tag of every instance event; the index is rebuilt from it. */
  public static final String TAG = "instance";

  /** Of whose journal this is. */
  public static InstanceId idOf(String persistenceId) {
    return new InstanceId(UUID.fromString(PersistenceId.extractEntityId(persistenceId)));
  }

  public sealed interface Message {}

  /**
   * A user's command; what needs quota is answered once that has agreed or refused, what makes an
   * image once that is there.
   */
  public record Do(UserCommand command, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** What would be answered to the command, to which nothing is done. */
  public record Check(UserCommand command, ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  public record Get(ActorRef<View> replyTo) implements Message, CborSerializable {}

  public record GetOperations(ActorRef<Operations> replyTo) implements Message, CborSerializable {}

  /**
   * @param maxBytes of the log's end
   */
  public record ReadConsole(OperationId id, int maxBytes, ActorRef<DriverActor.Reply> replyTo)
      implements Message, CborSerializable {}

  /** What the hypervisor has counted about the guest. */
  public record ReadDiagnostics(OperationId id, ActorRef<DriverActor.Reply> replyTo)
      implements Message, CborSerializable {}

  /** How far its live migration is. */
  public record ReadMigration(OperationId id, ActorRef<DriverActor.Reply> replyTo)
      implements Message, CborSerializable {}

  /** From the instance's host. */
  public record Reported(GuestReported report) implements Message, CborSerializable {}

  /** From a host that is not sure any more: does this claim still stand? */
  public record ConfirmClaim(HostId host, long generation, ActorRef<ClaimConfirmed> replyTo)
      implements Message, CborSerializable {}

  /** From the instance's host: somebody more important needs its room. */
  public record MustLeave(Eviction eviction) implements Message, CborSerializable {}

  /** From the image store. */
  public record Heard(ImageReached image) implements Message, CborSerializable {}

  /** From the volume service: does the instance count on this volume, or may it come to? */
  public record NeedsVolume(String volumeId, ActorRef<VolumeNeeded> replyTo)
      implements Message, CborSerializable {}

  /** Nothing but a reason to be awake: an unfinished operation goes on. */
  public record Wake() implements Message, CborSerializable {}

  private record Outcome(StepOutcome outcome) implements Message {}

  private record AskAgain(OperationId operation, Step step) implements Message {}

  private record TimeUp(OperationId operation) implements Message {}

  private record Idle() implements Message {}

  /** Asked by sharding before the instance is moved or laid to rest. */
  public record Stop() implements Message, CborSerializable {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = Rejected.class, name = "rejected")
  })
  public sealed interface Reply extends CborSerializable {}

  public record Accepted(InstanceView view) implements Reply {}

  public record Rejected(Rejection reason) implements Reply {}

  public record View(Optional<InstanceView> view) implements CborSerializable {}

  public record Operations(List<OperationTrail> trails) implements CborSerializable {}

  /**
   * @param generation of the claim that was asked about
   * @param foreign whether the guest is not ours, whatever becomes of the claim
   * @param atRest whether nothing is in progress, so that a guest which it has is there already
   */
  public record ClaimConfirmed(
      InstanceId instance,
      HostId host,
      long generation,
      boolean stands,
      boolean foreign,
      boolean atRest)
      implements CborSerializable {}

  /**
   * @param needed whether it counts on the volume, or may come to
   * @param counted whether it does already; false from former releases
   */
  public record VolumeNeeded(boolean needed, boolean counted) implements CborSerializable {}

  /** How long a console log or diagnostics may take to come. */
  private static final Duration READ_ANSWER = Duration.ofSeconds(30);

  /** An instance without an operation in progress is laid to rest after this. */
  private static final Duration IDLE_AFTER = Duration.ofMinutes(2);

  /** Who asks for ids that were never given out shall not fill the memory with them. */
  private static final Duration ABSENT_AFTER = Duration.ofSeconds(1);

  private final InstanceId id;
  private final Entities entities;
  private final InstanceIndex index;
  private final OperationSettings settings;
  private final OperationMeter meter;
  private final JournalMeter.Writes writes;
  private final Clock clock;
  private final ActorContext<Message> context;
  private final TimerScheduler<Message> timers;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final StepAsker<Message> asker;
  private final Secrets secrets = new Secrets();

  private InstanceState ahead;
  private List<InstanceEvent> waiting = new ArrayList<>();

  /** What users ask while the quota has not agreed. */
  private final List<Message> held = new ArrayList<>();

  private final List<ActorRef<Reply>> lateAskers = new ArrayList<>();

  /** Who wants to hear how an operation ended. */
  private record EndAsker(OperationId operation, ActorRef<Reply> replyTo) {}

  private final List<EndAsker> endAskers = new ArrayList<>();

  public static Behavior<Message> create(
      InstanceId id,
      Entities entities,
      InstanceIndex index,
      OperationSettings settings,
      OperationMeter meter,
      JournalMeter journal,
      Clock clock,
      ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new InstanceActor(
                        id, entities, index, settings, meter, journal, clock, shard, context,
                        timers)));
  }

  private InstanceActor(
      InstanceId id,
      Entities entities,
      InstanceIndex index,
      OperationSettings settings,
      OperationMeter meter,
      JournalMeter journal,
      Clock clock,
      ActorRef<ClusterSharding.ShardCommand> shard,
      ActorContext<Message> context,
      TimerScheduler<Message> timers) {
    super(
        PersistenceId.of(KEY.name(), id.toString()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.id = id;
    this.entities = entities;
    this.index = index;
    this.settings = settings;
    this.meter = meter;
    this.writes = journal.writesOf(KEY.name());
    this.clock = clock;
    this.shard = shard;
    this.context = context;
    this.timers = timers;
    this.asker = new StepAsker<>(id, entities, context, Outcome::new, AskAgain::new);
    this.ahead = emptyState();
  }

  @Override
  public InstanceState emptyState() {
    return InstanceState.absent(id);
  }

  @Override
  public EventHandler<InstanceState, InstanceEvent> eventHandler() {
    return InstanceState::evolve;
  }

  @Override
  public Set<String> tagsFor(InstanceEvent event) {
    return Set.of(TAG);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public SignalHandler<InstanceState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.class,
            (state, _) -> {
              writes.abandon();
              ahead = state;
              settle();
            })
        .onSignal(PostStop.class, (_, _) -> writes.abandon())
        .build();
  }

  @Override
  public CommandHandler<Message, InstanceEvent, InstanceState> commandHandler() {
    return (_, message) -> mustWait(message) ? hold(message) : on(message);
  }

  /**
   * Whether it is about an instance that the quota has not agreed to yet. After a crash that may be
   * one that was acknowledged: what the quota said is asked for again. Who is told meanwhile that
   * there is no such instance would take it for deleted.
   */
  private boolean mustWait(Message message) {
    return ahead.phase() == InstanceState.Phase.ASKED
        && switch (message) {
          case Do(var command, _) -> !isBeginning(command);
          case Check _, Get _, GetOperations _, ReadConsole _, ReadDiagnostics _, ReadMigration _ ->
              true;
          default -> false;
        };
  }

  private Effect<InstanceEvent, InstanceState> hold(Message message) {
    held.add(message);
    return Effect().none();
  }

  private Effect<InstanceEvent, InstanceState> on(Message message) {
    return switch (message) {
      case Do(var command, var replyTo) -> onCommand(command, replyTo);
      case Check(var command, var replyTo) -> {
        replyTo.tell(
            ahead.decide(command, clock.instant(), settings) instanceof Decision.Reject(var reason)
                ? new Rejected(reason)
                : new Accepted(ahead.view(version())));
        yield Effect().none();
      }
      case Get(var replyTo) -> {
        replyTo.tell(new View(view().filter(_ -> !ahead.deleted())));
        yield Effect().none();
      }
      case GetOperations(var replyTo) -> {
        replyTo.tell(new Operations(ahead.visible() ? ahead.trails().reversed() : List.of()));
        yield Effect().none();
      }
      case ReadConsole(var operation, var maxBytes, var replyTo) ->
          read(
              operation,
              replyTo,
              "read-console",
              guest -> new DriverCommand.ReadConsole(guest, maxBytes));
      case ReadDiagnostics(var operation, var replyTo) ->
          read(operation, replyTo, "diagnostics", DriverCommand.Diagnostics::new);
      case ReadMigration(var operation, var replyTo) ->
          read(operation, replyTo, "watch-migration", DriverCommand.WatchMigration::new);
      case Reported(var report) -> onInput(report);
      case MustLeave(var eviction) -> onInput(eviction);
      case Heard(var image) -> onInput(image);
      case ConfirmClaim(var host, var generation, var replyTo) -> {
        replyTo.tell(
            new ClaimConfirmed(
                id,
                host,
                generation,
                ahead.standsBy(host, generation),
                ahead.leavesItsGuestAlone(),
                ahead.operation().isEmpty()));
        yield Effect().none();
      }
      case NeedsVolume(var volume, var replyTo) -> {
        var counted = Attachments.find(ahead, volume).isPresent();
        replyTo.tell(new VolumeNeeded(counted || ahead.operation().isPresent(), counted));
        yield Effect().none();
      }
      case Outcome(var outcome) ->
          isHeld(Drill.beforeWriting(ahead), "after") ? Effect().none() : onInput(outcome);
      case TimeUp(var operation) -> onInput(new DeadlinePassed(operation));
      case AskAgain(var operation, var step) -> {
        if (isCurrent(operation, step)) {
          perform();
        }
        yield Effect().none();
      }
      case Wake() ->
          onInput(
              ahead.vmState() == VmState.RESIZED
                  ? new ConfirmDue(OperationId.fresh())
                  : new ReclaimDue(OperationId.fresh()));
      case Idle() -> {
        if (ahead.operation().isEmpty()) {
          shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        }
        yield Effect().none();
      }
      case Stop() -> Effect().stop();
    };
  }

  private Effect<InstanceEvent, InstanceState> onCommand(
      UserCommand command, ActorRef<Reply> replyTo) {
    return switch (ahead.decide(command, clock.instant(), settings)) {
      case Decision.Accept(var events)
          when !events.isEmpty() && command instanceof UserCommand.SetPassword -> {
        secrets.keepOf(command);
        yield commit(events, () -> answer(replyTo));
      }
      case Decision.Accept(var events) when command instanceof UserCommand.AttachInterface -> {
        endAskers.add(new EndAsker(command.origin().operation(), replyTo));
        if (events.isEmpty()) {
          answerEndAskers();
        }
        yield commit(events);
      }
      case Decision.Accept(var events) when isAnsweredLater(command) -> {
        lateAskers.add(replyTo);
        if (events.isEmpty()) {
          answerLateAskers();
        }
        yield commit(events);
      }
      case Decision.Accept(var events) -> commit(events, () -> answer(replyTo));
      case Decision.Reject(var reason) -> {
        replyTo.tell(new Rejected(reason));
        yield Effect().none();
      }
      case Decision.AskAgain _ -> throw new IllegalStateException("not for a user's command");
    };
  }

  /** Whether there need be no instance yet. */
  private static boolean isBeginning(UserCommand command) {
    return command instanceof UserCommand.Boot || command instanceof UserCommand.Adopt;
  }

  private static boolean isAnsweredLater(UserCommand command) {
    return isBeginning(command)
        || command instanceof UserCommand.Restore
        || command instanceof UserCommand.ResetState
        || command instanceof UserCommand.Resize
        || command instanceof UserCommand.Migrate
        || command instanceof UserCommand.LiveMigrate
        || command instanceof UserCommand.Evacuate
        || command instanceof UserCommand.CreateImage
        || command instanceof UserCommand.CreateImageOfVolumes
        || command instanceof UserCommand.CreateBackup;
  }

  private void answer(ActorRef<Reply> replyTo) {
    replyTo.tell(new Accepted(ahead.view(version())));
  }

  private Effect<InstanceEvent, InstanceState> onInput(InstanceInput input) {
    return switch (ahead.decide(input, clock.instant(), settings)) {
      case Decision.Accept(var events) -> commit(events);
      case Decision.Reject(var reason) ->
          throw new IllegalStateException("refused " + input + ": " + reason);
      case Decision.AskAgain(var after, var why) -> {
        context.getLog().warn("instance {} will ask again in {}: {}", id, after, why);
        ahead
            .operation()
            .ifPresent(
                operation ->
                    operation
                        .current()
                        .ifPresent(
                            step ->
                                timers.startSingleTimer(
                                    "again", new AskAgain(operation.id(), step), after)));
        yield Effect().none();
      }
    };
  }

  private Effect<InstanceEvent, InstanceState> commit(List<InstanceEvent> events) {
    return commit(events, () -> {});
  }

  private Effect<InstanceEvent, InstanceState> commit(
      List<InstanceEvent> events, Runnable whenDone) {
    if (events.isEmpty()) {
      whenDone.run();
      return Effect().none();
    }
    waiting.addAll(events);
    var unwritten = ahead.unwritten(events);
    if (unwritten.isPresent()) {
      ahead = unwritten.get();
      settle();
      whenDone.run();
      return Effect().none();
    }
    var toWrite =
        waiting.size() == 1
            ? waiting.getFirst()
            : new InstanceEvent.Several(waiting, waiting.getLast().at());
    waiting = new ArrayList<>();
    writes.begin();
    return Effect()
        .persist(toWrite)
        .thenRun(writes::end)
        .thenRun(
            (InstanceState state) -> {
              ahead = state;
              if (events.getLast() instanceof InstanceEvent.OperationEnded) {
                meter.ended(state);
              }
              if (events.getLast() instanceof InstanceEvent.ImageProgressed) {
                index.put(ahead, version()); // nobody is to be asked anew
              } else {
                settle();
              }
              whenDone.run();
            });
  }

  /** After every change: readers, whoever waits, and the next step. */
  private void settle() {
    index.put(ahead, version());
    answerLateAskers();
    answerEndAskers();
    if (ahead.operation().isEmpty()) {
      secrets.forget();
      timers.cancel("deadline");
      var rest = ahead.phase() == InstanceState.Phase.ABSENT ? ABSENT_AFTER : IDLE_AFTER;
      timers.startSingleTimer("idle", new Idle(), rest);
      return;
    }
    timers.cancel("idle");
    var operation = ahead.operation().get();
    var left = Duration.between(clock.instant(), operation.deadline());
    timers.startSingleTimer(
        "deadline",
        new TimeUp(operation.id()),
        left.isNegative() ? Duration.ofMillis(1) : left.plusMillis(1));
    perform();
  }

  private void answerLateAskers() {
    if (ahead.phase() != InstanceState.Phase.ASKED) {
      held.forEach(context.getSelf()::tell);
      held.clear();
    }
    if (lateAskers.isEmpty() || ahead.owesAnswer()) {
      return;
    }
    ahead
        .refusal()
        .map(Rejected::new)
        .ifPresentOrElse(
            refused -> lateAskers.forEach(asker -> asker.tell(refused)),
            () -> lateAskers.forEach(this::answer));
    lateAskers.clear();
  }

  private void answerEndAskers() {
    var inProgress = ahead.operation().map(Operation::id);
    var ended =
        endAskers.stream().filter(one -> !inProgress.equals(Optional.of(one.operation()))).toList();
    for (EndAsker one : ended) {
      var why =
          ahead.trails().stream()
              .filter(trail -> trail.id().equals(one.operation()))
              .flatMap(trail -> trail.error().stream())
              .findFirst();
      if (why.isPresent()) {
        one.replyTo().tell(new Rejected(new Rejection.Invalid("", why.get())));
      } else {
        answer(one.replyTo());
      }
    }
    endAskers.removeAll(ended);
  }

  private Optional<InstanceView> view() {
    return ahead.visible() ? Optional.of(ahead.view(version())) : Optional.empty();
  }

  /** Grows with the journal, and between two writes with what waits to be written. */
  private long version() {
    return (lastSequenceNumber(context) << 16) + waiting.size();
  }

  private boolean isCurrent(OperationId operation, Step step) {
    return ahead
        .operation()
        .filter(now -> now.id().equals(operation))
        .flatMap(now -> now.current())
        .filter(step::equals)
        .isPresent();
  }

  private boolean isHeld(Optional<String> point, String where) {
    point.ifPresent(it -> context.getLog().info("drill: {} holds {} {}", id, where, it));
    return point.isPresent();
  }

  /** Asks for what the state says comes next. */
  private void perform() {
    if (isHeld(Drill.beforeAsking(ahead), "at")) {
      return;
    }
    var effect = ahead.next(settings);
    secrets
        .fillIn(effect)
        .ifPresentOrElse(
            whole -> asker.perform(whole, clock.instant()),
            () -> context.getSelf().tell(new Outcome(Secrets.gone(effect, clock.instant()))));
  }

  /** Hands a command that only reads to the instance's host, which answers whoever asked. */
  private Effect<InstanceEvent, InstanceState> read(
      OperationId operation,
      ActorRef<DriverActor.Reply> replyTo,
      String name,
      Function<GuestTarget, DriverCommand> command) {
    Asking.guestToRead(ahead, operation, clock.instant().plus(READ_ANSWER))
        .ifPresentOrElse(
            guest ->
                entities
                    .host(new HostId(guest.host()))
                    .tell(new HostActor.Run(command.apply(guest), replyTo)),
            () -> {
              var why = "the instance is on no host";
              var failure = new DriverFailure(DriverFailure.Kind.INSTANCE_FAULT, why);
              replyTo.tell(new DriverActor.Failed(operation, id, name, failure));
            });
    return Effect().none();
  }
}
