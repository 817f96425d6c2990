package io.troupe.actors.scheduler;

import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.actors.Entities;
import io.troupe.actors.cluster.StoredPause;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.scheduler.pool.PoolExplanation;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.actors.scheduler.pool.StoragePools;
import io.troupe.actors.scheduler.pool.VolumeDecision;
import io.troupe.actors.scheduler.pool.VolumeRequest;
import io.troupe.actors.scheduler.pool.VolumeScheduling;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.SharedPool;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The cluster's one scheduler: keeps the table of hosts as they report themselves, and answers
 * where an instance may go. It reserves nothing; what it has just answered it keeps in mind until
 * the host's own word about it comes. Who would be refused is looked at once more a moment later,
 * when what hosts had said before the question has had the time to come.
 *
 * <p>It holds nothing that others do not know: after a start it first asks every connection for its
 * hosts, every host for its row, and the catalog whether it is paused, and answers then.
 */
public final class SchedulerActor extends AbstractBehavior<SchedulerActor.Message> {

  public sealed interface Message {}

  /**
   * Where may it go?
   *
   * @param mayPreempt whether preemptible instances may be named that would have to leave; false in
   *     messages of a former release
   */
  public record Place(RequestSpec spec, boolean mayPreempt, ActorRef<Decision> replyTo)
      implements Message, CborSerializable {
    /** Without anybody having to leave. */
    public Place(RequestSpec spec, ActorRef<Decision> replyTo) {
      this(spec, false, replyTo);
    }
  }

  public record Explain(RequestSpec spec, ActorRef<PlacementReport> replyTo)
      implements Message, CborSerializable {}

  /**
   * A host's word about itself.
   *
   * @param settled instances whose claims it has decided about since its last word
   * @param settledVolumes volumes that it has made room for since; none from a node of a former
   *     release
   * @param connection the actor that its commands go through; empty when the host has not seen it
   */
  public record HostDelta(
      HostRow row,
      List<InstanceId> settled,
      List<String> settledVolumes,
      Optional<ActorRef<ConnectionActor.Message>> connection)
      implements Message, CborSerializable {
    public HostDelta {
      connection = connection == null ? Optional.empty() : connection;
      settled = List.copyOf(settled);
      settledVolumes = settledVolumes == null ? List.of() : List.copyOf(settledVolumes);
    }

    /** About instances alone. */
    public HostDelta(HostRow row, List<InstanceId> settled) {
      this(row, settled, List.of(), Optional.empty());
    }
  }

  /** Where may this volume lie? Not answered while nothing is placed; it may be asked again. */
  public record PlaceVolume(VolumeRequest request, ActorRef<VolumeDecision> replyTo)
      implements Message, CborSerializable {}

  /**
   * May this host, which is about to make room for a volume in a pool that others have too? If so
   * it counts from now on.
   *
   * @param gib GiB that the volume needs more
   * @param counted GiB of these that the host's row has in it already
   */
  public record MayStore(
      HostId host, String volumeId, long gib, long counted, ActorRef<JoinAnswer> replyTo)
      implements Message, CborSerializable {}

  /** Which pools are there? */
  public record GetPools(ActorRef<Pools> replyTo) implements Message, CborSerializable {}

  /**
   * @param pools at most {@link #POOLS_AT_MOST}, the first by name
   */
  public record Pools(List<StoragePool> pools) implements CborSerializable {
    public Pools {
      pools = List.copyOf(pools);
    }
  }

  /** May an instance that is on this host be rebuilt there as the specification says? */
  public record MayRebuild(HostId host, RequestSpec spec, ActorRef<Rebuildable> replyTo)
      implements Message, CborSerializable {}

  /**
   * @param refusal empty when it may
   */
  public record Rebuildable(Optional<String> refusal) implements CborSerializable {}

  /**
   * Which hosts that are up have this pool of volumes? Answered with those that are known by now.
   */
  public record FindPool(SharedPool pool, ActorRef<PoolHosts> replyTo)
      implements Message, CborSerializable {}

