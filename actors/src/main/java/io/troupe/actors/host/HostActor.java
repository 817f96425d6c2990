package io.troupe.actors.host;

import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.instance.Eviction;
import io.troupe.actors.instance.GuestReported;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.operation.StepKind;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.PoolExplanation;
import io.troupe.actors.scheduler.pool.StoragePools;
import io.troupe.actors.scheduler.pool.VolumeScheduling;
import io.troupe.config.FleetSettings;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One hypervisor host: grants and takes back claims, hands driver commands on under its epoch,
 * compares what the hypervisor shows with what was promised, and keeps the scheduler informed.
 */
public final class HostActor extends EventSourcedBehavior<HostActor.Message, HostEvent, HostState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "host");

  public sealed interface Message {}

  /**
   * Capacity for an instance, or a reason why not. Repeated for the same instance it is the same
   * claim.
   */
  public record MakeClaim(RequestSpec spec, long generation, ActorRef<ClaimReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * Keeps room for these instances, all of them or none, until each has claimed it; at the latest
   * for {@link #HELD}. The same question holds the same, and for instances that are held already it
   * holds anew. Not in the log: after a crash of the host a claim is judged as it comes.
   *
   * @param batch what they have in common
   * @param round of the questions about this batch
   */
  public record Hold(String batch, long round, List<RequestSpec> specs, ActorRef<Held> replyTo)
      implements Message, CborSerializable {
    public Hold {
      specs = List.copyOf(specs);
    }
  }

  /** What is held for these instances is free again; harmless if nothing is. */
  public record GiveBack(List<InstanceId> instances) implements Message, CborSerializable {
    public GiveBack {
      instances = List.copyOf(instances);
    }
  }

  /**
   * Takes a claim back unless it was renewed with a newer generation; harmless if there is none.
   */
  public record ReleaseClaim(InstanceId instance, long generation, ActorRef<ClaimReply> replyTo)
      implements Message, CborSerializable {}

  /** Remove the instance's guest when the hypervisor answers again, and release the claim then. */
  public record Condemn(
      InstanceId instance, long generation, boolean keepsDisk, ActorRef<ClaimReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * These instances leave the host for one of higher priority. Answered with {@link ClaimGone} when
   * none of the claims is here any more that may be taken away for it; not answered before.
   * Repeatable.
   *
   * @param priority of the instance that needs the room
   * @param operation of that one
   */
  public record Preempt(
      Preemption preemption,
      int priority,
      InstanceId by,
      OperationId operation,
      ActorRef<ClaimReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * Room for a volume on the host's storage, or a reason why not. Repeated it is the same room; a
   * volume that has grown is given the difference.
   *
   * @param gib GiB
   * @param by the instance that it is made for: what was kept for its volumes is for this one too.
   *     Absent from a node of a former release
   */
  public record StoreVolume(
      String volumeId, long gib, Optional<InstanceId> by, ActorRef<StoreReply> replyTo)
      implements Message, CborSerializable {
    public StoreVolume {
      by = by == null ? Optional.empty() : by;
    }

    /** For no instance. */
    public StoreVolume(String volumeId, long gib, ActorRef<StoreReply> replyTo) {
      this(volumeId, gib, Optional.empty(), replyTo);
    }
  }

  /** Which storage it has in common with other hosts. */
  public record AskPool(ActorRef<PoolReply> replyTo) implements Message, CborSerializable {}

  /** The volume is gone from the host's storage; harmless if it has no room. */
  public record DropVolume(String volumeId, ActorRef<StoreReply> replyTo)
      implements Message, CborSerializable {}

  /** Whether the host can have no guest of this instance: it holds no claim of it any more. */
  public record AskIfGone(InstanceId instance, ActorRef<GoneReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * How long to wait for the answer to {@link Run} before it is asked again; a repeated command
   * joins the one that is running.
   */
  public static final Duration RUN_ANSWER = Duration.ofSeconds(30);

  /**
   * A command for a guest; the answer goes to {@code replyTo}.
   *
   * @param leaves up to which generation the instance's claim is given back, too, once the command
   *     is carried out and before it is answered
   */
  public record Run(
      DriverCommand command, Optional<Long> leaves, ActorRef<DriverActor.Reply> replyTo)
      implements Message, CborSerializable {
    public Run(DriverCommand command, ActorRef<DriverActor.Reply> replyTo) {
      this(command, Optional.empty(), replyTo);
    }
  }

  /**
   * From the host's connection: it is there, and this is what it has.
   *
   * @param incarnation of the connection's actor. Another one than before means that commands of
   *     ours may still be under way through a node that is paused or cut off
   * @param driverLacks what the driver does not carry out, and not what it does: it is told with
   *     every heartbeat of every host, and mostly nothing. Absent from a node of a former release
   * @param by the connection's actor; empty from a node of a former release
   */
  public record Seen(
      ConnectionId connection,
      String incarnation,
      HostInventory inventory,
      Set<String> driverLacks,
      Optional<ActorRef<ConnectionActor.Message>> by)
      implements Message, CborSerializable {
    public Seen {
      driverLacks = driverLacks == null ? Set.of() : Set.copyOf(driverLacks);
      by = by == null ? Optional.empty() : by;
    }

    /** Through a driver of which it is not known what it can do. */
    public Seen(ConnectionId connection, String incarnation, HostInventory inventory) {
      this(connection, incarnation, inventory, Set.of(), Optional.empty());
    }
  }

  /** From the host's connection: the hypervisor does not answer. */
  public record Lost(String error) implements Message, CborSerializable {}

  /** From the host's connection: compare what is promised here with what the hypervisor shows. */
  public record Compare() implements Message, CborSerializable {}

  /** From the hypervisor, by itself. */
  public record GuestChanged(GuestEvent event) implements Message, CborSerializable {}

  /** Zone, metadata or the connection's enabled flag may have changed; also tells the scheduler. */
  public record Publish() implements Message, CborSerializable {}

  public record Forget() implements Message, CborSerializable {}

  /** An administrator's decision about this host. */
  public record Administer(Administration.Change change, ActorRef<AdministerReply> replyTo)
      implements Message, CborSerializable {}

  /** What an operator says the host has; refused where instances hold what would go. Repeatable. */
  public record Equip(Equipment.Change change, ActorRef<AdministerReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * Forget the host, unless it has instances. If its hypervisor still shows it, it comes back as
   * new.
   */
  public record Remove(ActorRef<AdministerReply> replyTo) implements Message, CborSerializable {}

  /** From an affinity group: how many members are here or about to be? */
  public record CountMembers(String group, ActorRef<MembersHere> replyTo)
      implements Message, CborSerializable {}

  public record GetView(ActorRef<ViewReply> replyTo) implements Message, CborSerializable {}

  /** For whoever asks often: a view has all that is on the host. */
  public record GetStatus(ActorRef<StatusReply> replyTo) implements Message, CborSerializable {}

  public record StatusReply(HostStatus status) implements CborSerializable {}

  /**
   * Where inside the host does an instance's guest run?
   *
   * @param size of the guest, by which one of two places is meant while it is resized here
   */
  public record GetPlace(InstanceId instance, Resources size, ActorRef<PlaceReply> replyTo)
      implements Message, CborSerializable {}

  /** The answer to a command, if there was one in time. */
  private record FromDriver(Waiting to, long question, Optional<DriverActor.Reply> reply)
      implements Message {}

  /** What the hypervisor shows, if it answered in time. */
  private record GuestsAnswer(long comparison, Optional<DriverActor.GuestsReply> reply)
      implements Message {}

  private record Confirmed(InstanceActor.ClaimConfirmed answer) implements Message {}

  /**
   * What an affinity group says to one more member here.
   *
   * @param refusal empty when it agrees
   */
  private record GroupAnswered(InstanceId instance, long question, Optional<String> refusal)
      implements Message {}

  /**
   * What the scheduler says to one more member of a group that is to be spread.
   *
   * @param answer empty when it did not say anything in time
   */
  private record SpreadAnswered(
      InstanceId instance, long question, Optional<SchedulerActor.JoinAnswer> answer)
      implements Message {}

  /**
   * What the scheduler says to one more volume in a pool that several hosts have.
   *
   * @param word how often a scheduler had asked what is here, when this one was asked
   * @param answer empty when it did not say anything in time
   */
  private record RoomAnswered(
      StoreVolume asked, long word, Optional<SchedulerActor.JoinAnswer> answer)
      implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = ClaimMade.class, name = "claim-made"),
    @JsonSubTypes.Type(value = ClaimRefused.class, name = "claim-refused"),
    @JsonSubTypes.Type(value = ClaimUnsure.class, name = "claim-unsure"),
    @JsonSubTypes.Type(value = ClaimGone.class, name = "claim-gone")
  })
  public sealed interface ClaimReply extends CborSerializable {}

  public record ClaimMade(String availabilityZone) implements ClaimReply {}

  /** There is no claim. */
  public record ClaimRefused(String reason) implements ClaimReply {}

  /** There is a claim, maybe with a guest, but nothing can be done for it now: ask again. */
  public record ClaimUnsure(String reason) implements ClaimReply {}

  public record ClaimGone() implements ClaimReply {}

  /**
   * @param refusal empty when there is room
   * @param here whether the host has room for the volume, be it for a smaller one
   * @param pool the storage's name where several hosts have it
   */
  public record StoreReply(Optional<String> refusal, boolean here, Optional<String> pool)
      implements CborSerializable {
    public StoreReply {
      pool = pool == null ? Optional.empty() : pool; // of a former release
    }

    public StoreReply(Optional<String> refusal, boolean here) {
      this(refusal, here, Optional.empty());
    }
  }

  /**
   * @param pool empty when its storage is its own
   */
  public record PoolReply(Optional<String> pool) implements CborSerializable {}

  public record GoneReply(boolean gone) implements CborSerializable {}

  public record PlaceReply(GuestPlace place) implements CborSerializable {}

  /** Empty for a host nobody has seen. */
  public record ViewReply(Optional<HostView> view) implements CborSerializable {}

  /**
   * @param view as it is now, or as it was when it was removed
   */
  public record AdministerReply(Optional<HostView> view, Optional<Rejection> refusal)
      implements CborSerializable {}

  public record MembersHere(int members) implements CborSerializable {}

  /**
   * The answer to {@link Hold}.
   *
   * @param refused instances that there is no room for; while there is one, nothing is held
   * @param reason of the first of them, else empty
   * @param row the host as it judged, without what it holds; empty when nobody has seen it
   */
  public record Held(
      HostId host,
      String batch,
      long round,
      List<InstanceId> refused,
      String reason,
      Optional<HostRow> row)
      implements CborSerializable {
    public Held {
      refused = List.copyOf(refused);
    }
  }

  /** Zone, aggregate metadata and the connection's flag as the catalog has them now. */
  public interface Lookup {
    HostState.Surroundings of(HostId host, Optional<ConnectionId> connection, boolean up);
  }

  /** How long removing a condemned guest may take before it is tried again. */
  private static final Duration EVICTION = Duration.ofMinutes(2);

  /** Longer than the group's own question to another host, shorter than the instance's to us. */
  private static final Duration GROUP_ANSWER = Duration.ofSeconds(4);

  /** Shorter than the instance's question to us, and than a new scheduler's silence. */
  private static final Duration SPREAD_ANSWER = Duration.ofSeconds(3);

  /** Longer than the rest of a round takes and the claims after it. */
  public static final Duration HELD = Duration.ofSeconds(30);

  /**
   * A claim and the number of the question that was put to its group.
   *
   * @param toScheduler whether it was put to the scheduler, about the group's spread
   */
  private record Joining(MakeClaim claim, long question, boolean toScheduler) {}

  /** A boot makes its volumes right after its claim, one after the other. */
  private static final Duration ROOM_KEPT = Duration.ofMinutes(2);

  /**
   * Whose answer is awaited. An operation may have two commands under way, a spawn that hangs and
   * the destroy that ends it: an answer goes to the one that asked for it, or a destroy would be
   * taken for done when the spawn was.
   */
  private record Waiting(InstanceId instance, OperationId operation, String command) {
    static Waiting of(DriverCommand command) {
      return new Waiting(command.target().instance(), command.target().operation(), command.name());
    }
  }

  /**
   * Who asked last, and the number of that question. An answer to an earlier one says what was true
   * before the command was begun once more, or before it was taken back: a migration that had
   * failed then may have succeeded since, and its guest be where nobody looks for it.
   */
  private record Asked(long question, Optional<Long> leaves, ActorRef<DriverActor.Reply> asker) {}

  /** Longer than anybody waits; who needs to asks again. */
  private static final Duration DRIVER_ANSWER = RUN_ANSWER.plusSeconds(10);

  private final HostId id;
  private final Entities entities;
  private final Lookup lookup;
  private final FleetSettings settings;
  private final JournalMeter.Writes writes;
  private final UnknownGuestsMeter unknown;
  private final Clock clock;
  private final ActorContext<Message> context;
  private final ActorRef<InstanceActor.ClaimConfirmed> confirmations;

  /** What the host's connection has said last. */
  private enum Health {
    /** Nothing yet to this incarnation: the host neither promises nor refuses anything. */
    UNHEARD,
    UP,
    DOWN
  }

  private Health health = Health.UNHEARD;
  private boolean epochIsOurs;
  private String through = "";
  private Optional<ActorRef<ConnectionActor.Message>> connectionActor = Optional.empty();
  private Set<String> driverLacks = Set.of();
  private Instant lastSeen = Instant.EPOCH;
  private List<GuestReport> foreignGuests = List.of();
  private final Map<Waiting, Asked> waiting = new HashMap<>();

  /** Commands that came before the connection was heard of. */
  private final SequencedMap<Waiting, Run> unheard = new LinkedHashMap<>();

  /** And claims. */
  private final SequencedMap<InstanceId, MakeClaim> unheardClaims = new LinkedHashMap<>();

  private final Set<InstanceId> building = new HashSet<>();

  /** Guests that could not be built since the last that could. */
  private int failedBuilds;

  /** Claims that wait for the agreement of their affinity group. */
  private final Map<InstanceId, Joining> joining = new HashMap<>();

  private final KeptRoom kept;

  private long questions;

  /** How often a scheduler has asked what is here. */
  private long words;

  /** Instances that wait for others to leave. */
  private final Map<InstanceId, Preempt> preempting = new HashMap<>();

  /**
   * Instances with a driver command under way when the hypervisor was last asked for the guests, or
   * since. What it shows may be older than that command and says nothing about them.
   */
  private Set<InstanceId> touched = new HashSet<>();

  /** The same between the question before and the last one: they have just used their claims. */
  private Set<InstanceId> touchedBefore = Set.of();

  /**
   * Instances that have had a guest here, as far as this incarnation knows. A claim of another one
   * may be for a guest that is yet to be made: an answer that it is not there could come to the
   * instance when it is.
   */
  private final Set<InstanceId> shown = new HashSet<>();

  /** Claims that their instances, at rest, stood by when they were asked, with the generation. */
  private final Map<InstanceId, Long> standing = new HashMap<>();

  private long comparisons;

  /** So many comparisons with the hypervisor later an instance is asked for its claim once more. */
  private static final int ASK_ANYWAY = 12;

  public static Behavior<Message> create(
      HostId id,
      Entities entities,
      Lookup lookup,
      FleetSettings settings,
      JournalMeter journal,
      Clock clock) {
    return create(
        id,
        entities,
        lookup,
        settings,
        journal,
        new UnknownGuestsMeter(new SimpleMeterRegistry()),
        clock);
  }

  public static Behavior<Message> create(
      HostId id,
      Entities entities,
      Lookup lookup,
      FleetSettings settings,
      JournalMeter journal,
      UnknownGuestsMeter unknown,
      Clock clock) {
    return Behaviors.setup(
        context -> new HostActor(id, entities, lookup, settings, journal, unknown, clock, context));
  }

  private HostActor(
      HostId id,
      Entities entities,
      Lookup lookup,
      FleetSettings settings,
      JournalMeter journal,
      UnknownGuestsMeter unknown,
      Clock clock,
      ActorContext<Message> context) {
    super(
        PersistenceId.of(KEY.name(), id.value()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.id = id;
    this.entities = entities;
    this.lookup = lookup;
    this.settings = settings;
    this.writes = journal.writesOf(KEY.name());
    this.unknown = unknown;
    this.clock = clock;
    this.kept = new KeptRoom(clock);
    this.context = context;
    this.confirmations = context.messageAdapter(InstanceActor.ClaimConfirmed.class, Confirmed::new);
  }

  @Override
  public HostState emptyState() {
    return HostState.UNKNOWN;
  }

  @Override
  public EventHandler<HostState, HostEvent> eventHandler() {
    return HostState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(500, 2);
  }

  @Override
  public SignalHandler<HostState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.class,
            (state, _) -> {
              writes.abandon();
              introduce(state);
            })
        .onSignal(
            PostStop.class,
            (_, _) -> {
              writes.abandon();
              unknown.seen(id, 0);
            })
        .build();
  }

  @Override
  public CommandHandler<Message, HostEvent, HostState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case MakeClaim claim -> onClaim(state, claim);
          case Hold hold -> {
            hold.replyTo().tell(hold(state, hold));
            yield Effect().none();
          }
          case GiveBack(var instances) -> {
            instances.forEach(kept::forget);
            yield Effect().none();
          }
          case ReleaseClaim(var instance, var generation, var replyTo) ->
              onRelease(state, instance, generation, () -> replyTo.tell(new ClaimGone()));
          case Condemn condemn -> onCondemn(state, condemn);
          case Preempt preempt -> onPreempt(state, preempt);
          case StoreVolume store -> onStore(state, store);
          case RoomAnswered answer -> onRoomAnswered(state, answer);
          case DropVolume(var volume, var replyTo) -> onDrop(state, volume, replyTo);
          case AskPool(var replyTo) -> {
            replyTo.tell(new PoolReply(state.pool()));
            yield Effect().none();
          }
          case AskIfGone(var instance, var replyTo) -> {
            replyTo.tell(new GoneReply(state.claim(instance).isEmpty()));
            yield Effect().none();
          }
          case Run run -> onRun(state, run);
          case FromDriver answer -> onDriver(state, answer);
          case Seen seen -> onSeen(state, seen);
          case Lost(var error) -> onLost(state, error);
          case Compare() -> {
            compare(state);
            yield Effect().none();
          }
          case GuestsAnswer(var comparison, var reply) -> onGuests(state, comparison, reply);
          case GuestChanged(var event) -> {
            var seen = GuestReported.seen(id, event.generation(), event.power(), event.reason());
            report(state, event.instance(), seen);
            yield Effect().none();
          }
          case Confirmed(var answer) -> onConfirmed(state, answer);
          case GroupAnswered answer -> onGroupAnswered(state, answer);
          case SpreadAnswered answer -> onSpreadAnswered(state, answer);
          case Administer(var change, var replyTo) -> onAdminister(state, change, replyTo);
          case Equip(var change, var replyTo) -> onEquip(state, change, replyTo);
          case Remove(var replyTo) -> onRemove(state, replyTo);
          case CountMembers(var group, var replyTo) -> {
            replyTo.tell(new MembersHere(state.members(group) + joining(group)));
            yield Effect().none();
          }
          case Publish() -> {
            publishAtOnce(state); // unheard of, it does so when it is told
            words++;
            askSchedulerAgain();
            yield Effect().none();
          }
          case Forget() ->
              state.known()
                  ? persist(new HostEvent.Forgotten())
                      .thenRun(() -> entities.schedulerPost().tell(new SchedulerActor.HostGone(id)))
                  : Effect().none();
          case GetView(var replyTo) -> {
            replyTo.tell(new ViewReply(view(state)));
            yield Effect().none();
          }
          case GetStatus(var replyTo) -> {
            replyTo.tell(new StatusReply(status(state)));
            yield Effect().none();
          }
          case GetPlace(var instance, var size, var replyTo) -> {
            replyTo.tell(new PlaceReply(state.place(instance, size)));
            yield Effect().none();
          }
        };
  }

  private boolean up() {
    return health == Health.UP;
  }

  /** Asks the connection how it is; it answers with {@link Seen} or {@link Lost} when it knows. */
  private void introduce(HostState state) {
    state
        .connection()
        .ifPresent(through -> entities.connection(through).tell(new ConnectionActor.Introduce(id)));
  }

  private EffectBuilder<HostEvent, HostState> persist(HostEvent event) {
    writes.begin();
    return Effect().persist(event).thenRun(writes::end);
  }

  // ---- claims

  private Effect<HostEvent, HostState> onClaim(HostState state, MakeClaim claim) {
    var spec = claim.spec();
    if (health == Health.UNHEARD && state.known()) {
      unheardClaims.put(spec.instance(), claim);
      introduce(state);
      return Effect().none();
    }
    var has = state.claim(spec.instance()).filter(one -> !one.condemned());
    if (has.filter(one -> one.isMoreThan(spec.resources(), claim.generation())).isPresent()
        && !state.needsAnotherPlace(spec)) {
      return grant(state, claim); // giving back needs no hypervisor
    }
    if (!up() && has.isPresent()) {
      // After a crash the claim is asked for again before the hypervisor has answered. Refused, the
      // instance would go elsewhere and leave its claim, or even its guest, behind.
      claim.replyTo().tell(new ClaimUnsure("the hypervisor does not answer"));
      return Effect().none();
    }
    var refusal = refusal(state, claim);
    if (refusal.isPresent()) {
      return refuse(state, claim, refusal.get());
    }
    if (state.claim(spec.instance()).isPresent()) {
      return grant(state, claim);
    }
    var group = spec.group().filter(one -> one.policy() == GroupSpec.Policy.AFFINITY);
    if (group.isPresent()) {
      return askGroup(claim, group.get().id());
    }
    return spec.toBeSpread() ? askScheduler(claim) : grant(state, claim);
  }

  private Optional<String> refusal(HostState state, MakeClaim claim) {
    if (!state.known()) {
      return Optional.of("unknown host");
    }
    if (state.administration().forcedDown() && state.claim(claim.spec().instance()).isEmpty()) {
      return Optional.of("the host is forced down");
    }
    var beside = beside(state, claim.spec().instance());
    return up()
        ? beside
            .refusal(claim.spec(), claim.generation(), row(beside))
            .or(() -> tooLittleForVolumes(beside, claim.spec()))
        : Optional.of("the hypervisor does not answer");
  }

  /** Of what the instance's own disk leaves. */
  private Optional<String> tooLittleForVolumes(HostState beside, RequestSpec spec) {
    long gib = spec.detail().newVolumesGib();
    if (gib == 0 || beside.claim(spec.instance()).isPresent()) {
      return Optional.empty();
    }
    var after = row(beside).withMoreDisk(spec.resources().diskGib());
    return VolumeScheduling.tooLittle(
            StoragePools.asSeenBy(after, settings.pools()), gib, settings.pools())
        .map(PoolExplanation::message);
  }

  // ---- room that is kept for instances that are placed together

  private Held hold(HostState state, Hold hold) {
    var refused = new ArrayList<InstanceId>();
    var reason = "";
    hold.specs().forEach(spec -> kept.forget(spec.instance()));
    var beside = state.known() ? besideAll(state) : state;
    for (RequestSpec spec : hold.specs()) {
      var refusal = refusalToHold(beside, spec);
      if (refusal.isPresent()) {
        reason = refused.isEmpty() ? refusal.get() : reason;
        refused.add(spec.instance());
      } else {
        beside = having(beside, spec);
      }
    }
    if (refused.isEmpty()) {
      kept.keep(hold.specs(), HELD);
    }
    return new Held(
        id,
        hold.batch(),
        hold.round(),
        refused,
        reason,
        state.known() && health != Health.UNHEARD ? Optional.of(row(state)) : Optional.empty());
  }

  private Optional<String> refusalToHold(HostState beside, RequestSpec spec) {
    if (!beside.known() || !up()) {
      return Optional.of("the hypervisor does not answer");
    }
    return beside.administration().forcedDown()
        ? Optional.of("the host is forced down")
        : beside.refusal(spec, 0, row(beside)).or(() -> tooLittleForVolumes(beside, spec));
  }

  /** The host as if everybody but this instance had claimed what is kept for them. */
  private HostState beside(HostState state, InstanceId instance) {
    return havingAll(state, spec -> !spec.instance().equals(instance));
  }

  private HostState besideAll(HostState state) {
    return havingAll(state, _ -> true);
  }

  private HostState havingAll(HostState state, Predicate<RequestSpec> which) {
    var all = state;
    for (RequestSpec one : kept.members()) {
      all = which.test(one) ? having(all, one) : all;
    }
    return all;
  }

  private HostState having(HostState state, RequestSpec spec) {
    if (state.claim(spec.instance()).isPresent()) {
      return state;
    }
    var claim = state.claimOf(spec, 0, row(state));
    var withVolumes = claim.amount().plus(new Resources(0, 0, spec.detail().newVolumesGib()));
    return state.evolve(new HostEvent.Claimed(claim.of(withVolumes)));
  }

  // ---- groups that have a say in it

  private Effect<HostEvent, HostState> askGroup(MakeClaim claim, String group) {
    var instance = claim.spec().instance();
    if (isAskedAlready(claim)) {
      return Effect().none();
    }
    var question = ++questions;
    joining.put(instance, new Joining(claim, question, false));
    context.ask(
        ServerGroupActor.JoinReply.class,
        entities.serverGroup(group),
        GROUP_ANSWER,
        (ActorRef<ServerGroupActor.JoinReply> to) -> new ServerGroupActor.Join(id, to),
        (answer, noAnswer) ->
            new GroupAnswered(
                instance,
                question,
                switch (answer) {
                  case null -> Optional.of("server group " + group + " does not answer");
                  case ServerGroupActor.Joined() -> Optional.empty();
                  case ServerGroupActor.Elsewhere(var reason) -> Optional.of(reason);
                }));
    return Effect().none();
  }

  private Effect<HostEvent, HostState> onGroupAnswered(HostState state, GroupAnswered answer) {
    var waiting = joining.get(answer.instance());
    if (waiting == null || waiting.question() != answer.question()) {
      return Effect().none(); // its instance gave it up meanwhile
    }
    joining.remove(answer.instance());
    var claim = waiting.claim();
    var reason = answer.refusal().or(() -> refusal(state, claim));
    if (reason.isPresent()) {
      return refuse(state, claim, reason.get());
    }
    return claim.spec().toBeSpread() ? askScheduler(claim) : grant(state, claim);
  }

  /** Whoever asks again hears the answer to the question that is under way. */
  private boolean isAskedAlready(MakeClaim claim) {
    var asked = joining.get(claim.spec().instance());
    if (asked == null) {
      return false;
    }
    asked.claim().replyTo().tell(new ClaimUnsure("it was asked for once more"));
    joining.put(claim.spec().instance(), new Joining(claim, asked.question(), asked.toScheduler()));
    return true;
  }

  /**
   * No host can see how a group is spread over the others. Its scheduler can, which counts this
   * member from the moment that it agrees.
   */
  private Effect<HostEvent, HostState> askScheduler(MakeClaim claim) {
    if (!isAskedAlready(claim)) {
      putToScheduler(claim);
    }
    return Effect().none();
  }

  private void putToScheduler(MakeClaim claim) {
    var instance = claim.spec().instance();
    var question = ++questions;
    joining.put(instance, new Joining(claim, question, true));
    context.ask(
        SchedulerActor.JoinAnswer.class,
        entities.scheduler(),
        SPREAD_ANSWER,
        (ActorRef<SchedulerActor.JoinAnswer> to) ->
            new SchedulerActor.MayJoin(id, claim.spec(), to),
        (answer, _) -> new SpreadAnswered(instance, question, Optional.ofNullable(answer)));
  }

  /**
   * A scheduler that has just begun asks what is here, and hears nothing of who is about to come by
   * the word of the former one. That word does not count any more.
   */
  private void askSchedulerAgain() {
    joining.values().stream()
        .filter(Joining::toScheduler)
        .map(Joining::claim)
        .toList()
        .forEach(this::putToScheduler);
  }

  private Effect<HostEvent, HostState> onSpreadAnswered(HostState state, SpreadAnswered answer) {
    var waiting = joining.get(answer.instance());
    if (waiting == null || waiting.question() != answer.question()) {
      return Effect().none();
    }
    joining.remove(answer.instance());
    var claim = waiting.claim();
    if (answer.answer().filter(SchedulerActor.JoinAnswer::known).isEmpty()) {
      claim.replyTo().tell(new ClaimUnsure("the scheduler does not say how the group is spread"));
      return Effect().none();
    }
    var reason = answer.answer().get().refusal().or(() -> refusal(state, claim));
    return reason.isPresent() ? refuse(state, claim, reason.get()) : grant(state, claim);
  }

  private int joining(String group) {
    return (int)
        joining.values().stream()
            .flatMap(one -> one.claim().spec().group().stream())
            .filter(one -> one.id().equals(group))
            .count();
  }

  private Effect<HostEvent, HostState> grant(HostState state, MakeClaim claim) {
    var spec = claim.spec();
    var has = state.claim(spec.instance());
    if (has.isEmpty() || has.get().amount().equals(spec.resources())) { // not resized where it is
      building.add(spec.instance());
    }
    var beside = beside(state, spec.instance());
    var made = beside.claimOf(spec, claim.generation(), row(beside));
    kept.forget(spec.instance());
    var answer = new ClaimMade(around(state).zone());
    if (state.claim(spec.instance()).filter(made::equals).isPresent()) {
      claim.replyTo().tell(answer);
      return Effect().none();
    }
    keepRoom(state, spec);
    return persist(new HostEvent.Claimed(made))
        .thenRun(
            (HostState after) -> {
              claim.replyTo().tell(answer);
              publish(after, List.of(spec.instance()));
            });
  }

  private Effect<HostEvent, HostState> refuse(HostState state, MakeClaim claim, String reason) {
    context
        .getLog()
        .info("host {} refuses the claim of instance {}: {}", id, claim.spec().instance(), reason);
    kept.forget(claim.spec().instance());
    claim.replyTo().tell(new ClaimRefused(reason));
    entities.schedulerPost().tell(new SchedulerActor.ClaimRefused(id));
    publish(state, List.of(claim.spec().instance()));
    return Effect().none();
  }

  private Effect<HostEvent, HostState> onRelease(
      HostState state, InstanceId instance, long generation, Runnable whenGone) {
    building.remove(instance);
    kept.forget(instance);
    kept.forgetVolumes(instance);
    var asked = joining.remove(instance);
    if (asked != null) {
      asked.claim().replyTo().tell(new ClaimUnsure("it was given up meanwhile"));
    }
    if (state.claim(instance).filter(claim -> claim.generation() <= generation).isEmpty()) {
      whenGone.run();
      return Effect().none();
    }
    return release(instance, whenGone);
  }

  private Effect<HostEvent, HostState> release(InstanceId instance, Runnable whenDone) {
    building.remove(instance);
    standing.remove(instance);
    shown.remove(instance);
    return persist(new HostEvent.Released(instance))
        .thenRun(
            (HostState after) -> {
              whenDone.run();
              publish(after, List.of(instance));
              answerPreempting(after);
            });
  }

  private Effect<HostEvent, HostState> onCondemn(HostState state, Condemn condemn) {
    var instance = condemn.instance();
    var claim = state.claim(instance).filter(one -> one.generation() <= condemn.generation());
    if (claim.isEmpty() || claim.get().condemned()) {
      condemn.replyTo().tell(new ClaimGone());
      return Effect().none();
    }
    return persist(new HostEvent.Condemned(instance, condemn.keepsDisk()))
        .thenRun(
            (HostState after) -> {
              condemn.replyTo().tell(new ClaimGone());
              evict(after, after.claim(instance).orElseThrow());
            });
  }

  private Effect<HostEvent, HostState> onPreempt(HostState state, Preempt preempt) {
    preempting.put(preempt.by(), preempt);
    if (!answerPreempting(state).contains(preempt.by())) {
      var preemption = preempt.preemption();
      for (Claim claim : state.yielding(preemption, preempt.priority())) {
        context
            .getLog()
            .info(
                "host {} has instance {} leave for instance {}, {}",
                id,
                claim.instance(),
                preempt.by(),
                preempt.operation());
        entities
            .instance(claim.instance())
            .tell(
                new InstanceActor.MustLeave(
                    new Eviction(
                        id,
                        claim.generation(),
                        preemption.mode(),
                        preemption.graceMillis(),
                        preempt.by(),
                        preempt.operation())));
      }
    }
    return Effect().none();
  }

  /** Whoever waits for claims to go that are gone; who has given up meanwhile is not hurt. */
  private Set<InstanceId> answerPreempting(HostState state) {
    var done = new HashSet<InstanceId>();
    for (Preempt one : preempting.values()) {
      if (state.yielding(one.preemption(), one.priority()).isEmpty()) {
        done.add(one.by());
      }
    }
    done.forEach(by -> preempting.remove(by).replyTo().tell(new ClaimGone()));
    return done;
  }

  private void evict(HostState state, Claim claim) {
    if (!up()) {
      return;
    }
    context
        .getLog()
        .info("host {} removes the condemned guest of instance {}", id, claim.instance());
    var target =
        new GuestTarget(
            claim.instance(),
            id.value(),
            claim.generation(),
            0,
            new OperationId("req-evict-" + claim.instance()),
            clock.instant().plus(EVICTION));
    context
        .getSelf()
        .tell(
            new Run(
                new DriverCommand.Destroy(target, claim.keepsDisk()),
                Optional.of(claim.generation()),
                context.getSystem().ignoreRef()));
  }

  // ---- volumes

  private Effect<HostEvent, HostState> onStore(HostState state, StoreVolume store) {
    var has = state.volumeGib(store.volumeId());
    if (has.filter(room -> room >= store.gib()).isPresent()) {
      store.replyTo().tell(new StoreReply(Optional.empty(), true, state.pool()));
      return Effect().none();
    }
    var refusal = refusal(state, store);
    if (refusal.isPresent()) {
      store.replyTo().tell(new StoreReply(refusal, has.isPresent()));
      return Effect().none();
    }
    return state.pool().isPresent() ? askForRoom(state, store) : store(state, store);
  }

  private long more(HostState state, StoreVolume store) {
    return store.gib() - state.volumeGib(store.volumeId()).orElse(0L);
  }

  private Optional<String> refusal(HostState state, StoreVolume store) {
    if (!state.known()) {
      return Optional.of("host " + id + " is not known");
    }
    var pool = StoragePools.asSeenBy(row(besideAll(state)), settings.pools());
    var more = more(state, store);
    return VolumeScheduling.tooLittle(pool, more - roomFor(store, more), settings.pools())
        .map(PoolExplanation::message);
  }

  /** GiB of what the volume needs that are kept for its instance. */
  private long roomFor(StoreVolume store, long more) {
    return store.by().map(by -> Math.min(kept.forVolumes(by), more)).orElse(0L);
  }

  private void keepRoom(HostState state, RequestSpec spec) {
    long gib = spec.detail().newVolumesGib();
    if (gib > 0 && state.claim(spec.instance()).isEmpty()) {
      kept.keepForVolumes(spec.instance(), gib, ROOM_KEPT);
    }
  }

  /** What is left of a pool that several hosts have, no host can see alone. */
  private Effect<HostEvent, HostState> askForRoom(HostState state, StoreVolume store) {
    var more = more(state, store);
    var word = words;
    context.ask(
        SchedulerActor.JoinAnswer.class,
        entities.scheduler(),
        SPREAD_ANSWER,
        (ActorRef<SchedulerActor.JoinAnswer> to) ->
            new SchedulerActor.MayStore(id, store.volumeId(), more, roomFor(store, more), to),
        (answer, _) -> new RoomAnswered(store, word, Optional.ofNullable(answer)));
    return Effect().none();
  }

  /** Whoever hears nothing asks again. */
  private Effect<HostEvent, HostState> onRoomAnswered(HostState state, RoomAnswered answer) {
    var said = answer.answer().filter(one -> one.known() && answer.word() == words);
    if (said.isEmpty()) {
      return Effect().none();
    }
    var store = answer.asked();
    var refusal = said.get().refusal().or(() -> refusal(state, store));
    if (refusal.isPresent()) {
      var isHere = state.volumeGib(store.volumeId()).isPresent();
      store.replyTo().tell(new StoreReply(refusal, isHere));
      return Effect().none();
    }
    return store(state, store);
  }

  private Effect<HostEvent, HostState> store(HostState state, StoreVolume store) {
    long taken = roomFor(store, more(state, store));
    store.by().ifPresent(by -> kept.taken(by, taken));
    return persist(new HostEvent.VolumeStored(store.volumeId(), store.gib()))
        .thenRun(
            (HostState after) -> {
              store.replyTo().tell(new StoreReply(Optional.empty(), true, after.pool()));
              tellScheduler(after, List.of(), List.of(store.volumeId()));
            });
  }

  private Effect<HostEvent, HostState> onDrop(
      HostState state, String volume, ActorRef<StoreReply> replyTo) {
    if (state.volumeGib(volume).isEmpty()) {
      replyTo.tell(new StoreReply(Optional.empty(), false));
      return Effect().none();
    }
    return persist(new HostEvent.VolumeDropped(volume))
        .thenRun(
            (HostState after) -> {
              replyTo.tell(new StoreReply(Optional.empty(), false));
              publish(after, List.of());
            });
  }

  // ---- driver commands

  private Effect<HostEvent, HostState> onRun(HostState state, Run run) {
    if (health == Health.UNHEARD && state.known()) {
      unheard.put(Waiting.of(run.command()), run);
      introduce(state);
      return Effect().none();
    }
    if (epochIsOurs) {
      hand(state, run);
      return Effect().none();
    }
    return persist(new HostEvent.EpochTaken(state.epoch() + 1))
        .thenRun(
            (HostState after) -> {
              epochIsOurs = true;
              hand(after, run);
            });
  }

  private void handWhatWaited() {
    unheardClaims.values().forEach(context.getSelf()::tell);
    unheardClaims.clear();
    unheard.values().forEach(context.getSelf()::tell);
    unheard.clear();
  }

  private void hand(HostState state, Run run) {
    var target = run.command().target();
    if (state.connection().isEmpty()) {
      var failure =
          new DriverFailure(DriverFailure.Kind.RETRYABLE, "host " + id + " has no connection now");
      run.replyTo().tell(DriverActor.Failed.of(run.command(), failure));
      return;
    }
    touched.add(target.instance());
    var to = Waiting.of(run.command());
    long question = ++questions;
    waiting.put(to, new Asked(question, run.leaves(), run.replyTo()));
    var command = placed(state, run.command()).withEpoch(state.epoch());
    context.ask(
        DriverActor.Reply.class,
        entities.connection(state.connection().get()),
        DRIVER_ANSWER,
        (ActorRef<DriverActor.Reply> us) -> new ConnectionActor.Execute(command, through, us),
        (reply, noAnswer) -> new FromDriver(to, question, Optional.ofNullable(reply)));
  }

  /** Only the host knows where on it a guest is to run. */
  private static DriverCommand placed(HostState state, DriverCommand command) {
    return command
        .sizeAsked()
        .map(size -> command.at(state.placement(command.target().instance(), size)))
        .orElse(command);
  }

  private Effect<HostEvent, HostState> onDriver(HostState state, FromDriver answer) {
    touched.add(answer.to().instance());
    var asked = waiting.get(answer.to());
    if (asked == null || asked.question() != answer.question()) {
      return Effect().none();
    }
    waiting.remove(answer.to());
    if (answer.reply().isEmpty()) {
      return Effect().none();
    }
    var reply = answer.reply().get();
    building.remove(reply.instance());
    countFailures(state, reply);
    noteGuest(reply);
    if (reply instanceof DriverActor.Done && asked.leaves().isPresent()) {
      return onRelease(
          state, reply.instance(), asked.leaves().get(), () -> asked.asker().tell(reply));
    }
    asked.asker().tell(reply);
    return Effect().none();
  }

  private void noteGuest(DriverActor.Reply reply) {
    if (reply instanceof DriverActor.Done done
        && done.result() instanceof DriverResult.Guest guest) {
      if (guest.present()) {
        shown.add(reply.instance());
      } else {
        shown.remove(reply.instance());
      }
    }
  }

  private void countFailures(HostState state, DriverActor.Reply reply) {
    if (!reply.command().equals(StepKind.SPAWN.call())) {
      return;
    }
    var before = failedBuilds;
    switch (reply) {
      case DriverActor.Done _ -> failedBuilds = 0;
      case DriverActor.Failed failed -> failedBuilds += isTheHosts(failed.failure()) ? 1 : 0;
    }
    if (failedBuilds != before) {
      publish(state, List.of());
    }
  }

  private static boolean isTheHosts(DriverFailure failure) {
    return failure.kind() == DriverFailure.Kind.HOST_FAULT
        || failure.kind() == DriverFailure.Kind.RETRYABLE;
  }

  // ---- what the hypervisor shows

  private Effect<HostEvent, HostState> onSeen(HostState state, Seen seen) {
    var connection = seen.connection();
    var inventory = seen.inventory();
    if (!seen.incarnation().equals(through)) {
      through = seen.incarnation();
      epochIsOurs =
          false; // what went through the former one must not overtake what goes through this
    }
    connectionActor = seen.by();
    lastSeen = clock.instant();
    driverLacks = seen.driverLacks();
    var wasUp = up();
    health = Health.UP;
    handWhatWaited();
    if (!wasUp) {
      context.getLog().info("host {} is up through connection {}", id, connection);
      state.claims().stream().filter(Claim::condemned).forEach(claim -> evict(state, claim));
    }
    if (state.connection().filter(connection::equals).isPresent()
        && state.inventory().filter(inventory::equals).isPresent()) {
      if (!wasUp) {
        publish(state, List.of());
      }
      return Effect().none();
    }
    if (state.connection().filter(known -> !known.equals(connection)).isPresent()
        && !state.claims().isEmpty()) {
      context
          .getLog()
          .error(
              "host {} has instances through connection {} and is now also shown by {}: ignored",
              id,
              state.connection().get(),
              connection);
      return Effect().none();
    }
    return persist(new HostEvent.Discovered(connection, inventory))
        .thenRun((HostState after) -> publish(after, List.of()));
  }

  private Effect<HostEvent, HostState> onLost(HostState state, String error) {
    if (health != Health.DOWN) {
      health = Health.DOWN;
      handWhatWaited();
      context.getLog().warn("host {} is down: {}", id, error);
      publish(state, List.of());
    }
    return Effect().none();
  }

  private void compare(HostState state) {
    if (state.connection().isEmpty()) {
      return;
    }
    touchedBefore = touched;
    touched = waiting.keySet().stream().map(Waiting::instance).collect(toCollection(HashSet::new));
    long comparison = ++comparisons;
    context.ask(
        DriverActor.GuestsReply.class,
        entities.connection(state.connection().get()),
        DRIVER_ANSWER,
        (ActorRef<DriverActor.GuestsReply> us) -> new ConnectionActor.ListGuests(id, us),
        (reply, noAnswer) -> new GuestsAnswer(comparison, Optional.ofNullable(reply)));
  }

  private Effect<HostEvent, HostState> onGuests(
      HostState state, long comparison, Optional<DriverActor.GuestsReply> reply) {
    if (comparison != comparisons) {
      return Effect().none(); // something was done since that only a later one knows of
    }
    return switch (reply.orElse(null)) {
      case DriverActor.GuestsShown(_, var guests) -> onGuests(state, guests);
      case DriverActor.GuestsUnknown(_, var failure) -> {
        context.getLog().warn("host {}: guests cannot be listed: {}", id, failure);
        yield Effect().none();
      }
      case null -> Effect().none();
    };
  }

  private Effect<HostEvent, HostState> onGuests(HostState state, List<GuestReport> guests) {
    foreignGuests =
        guests.stream()
            .filter(guest -> guest.instance().flatMap(state::claim).isEmpty())
            .sorted(Comparator.comparing(GuestReport::name))
            .toList();
    unknown.seen(id, foreignGuests.size());
    var seen = new HashMap<InstanceId, GuestReport>();
    guests.forEach(guest -> guest.instance().ifPresent(one -> seen.put(one, guest)));
    foreignGuests.forEach(this::tellItsInstance);
    for (Claim claim : state.claims()) {
      if (claim.condemned()) {
        evict(state, claim);
        continue;
      }
      if (touched.contains(claim.instance())) {
        continue;
      }
      var guest = seen.get(claim.instance());
      var why = "found by reconciliation";
      if (guest != null) {
        shown.add(claim.instance());
        var report = GuestReported.seen(id, guest.generation(), guest.power(), why);
        report(state, claim.instance(), report);
      } else if (shown.contains(claim.instance()) || stood(claim)) {
        report(state, claim.instance(), GuestReported.gone(id, claim.generation(), why));
      }
      if (!touchedBefore.contains(claim.instance()) && mayBeLeftOver(claim)) {
        entities
            .instance(claim.instance())
            .tell(new InstanceActor.ConfirmClaim(id, claim.generation(), confirmations));
      }
    }
    return Effect().none();
  }

  private boolean stood(Claim claim) {
    return standing.getOrDefault(claim.instance(), -1L) == claim.generation();
  }

  /** An instance that stood by its claim says so itself when it leaves; it is asked rarely. */
  private boolean mayBeLeftOver(Claim claim) {
    return !stood(claim)
        || Math.floorMod(comparisons + claim.instance().hashCode(), ASK_ANYWAY) == 0;
  }

  /** A guest with our mark that nobody claimed here: perhaps its instance misses it elsewhere. */
  private void tellItsInstance(GuestReport guest) {
    guest
        .instance()
        .ifPresent(
            instance ->
                entities
                    .instance(instance)
                    .tell(
                        new InstanceActor.Reported(
                            GuestReported.seen(
                                id, guest.generation(), guest.power(), "found on another host"))));
  }

  private void report(HostState state, InstanceId instance, GuestReported report) {
    if (state.claim(instance).isPresent()) {
      entities.instance(instance).tell(new InstanceActor.Reported(report));
    }
  }

  /**
   * A claim that its instance knows nothing of was left over by a crash between two nodes: it goes.
   */
  private Effect<HostEvent, HostState> onConfirmed(
      HostState state, InstanceActor.ClaimConfirmed answer) {
    var leftOver =
        state
            .claim(answer.instance())
            .filter(claim -> !claim.condemned() && claim.generation() == answer.generation());
    if (answer.stands() || leftOver.isEmpty()) {
      leftOver
          .filter(_ -> answer.atRest())
          .ifPresent(claim -> standing.put(claim.instance(), claim.generation()));
      return Effect().none();
    }
    context
        .getLog()
        .warn("host {}: the claim of instance {} does not stand", id, answer.instance());
    if (answer.foreign()) {
      return release(answer.instance(), () -> {}); // an adoption that was given up
    }
    return persist(new HostEvent.Condemned(answer.instance(), false))
        .thenRun((HostState after) -> evict(after, after.claim(answer.instance()).orElseThrow()));
  }

  // ---- what an administrator decides

  private Effect<HostEvent, HostState> onAdminister(
      HostState state, Administration.Change change, ActorRef<AdministerReply> replyTo) {
    if (!state.known()) {
      replyTo.tell(new AdministerReply(Optional.empty(), Optional.of(unknown())));
      return Effect().none();
    }
    var wanted = state.administration().changedBy(change);
    if (wanted.equals(state.administration())) {
      replyTo.tell(new AdministerReply(view(state), Optional.empty()));
      return Effect().none();
    }
    return Effect()
        .persist(new HostEvent.Administered(wanted))
        .thenRun(
            (HostState after) -> {
              publishAtOnce(after);
              replyTo.tell(new AdministerReply(view(after), Optional.empty()));
            });
  }

  private Effect<HostEvent, HostState> onEquip(
      HostState state, Equipment.Change change, ActorRef<AdministerReply> replyTo) {
    if (!state.known()) {
      replyTo.tell(new AdministerReply(Optional.empty(), Optional.of(unknown())));
      return Effect().none();
    }
    var wanted = state.equipment().changedBy(change);
    var refusal = state.refusal(wanted);
    if (refusal.isPresent() || wanted.equals(state.equipment())) {
      replyTo.tell(new AdministerReply(view(state), refusal.map(Rejection.Conflict::new)));
      return Effect().none();
    }
    return persist(new HostEvent.Equipped(wanted))
        .thenRun(
            (HostState after) -> {
              publishAtOnce(after);
              replyTo.tell(new AdministerReply(view(after), Optional.empty()));
            });
  }

  private Effect<HostEvent, HostState> onRemove(
      HostState state, ActorRef<AdministerReply> replyTo) {
    var view = view(state);
    if (view.isEmpty()) {
      replyTo.tell(new AdministerReply(Optional.empty(), Optional.of(unknown())));
      return Effect().none();
    }
    if (!state.claims().isEmpty() || !joining.isEmpty()) {
      var reason =
          new Rejection.Conflict(
              "Host %s still has %d instances.".formatted(id, state.claims().size()));
      replyTo.tell(new AdministerReply(Optional.empty(), Optional.of(reason)));
      return Effect().none();
    }
    if (!state.volumes().isEmpty()) {
      var reason =
          new Rejection.Conflict(
              "Host %s still has %d volumes.".formatted(id, state.volumes().size()));
      replyTo.tell(new AdministerReply(Optional.empty(), Optional.of(reason)));
      return Effect().none();
    }
    return Effect()
        .persist(new HostEvent.Forgotten())
        .thenRun(
            () -> {
              entities.schedulerPost().tell(new SchedulerActor.HostGone(id));
              replyTo.tell(new AdministerReply(view, Optional.empty()));
            });
  }

  private Rejection unknown() {
    return new Rejection.NotFound("Compute host", id.value());
  }

  // ---- what others see

  private HostState.Surroundings around(HostState state) {
    var decided = state.administration();
    var outside = lookup.of(id, state.connection(), up() && !decided.forcedDown());
    return decided.enabled()
        ? outside
        : new HostState.Surroundings(
            outside.zone(),
            outside.aggregateMetadata(),
            false,
            decided.disabledReason(),
            outside.up());
  }

  private HostRow row(HostState state) {
    var row =
        state.row(id, 0, around(state), building.size(), settings).withMoreDisk(kept.forVolumes());
    return failedBuilds == 0 ? row : row.with(row.detail().withFailedBuilds(failedBuilds));
  }

  private void publish(HostState state, List<InstanceId> settled) {
    tellScheduler(state, settled, List.of());
  }

  private void tellScheduler(
      HostState state, List<InstanceId> settled, List<String> settledVolumes) {
    if (state.known() && health != Health.UNHEARD) {
      entities
          .schedulerPost()
          .tell(new SchedulerActor.HostDelta(row(state), settled, settledVolumes, connectionActor));
    }
  }

  /** What somebody has decided is not collected with other words: the next boot obeys it. */
  private void publishAtOnce(HostState state) {
    if (state.known() && health != Health.UNHEARD) {
      var delta = new SchedulerActor.HostDelta(row(state), List.of(), List.of(), connectionActor);
      entities.schedulerPost().tell(new SchedulerActor.HostDeltas(List.of(delta)));
    }
  }

  private HostStatus status(HostState state) {
    var around = around(state);
    return state.known() ? HostStatus.of(around.up(), around.enabled()) : HostStatus.UNKNOWN;
  }

  private Optional<HostView> view(HostState state) {
    if (!state.known()) {
      return Optional.empty();
    }
    var around = around(state);
    var row = row(state);
    var instances = new ArrayList<InstanceId>();
    state.claims().forEach(claim -> instances.add(claim.instance()));
    return Optional.of(
        new HostView(
            id,
            state.connection().orElseThrow(),
            state.inventory().orElseThrow(),
            row.cpuRatio(),
            row.ramRatio(),
            row.diskRatio(),
            row.reserved(),
            state.claimed(),
            instances,
            around.enabled(),
            around.disabledReason(),
            around.up(),
            around.zone(),
            foreignGuests.stream().map(GuestReport::name).toList(),
            lastSeen,
            state.administration().forcedDown(),
            building.size(),
            foreignGuests,
            state.equipment(),
            row.detail(),
            driverLacks));
  }
}