  /**
   * @param hosts at most {@link #POOL_HOSTS_AT_MOST} of them, the first by name
   */
  public record PoolHosts(List<HostId> hosts) implements CborSerializable {
    public PoolHosts {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * May this host, which is about to grant the claim, have one more member of the group that is to
   * be spread? If so the member counts there from now on.
   */
  public record MayJoin(HostId host, RequestSpec spec, ActorRef<JoinAnswer> replyTo)
      implements Message, CborSerializable {}

  /**
   * @param known false while it cannot be told; it may be asked again
   * @param refusal empty when it may
   */
  public record JoinAnswer(boolean known, Optional<String> refusal) implements CborSerializable {}

  /**
   * The words of several hosts of one node, each in its turn.
   *
   * @param post an actor on the hosts' node; absent in messages of a former release
   */
  public record HostDeltas(List<HostDelta> deltas, Optional<ActorRef<Message>> post)
      implements Message, CborSerializable {
    public HostDeltas {
      deltas = List.copyOf(deltas);
      post = post == null ? Optional.empty() : post;
    }

    /** From a node that is not known. */
    public HostDeltas(List<HostDelta> deltas) {
      this(deltas, Optional.empty());
    }
  }

  public record HostGone(HostId host) implements Message, CborSerializable {}

  /** A host refused the claim of an instance that had been sent there. */
  public record ClaimRefused(HostId host) implements Message, CborSerializable {}

  /**
   * How many more of this fit?
   *
   * @param most stop counting there, 1 to {@link #COUNTED_AT_MOST}
   */
  public record GetCapacity(RequestSpec spec, int most, ActorRef<Capacity> replyTo)
      implements Message, CborSerializable {}

  public record GetFigures(ActorRef<SchedulerFigures> replyTo)
      implements Message, CborSerializable {}

  /**
   * From now on placements wait, each until its operation's deadline; questions are answered as
   * ever. Answered once it is in the catalog, where a scheduler that starts elsewhere finds it.
   */
  public record Pause(ActorRef<SchedulerFigures> replyTo) implements Message, CborSerializable {}

  /** What waited is placed now; harmless if nothing was paused. */
  public record Resume(ActorRef<SchedulerFigures> replyTo) implements Message, CborSerializable {}

  private record ConnectionHosts(ConnectionActor.Hosts hosts) implements Message {}

  /**
   * @param paused empty when the catalog did not say
   */
  private record PauseRead(Optional<Boolean> paused) implements Message {}

  /**
   * @param written false when the catalog did not answer; whoever asked for it will ask again
   */
  private record PauseWritten(boolean paused, boolean written, ActorRef<SchedulerFigures> replyTo)
      implements Message {}

  private record GiveUpWaiting() implements Message {}

  private record AskAgain() implements Message {}

  private record ForgetPromises() implements Message {}

  private record GiveUpBatch(String batch) implements Message {}

  private record HeldSomewhere(HostActor.Held answer) implements Message {}

  private record GiveUpRound(long round) implements Message {}

  private record LookAgain(Place place) implements Message {}

  private record LookAgainAtBatch(String batch) implements Message {}

  private record LookAgainForVolume(PlaceVolume place) implements Message {}

  /**
   * Nobody is refused sooner after the question: a host's word may come {@link
   * DeltaPostActor#BETWEEN} late and has a way to go, and whoever has seen that there is room, or a
   * new host, is right to expect it here.
   */
  public static final Duration WORDS_ARE_LATE = DeltaPostActor.BETWEEN.multipliedBy(4);

  /** Hosts that have not reported by then are left out until they do, unless others still do. */
  private static final Duration LONGEST_REBUILD = Duration.ofSeconds(10);

  /** While hosts go on reporting, there is a look this often whether all have. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /**
   * Who has not answered is asked again this often, for as long as it takes: a question to a node
   * that has just died is lost, and so may be the last of thousands that are sent at once.
   */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  /** Hosts asked in one round, far fewer than Artery's queue to a node takes. */
  private static final int ASKED_AGAIN_AT_MOST = 500;

  /** Hosts named in the log. */
  private static final int NAMED_AT_MOST = 5;

  /** Then it answers with what it has: a boot waits for a minute or two at most. */
  private static final int LOOKS = 10;

  /** Members of a batch come within moments of each other, or one of them has failed. */
  private static final Duration LONGEST_GATHERING = Duration.ofSeconds(20);

  /** A host judges from memory; its shard may be moving. */
  private static final Duration HOLD_ANSWER = Duration.ofSeconds(3);

  /**
   * What the scheduler before this one has agreed to is taken up by then or not any more: longer
   * than a host waits for the answer.
   */
  private static final Duration SILENT_ABOUT_JOINS = Duration.ofSeconds(4);

  /** Placing as many holds the scheduler up for some tens of milliseconds. */
  public static final int COUNTED_AT_MOST = 2_000;

  /** Whoever looks for a host of a pool needs one or two of them. */
  private static final int POOL_HOSTS_AT_MOST = 8;

  /** More do not fit into one message between nodes. */
  public static final int POOLS_AT_MOST = 1_000;

  /** Questions of operators; instances that wait are kept apart. */
  private static final int ASKED_AT_MOST = 1_000;

  private final Entities entities;
  private final Supplier<SchedulerSettings> configured;
  private SchedulerSettings lastSettings;
  private final MeterRegistry metrics;
  private final Clock clock;
  private final StashBuffer<Message> stash;
  private final HostTable table = new HostTable();
  private final HostNodes<Address> nodes = new HostNodes<>();
  private final Promises promises = new Promises(table);
  private final Set<ConnectionId> connectionsAwaited = new HashSet<>();
  private final Set<HostId> hostsAwaited = new LinkedHashSet<>();
  private final ActorRef<ConnectionActor.Hosts> hostsAnswers;

  /** An instance that asks again has given up on its earlier question. */
  private final SequencedMap<InstanceId, Place> waiting = new LinkedHashMap<>();

  private final Batches batches = new Batches();

  /**
   * The first is under way; one after the other, or two could take from each other what fits one.
   */
  private final Deque<Round> rounds = new ArrayDeque<>();

  /** Batches that are to be looked at once more; nobody holds anything for them. */
  private final Map<String, Round> doubted = new HashMap<>();

  private final ActorRef<HostActor.Held> heldAnswers;
  private final Instant joinsFrom;
  private long round;
  private final TimerScheduler<Message> timers;
  private final Tally tally;
  private final StoredPause<Message> storedPause;
  private int looks;
  private int hostsAtLastLook;
  private boolean rebuilt;
  private boolean knewMost;
  private boolean gaveUp;
  private boolean paused;
  private boolean pauseKnown;
  private long rowVersion;
  private long seed;

  /**
   * @param connections the registered connections, read once at start
   */
  public static Behavior<Message> create(
      Entities entities,
      Supplier<Set<ConnectionId>> connections,
      SchedulerSettings settings,
      MeterRegistry metrics,
      Clock clock) {
    return create(entities, connections, () -> settings, metrics, clock);
  }

  /**
   * @param connections the registered connections, read once at start
   * @param settings as they are now, read for each decision
   */
  public static Behavior<Message> create(
      Entities entities,
      Supplier<Set<ConnectionId>> connections,
      Supplier<SchedulerSettings> settings,
      MeterRegistry metrics,
      Clock clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.withStash(
                        ASKED_AT_MOST,
                        stash ->
                            new SchedulerActor(
                                entities,
                                connections.get(),
                                settings,
                                metrics,
                                clock,
                                stash,
                                timers,
                                context))));
  }

  private SchedulerActor(
      Entities entities,
      Set<ConnectionId> connections,
      Supplier<SchedulerSettings> configured,
      MeterRegistry metrics,
      Clock clock,
      StashBuffer<Message> stash,
      TimerScheduler<Message> timers,
      ActorContext<Message> context) {
    super(context);
    context.setLoggerName(SchedulerActor.class); // in a singleton it would be one of Pekko
    this.entities = entities;
    this.configured = configured;
    this.lastSettings = configured.get();
    this.metrics = metrics;
    this.clock = clock;
    this.stash = stash;
    this.timers = timers;
    this.seed = clock.millis();
    this.tally = new Tally(clock.instant());
    this.storedPause = new StoredPause<>(context, entities);
    this.connectionsAwaited.addAll(connections);
    this.hostsAnswers = context.messageAdapter(ConnectionActor.Hosts.class, ConnectionHosts::new);
    this.heldAnswers = context.messageAdapter(HostActor.Held.class, HeldSomewhere::new);
    this.joinsFrom = clock.instant().plus(SILENT_ABOUT_JOINS);
    connections.forEach(this::askForHosts);
    timers.startTimerWithFixedDelay(new AskAgain(), ASK_AGAIN);
    timers.startSingleTimer(new GiveUpWaiting(), LONGEST_REBUILD);
    timers.startTimerWithFixedDelay(new ForgetPromises(), Promises.KEPT);
    metrics.gauge("troupe.scheduler.hosts", table, HostTable::size);
    storedPause.read(PauseRead::new);
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    boolean knewPause = pauseKnown;
    switch (message) {
      case HostDelta delta -> hear(delta);
      case HostDeltas(var deltas, var post) ->
          deltas.forEach(
              delta -> {
                post.ifPresent(
                    one ->
                        nodes.heard(
                            delta.row().id(),
                            one.path().address(),
                            delta.connection().map(actor -> actor.path().address())));
                hear(delta);
              });
      case HostGone(var host) -> {
        table.remove(host);
        nodes.forget(host);
        hostsAwaited.remove(host);
      }
      case ConnectionHosts(var answer) -> {
        connectionsAwaited.remove(answer.connection());
        answer.hosts().stream()
            .filter(host -> table.row(host).isEmpty())
            .forEach(hostsAwaited::add);
      }
      case GiveUpWaiting() -> {
        if (!rebuilt && looks < LOOKS && table.size() > hostsAtLastLook) {
          looks++;
          hostsAtLastLook = table.size();
          timers.startSingleTimer(new GiveUpWaiting(), LOOK_AGAIN);
          return this;
        }
        if (!rebuilt) {
          getContext()
              .getLog()
              .warn(
                  "scheduler: {} hosts known, answering without connections {} and {} hosts that"
                      + " they have, such as {}",
                  table.size(),
                  connectionsAwaited,
                  hostsAwaited.size(),
                  hostsAwaited.stream().limit(NAMED_AT_MOST).toList());
          gaveUp = true;
        }
      }
      case AskAgain() -> askAgain();
      case ForgetPromises() -> promises.forgetOld(clock.instant());
      case GiveUpBatch(var batch) -> giveUp(batch);
      case HeldSomewhere(var answer) -> onHeld(answer);
      case GiveUpRound(var number) -> {
        if (number == round && !rounds.isEmpty() && !rounds.getFirst().isComplete()) {
          rounds.getFirst().hearNoMore();
          afterRound(rounds.getFirst());
        }
      }
      case MayJoin may -> may.replyTo().tell(join(may.host(), may.spec()));
      case MayStore may -> may.replyTo().tell(store(may));
      case PlaceVolume place -> {
        if (rebuilt && !paused) {
          answer(place);
        }
      }
      case LookAgainForVolume(var place) -> {
        if (!paused) {
          place.replyTo().tell(noted(place.request(), decide(place.request())));
        }
      }
      case GetPools(var replyTo) -> {
        if (!rebuilt) {
          return later(message);
        }
        replyTo.tell(
            new Pools(
                StoragePools.of(table.rows(), settings().pools()).stream()
                    .limit(POOLS_AT_MOST)
                    .toList()));
      }
      case Place place -> {
        timers.cancel(place.spec().instance()); // its earlier question, which it has given up on
        if (rebuilt && !paused) {
          answer(place);
        } else {
          waiting.putLast(place.spec().instance(), place);
          if (knewMost) {
            placeEarly(place);
          }
        }
      }
      case LookAgain(var place) -> {
        if (paused) {
          waiting.putLast(place.spec().instance(), place);
        } else {
          conclude(place);
        }
      }
      case LookAgainAtBatch(var batch) -> {
        if (paused) {
          lookAgainAt(batch);
        } else {
          begin(doubted.remove(batch));
        }
      }
      case Explain(var spec, var replyTo) -> {
        if (!rebuilt) {
          return later(message);
        }
        replyTo.tell(Scheduling.explain(table, spec, settings(), ++seed));
      }
      case GetCapacity(var spec, var most, var replyTo) -> {
        if (!rebuilt) {
          return later(message);
        }
        replyTo.tell(
            Capacity.of(table, spec, settings(), Math.clamp(most, 1, COUNTED_AT_MOST), ++seed));
      }
      case MayRebuild(var host, var spec, var replyTo) -> {
        if (!rebuilt) {
          return later(message);
        }
        replyTo.tell(new Rebuildable(Scheduling.refusalToRebuild(table, host, spec, settings())));
      }
      case FindPool(var pool, var replyTo) ->
          replyTo.tell(new PoolHosts(table.upInPool(pool, POOL_HOSTS_AT_MOST)));
      case ClaimRefused _ -> {
        tally.countConflict();
        metrics.counter("troupe.scheduler.conflicts").increment();
      }
      case GetFigures(var replyTo) -> {
        if (!pauseKnown) { // nobody is told that it is not paused before that is read
          return later(message);
        }
        replyTo.tell(figures());
      }
      case Pause(var replyTo) -> {
        paused = true;
        storedPause.begin(clock.instant(), written -> new PauseWritten(true, written, replyTo));
      }
      case Resume(var replyTo) ->
          storedPause.end(written -> new PauseWritten(false, written, replyTo));
      case PauseRead(var read) -> onPauseRead(read);
      case PauseWritten(var now, var written, var replyTo) -> {
        if (written) {
          onPauseWritten(now);
          replyTo.tell(figures());
        }
      }
    }
    boolean complete = connectionsAwaited.isEmpty() && hostsAwaited.isEmpty();
    if (!rebuilt && pauseKnown && (complete || gaveUp)) {
      rebuilt = true;
      if (complete) {
        getContext().getLog().info("scheduler: {} hosts known, answering", table.size());
      }
      answerWaiting();
      return stash.unstashAll(this);
    }
    if (!rebuilt && !knewMost && knowsMost()) {
      knewMost = true;
      getContext().getLog().info("scheduler: {} hosts known, some answers", table.size());
      List.copyOf(waiting.values()).forEach(this::placeEarly);
    }
    return pauseKnown && !knewPause ? stash.unstashAll(this) : this;
  }

  private boolean knowsMost() {
    return pauseKnown
        && !paused
        && connectionsAwaited.isEmpty()
        && table.size() > hostsAwaited.size();
  }

  /**
   * While the rest is awaited, whoever fits on a host that is known already is placed there; nobody
   * is refused. Who has a say in where others are (groups, hints, batches) waits for all hosts.
   */
  private void placeEarly(Place place) {
    var spec = place.spec();
    if (paused
        || spec.group().isPresent()
        || !spec.hints().isEmpty()
        || spec.detail().batch().isPresent()) {
      return;
    }
    var decision = decide(place);
    if (decision instanceof Decision.Placed) {
      waiting.remove(spec.instance());
      place.replyTo().tell(noted(spec, decision));
    }
  }

  /** Who asks more than can be kept asks again. */
  private Behavior<Message> later(Message question) {
    if (!stash.isFull()) {
      stash.stash(question);
    }
    return this;
  }

  private void askForHosts(ConnectionId connection) {
    entities.connection(connection).tell(new ConnectionActor.ListHosts(true, hostsAnswers));
  }

  /** Those asked go to the end of the line. */
  private void askAgain() {
    connectionsAwaited.forEach(this::askForHosts);
    List<HostId> next = hostsAwaited.stream().limit(ASKED_AGAIN_AT_MOST).toList();
    next.forEach(
        host -> {
          entities.host(host).tell(new HostActor.Publish());
          hostsAwaited.remove(host);
          hostsAwaited.add(host);
        });
  }

  private void hear(HostDelta delta) {
    var host = delta.row().id();
    table.put(delta.row().withVersion(++rowVersion));
    delta.settled().forEach(instance -> promises.settle(host, instance));
    delta.settledVolumes().forEach(promises::forgetVolume);
    hostsAwaited.remove(host);
  }

  // ---- the pause

  private void onPauseRead(Optional<Boolean> read) {
    if (pauseKnown) {
      return; // an administrator was faster
    }
    if (read.isEmpty()) {
      storedPause.read(PauseRead::new);
      return;
    }
    pauseKnown = true;
    paused = paused || read.get();
    if (read.get()) {
      getContext().getLog().warn("scheduler: still paused by an administrator");
    }
  }

  private void onPauseWritten(boolean now) {
    pauseKnown = true;
    if (now) {
      getContext().getLog().warn("scheduler: paused by an administrator");
    } else if (paused) {
      getContext().getLog().warn("scheduler: resumed, {} placements waited", waiting.size());
    }
    paused = now;
    answerWaiting();
  }

  // ---- decisions

  private SchedulerFigures figures() {
    return tally.figures(table.size(), paused, waiting.size(), clock.instant());
  }

  private void answerWaiting() {
    if (rebuilt && !paused) {
      waiting.values().forEach(this::answer);
      waiting.clear();
    }
  }

  private void answer(Place place) {
    var batch = place.spec().detail().batch();
    if (batch.isPresent()
        && Stream.concat(rounds.stream(), doubted.values().stream())
            .anyMatch(one -> one.replaces(place))) {
      return;
    }
    if (batch.isEmpty() || !batches.holdsBack(place.spec())) {
      var spec = place.spec();
      switch (decide(place)) {
        case Decision.Placed placed -> place.replyTo().tell(noted(spec, placed));
        case Decision.NoValidHost _ ->
            timers.startSingleTimer(spec.instance(), new LookAgain(place), WORDS_ARE_LATE);
      }
      return;
    }
    var members = batches.join(batch.get(), place);
    if (members.size() == batch.get().size()) {
      timers.cancel(batch.get().id());
      begin(new Round(batch.get().id(), members));
    } else {
      timers.startSingleTimer(
          batch.get().id(), new GiveUpBatch(batch.get().id()), LONGEST_GATHERING);
    }
  }

  /** With everything that it could wait for; preemptible instances leave for it only now. */
  private void conclude(Place place) {
    var spec = place.spec();
    var preempts = place.mayPreempt() && spec.detail().batch().isEmpty();
    place.replyTo().tell(noted(spec, decide(place, preempts)));
  }

  // ---- batches

  private void begin(Round batch) {
    rounds.addLast(batch);
    if (rounds.size() == 1) {
      decide(batch);
    }
  }

  /** All are promised a host and the hosts asked, or all hear why one of them cannot be placed. */
  private void decide(Round batch) {
    var members = batch.members();
    var decisions = new HashMap<InstanceId, Decision.Placed>();
    for (Place member : members) {
      switch (decide(member)) {
        case Decision.Placed placed -> {
          promise(member.spec(), placed.candidates().getFirst().host());
          decisions.put(member.spec().instance(), placed);
        }
        case Decision.NoValidHost none -> {
          takeBack(members);
          if (batch.isDoubted()) {
            count(member.spec(), none);
            end(batch, _ -> none);
          } else {
            doubt(batch);
          }
          return;
        }
      }
    }
    members.forEach(member -> count(member.spec(), decisions.get(member.spec().instance())));
    round++;
    batch
        .begin(decisions)
        .forEach(
            (host, specs) ->
                entities
                    .host(host)
                    .tell(new HostActor.Hold(batch.batch(), round, specs, heldAnswers)));
    timers.startSingleTimer("round", new GiveUpRound(round), HOLD_ANSWER);
  }

  private void onHeld(HostActor.Held answer) {
    if (answer.round() != round
        || rounds.isEmpty()
        || !rounds.getFirst().hear(answer.host(), answer.refused(), answer.reason())) {
      return; // too late: what it keeps it gives up by itself
    }
    if (!answer.refused().isEmpty()) {
      answer.row().ifPresent(this::learn);
    }
    if (rounds.getFirst().isComplete()) {
      timers.cancel("round");
      afterRound(rounds.getFirst());
    }
  }

  /** It may know more than the host's last word, which is perhaps still under way with others. */
  private void learn(HostRow row) {
    table.put(row.withVersion(++rowVersion));
    row.detail().residents().instances().forEach(instance -> promises.settle(row.id(), instance));
  }

  private void afterRound(Round batch) {
    if (batch.isHeld()) {
      end(batch, member -> batch.decision(member.spec().instance()));
      return;
    }
    for (int i = 0; i < batch.refusals(); i++) {
      tally.countConflict();
      metrics.counter("troupe.scheduler.conflicts").increment();
    }
    getContext()
        .getLog()
        .info(
            "batch {}: {} refused room for it: {}",
            batch.batch(),
            batch.lastRefusing(),
            batch.reason());
    batch
        .holding()
        .forEach(host -> entities.host(host).tell(new HostActor.GiveBack(batch.on(host))));
    takeBack(batch.members());
    if (batch.mayBeTriedAgain()) {
      batch.learn();
      decide(batch);
    } else {
      var refusal = new Decision.NoValidHost(Batches.refused(table, batch));
      end(batch, _ -> refusal);
    }
  }

  /** Others may go first meanwhile. */
  private void doubt(Round batch) {
    batch.doubt();
    doubted.put(batch.batch(), batch);
    lookAgainAt(batch.batch());
    next();
  }

  private void lookAgainAt(String batch) {
    timers.startSingleTimer(batch, new LookAgainAtBatch(batch), WORDS_ARE_LATE);
  }

  private void end(Round batch, Function<Place, Decision> answer) {
    batch.members().forEach(member -> member.replyTo().tell(answer.apply(member)));
    next();
  }

  private void next() {
    rounds.removeFirst();
    if (!rounds.isEmpty()) {
      decide(rounds.getFirst());
    }
  }

  /**
   * The scheduler's word on a claim that is about to be granted. What this one has promised and
   * what hosts have told is all there is, once nothing can come any more of the one before it.
   */
  private JoinAnswer join(HostId host, RequestSpec spec) {
    if (!rebuilt || clock.instant().isBefore(joinsFrom) || table.row(host).isEmpty()) {
      return new JoinAnswer(false, Optional.empty());
    }
    promises.forget(spec.instance());
    var refusal = Scheduling.refusalToJoin(table, table.row(host).get(), spec);
    if (refusal.isEmpty()) {
      promise(spec, host);
    }
    return new JoinAnswer(true, refusal);
  }

  private void takeBack(List<Place> members) {
    members.forEach(member -> promises.forget(member.spec().instance()));
  }

  private void giveUp(String batch) {
    var members = batches.giveUp(batch);
    if (!members.isEmpty()) {
      var size = members.getFirst().spec().detail().batch().orElseThrow().size();
      getContext()
          .getLog()
          .info("batch {}: {} of {} were to be placed in time", batch, members.size(), size);
      var refusal = new Decision.NoValidHost(Batches.incomplete(table, members.size(), size));
      members.forEach(member -> member.replyTo().tell(refusal));
    }
  }

  // ---- volumes

  private void answer(PlaceVolume place) {
    var request = place.request();
    timers.cancel(request.volumeId()); // an earlier question
    switch (decide(request)) {
      case VolumeDecision.Placed placed -> place.replyTo().tell(noted(request, placed));
      case VolumeDecision.NoValidBackend _ ->
          timers.startSingleTimer(
              request.volumeId(), new LookAgainForVolume(place), WORDS_ARE_LATE);
    }
  }

  private VolumeDecision decide(VolumeRequest request) {
    promises.forgetVolume(request.volumeId());
    var pools = StoragePools.of(table.rows(), settings().pools());
    return VolumeScheduling.decide(pools, request, settings().pools(), ++seed);
  }

  private VolumeDecision noted(VolumeRequest request, VolumeDecision decision) {
    switch (decision) {
      case VolumeDecision.Placed(var candidates) -> {
        promises.addVolume(
            candidates.getFirst().host(), request.volumeId(), request.gib(), clock.instant());
        metrics.counter("troupe.scheduler.volumes", "outcome", "placed").increment();
      }
      case VolumeDecision.NoValidBackend(var explanation) -> {
        metrics.counter("troupe.scheduler.volumes", "outcome", "no-valid-backend").increment();
        getContext()
            .getLog()
            .info(
                "volume {}: {}: {}",
                request.volumeId(),
                explanation.message(),
                explanation.lines());
      }
    }
    return decision;
  }

  /** Only who sees all hosts of a pool knows what is left of it. */
  private JoinAnswer store(MayStore may) {
    var row = table.row(may.host());
    if (!rebuilt || clock.instant().isBefore(joinsFrom) || row.isEmpty()) {
      return new JoinAnswer(false, Optional.empty());
    }
    promises.forgetVolume(may.volumeId());
    var pools = settings().pools();
    var own = StoragePools.asSeenBy(table.row(may.host()).get(), pools);
    var pool =
        own.shared() ? StoragePools.shared(table.rows(), pools).getOrDefault(own.name(), own) : own;
    long more = may.gib() - may.counted();
    var refusal = VolumeScheduling.tooLittle(pool, more, pools);
    if (refusal.isEmpty() && more > 0) {
      promises.addVolume(may.host(), may.volumeId(), more, clock.instant());
    }
    return new JoinAnswer(true, refusal.map(PoolExplanation::message));
  }

  /** What an administrator changes holds from the next decision on. */
  private SchedulerSettings settings() {
    var now = configured.get();
    if (now != lastSettings && !now.equals(lastSettings)) {
      getContext().getLog().warn("scheduler: settings are now {}", now);
      lastSettings = now;
    }
    return now;
  }

  private Decision decide(Place place) {
    return decide(place, false);
  }

  private Decision decide(Place place, boolean preempts) {
    var spec = place.spec();
    promises.forget(spec.instance());
    return preempts
        ? Scheduling.decideOrPreempt(table, spec, settings(), ++seed, distanceFrom(place))
        : Scheduling.decide(table, spec, settings(), ++seed, distanceFrom(place));
  }

  private ToIntFunction<HostId> distanceFrom(Place place) {
    return nodes.roundsFrom(place.replyTo().path().address());
  }

  private Decision noted(RequestSpec spec, Decision decision) {
    switch (decision) {
      case Decision.Placed(var candidates, _) -> promise(spec, candidates.getFirst().host());
      case Decision.NoValidHost(_, var unless) ->
          unless.ifPresent(one -> promise(spec, one.host()));
    }
    count(spec, decision);
    return decision;
  }

  private void count(RequestSpec spec, Decision decision) {
    tally.count(decision, clock.instant());
    switch (decision) {
      case Decision.Placed _ ->
          metrics.counter("troupe.scheduler.decisions", "outcome", "placed").increment();
      case Decision.NoValidHost(_, var unless) when unless.isPresent() -> {
        metrics.counter("troupe.scheduler.decisions", "outcome", "preemption").increment();
        metrics.counter("troupe.scheduler.preempted").increment(unless.get().victims().size());
        getContext()
            .getLog()
            .warn(
                "instance {} {}: {}",
                spec.instance(),
                unless.get().message(),
                unless.get().names());
      }
      case Decision.NoValidHost(var explanation, _) -> {
        metrics.counter("troupe.scheduler.decisions", "outcome", "no-valid-host").increment();
        explanation
            .removals()
            .forEach(
                removal ->
                    metrics
                        .counter("troupe.scheduler.removed", "filter", removal.filter())
                        .increment(removal.removed()));
        getContext()
            .getLog()
            .info("no valid host for instance {}: {}", spec.instance(), explanation.message());
      }
    }
  }

  private void promise(RequestSpec spec, HostId host) {
    promises.add(spec, host, clock.instant());
  }
}
