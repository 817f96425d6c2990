package io.troupe.actors.view;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.stream.SourceRef;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.StreamRefs;

/**
 * Keeps the indexes of all nodes alike. Each node's feed sends what its actors have put into its
 * index to the feeds of the others, collected for some milliseconds and numbered, and says again
 * and again which number it has come to. Who misses one, be it the first or the last, asks for what
 * has changed since it knew everything, until it has all of an answer.
 *
 * <pre>
 *   InstanceActor → index → feed ──(batch 41, 42, …)──▶ feed → index of another node
 *                                ──(come to 42)──▶
 *                                ◀──(41 was all I know: since?)──
 *                                ──(changed, changed, …, told up to 42)──▶
 * </pre>
 */
public final class IndexFeed extends AbstractBehavior<IndexFeed.Message> {
  static final ServiceKey<Message> KEY = ServiceKey.create(Message.class, "index-feed");

  /**
   * Lists on other nodes are this much late, and one message carries what changed in it: a boot
   * that nobody waits for passes all its states meanwhile and is sent once.
   */
  private static final Duration COLLECT = Duration.ofMillis(250);

  /** How far behind a gap to begin: longer than any batch was under way, or a change to be put. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  /** Feeds meet sooner than this after the start of the later one. */
  private static final Duration MEETING = Duration.ofMinutes(5);

  /** How soon a loss that nothing follows is noticed, and one whose answer was lost asked for. */
  private static final Duration SAY_AGAIN = Duration.ofSeconds(3);

  /** How long to wait for an answer, or the next part of it: who is busy is not asked twice. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  /**
   * How long ago may be what a copy lacks: the node that gets it asks the others for what they have
   * changed since shortly before its start.
   */
  private static final Duration YOUNG = Duration.ofSeconds(15);

  public sealed interface Message {}

  private record Changed(InstanceIndex.Entry entry) implements Message {}

  private record Flush() implements Message {}

  private record SayAgain() implements Message {}

  private record Peers(Set<ActorRef<Message>> feeds) implements Message {}

  /**
   * Numbered by its sender, without a gap.
   *
   * @param lines the {@link Lines} as they are written: once, not anew for each node
   */
  record Batch(ActorRef<Message> from, long number, byte[] lines)
      implements Message, CborSerializable {}

  /** All batches up to {@code number} have been sent. */
  record ComeTo(ActorRef<Message> from, long number) implements Message, CborSerializable {}

  /**
   * What has changed after {@code since}?
   *
   * @param question a number of the asker's
   */
  record Ask(ActorRef<Message> from, long question, Instant since)
      implements Message, CborSerializable {}

  /** Part of an answer. */
  record Told(ActorRef<Message> from, long question, Lines lines)
      implements Message, CborSerializable {}

  /** The end of an answer of {@code parts}: with it nothing is missing of batches up to this. */
  record ToldUpTo(ActorRef<Message> from, long question, int parts, long number)
      implements Message, CborSerializable {}

  /** From a node that starts: the whole list, if nothing is missing in it. */
  record GetCopy(ActorRef<Message> from, ActorRef<CopyReply> replyTo)
      implements Message, CborSerializable {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Copy.class, name = "copy"),
    @JsonSubTypes.Type(value = NoCopy.class, name = "no-copy")
  })
  sealed interface CopyReply extends CborSerializable {}

  /** Those that changed longest ago first. */
  record Copy(SourceRef<Lines> entries) implements CopyReply {}

  /**
   * @param starting whether the node has just begun to read the past itself; else something is
   *     missing for the moment
   */
  record NoCopy(boolean starting) implements CopyReply {}

  /** This node's list has all that happened before it was started. */
  public record Restored() implements Message {}

  private record LastWordsKnown() implements Message {}

  /** What is known of another feed's batches. */
  private sealed interface Heard {
    /** When nothing was missing last. */
    Instant at();

    /** Nothing is missing up to {@code number}. */
    record All(long number, Instant at) implements Heard {}

    /** Something is, and was asked for; {@code parts} of the answer have come, one {@code last}. */
    record Asked(long question, int parts, Instant at, Instant last) implements Heard {}
  }

  private final InstanceIndex index;
  private final Function<Instant, CompletionStage<?>> whenOneHasEnded;
  private final Supplier<Set<Address>> members;
  private final InstantSource clock;
  private final Instant startedAt;
  private final TimerScheduler<Message> timers;
  private final Serialization serialization;
  private final Map<InstanceId, InstanceIndex.Entry> collected = new LinkedHashMap<>();
  private final Map<ActorRef<Message>, Heard> heard = new HashMap<>();
  private Set<ActorRef<Message>> peers = Set.of();
  private long number;
  private long question;
  private boolean restored;

  /** Nodes that have ended, of which it is not known yet what they did last. */
  private int searches;

  /**
   * @param whenOneHasEnded told since when a node may have done what no other has heard of, when it
   *     is a member no longer; done when this index knows it
   * @param members of the cluster but this one, whatever their state
   */
  public static Behavior<Message> create(
      InstanceIndex index,
      Function<Instant, CompletionStage<?>> whenOneHasEnded,
      Supplier<Set<Address>> members,
      InstantSource clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new IndexFeed(index, whenOneHasEnded, members, clock, timers, context)));
  }

  private IndexFeed(
      InstanceIndex index,
      Function<Instant, CompletionStage<?>> whenOneHasEnded,
      Supplier<Set<Address>> members,
      InstantSource clock,
      TimerScheduler<Message> timers,
      ActorContext<Message> context) {
    super(context);
    this.index = index;
    this.whenOneHasEnded = whenOneHasEnded;
    this.members = members;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.timers = timers;
    this.serialization = SerializationExtension.get(context.getSystem().classicSystem());
    var self = context.getSelf();
    var receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.register(KEY, self));
    receptionist.tell(
        Receptionist.subscribe(
            KEY,
            context.messageAdapter(
                Receptionist.Listing.class,
                listing -> new Peers(Set.copyOf(listing.getAllServiceInstances(KEY))))));
    timers.startTimerWithFixedDelay(new SayAgain(), SAY_AGAIN);
    index.tell(entry -> self.tell(new Changed(entry)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Changed(var entry) -> collect(entry);
      case Flush() -> flush();
      case Peers(var feeds) -> meet(feeds);
      case Batch batch -> take(batch);
      case SayAgain() -> tellPeers(new ComeTo(getContext().getSelf(), number));
      case ComeTo(var from, var hisNumber) -> compare(from, hisNumber);
      case Ask ask -> answer(ask);
      case Told told -> takePart(told);
      case ToldUpTo end -> end(end);
      case GetCopy(var from, var replyTo) -> replyTo.tell(copyFor(from));
      case Restored() -> restored = true;
      case LastWordsKnown() -> searches--;
    }
    return this;
  }

  private void collect(InstanceIndex.Entry entry) {
    if (peers.isEmpty()) {
      number++; // who has asked before we know of him must see that he missed something
      return;
    }
    if (collected.isEmpty()) {
      timers.startSingleTimer(new Flush(), COLLECT);
    }
    collected.put(entry.id(), entry);
  }

  private void flush() {
    var entries = List.copyOf(collected.values());
    collected.clear();
    inParts(
        entries,
        part -> {
          var written = serialization.serialize(Lines.of(part, serialization)).get();
          tellPeers(new Batch(getContext().getSelf(), ++number, written));
        });
  }

  private void tellPeers(Message message) {
    peers.forEach(peer -> peer.tell(message));
  }

  /** One that cannot be read counts as lost: the next one shows the gap. */
  private void take(Batch batch) {
    var read = serialization.deserialize(batch.lines(), Lines.class);
    if (read.isFailure()) {
      getContext()
          .getLog()
          .error("index: a batch of {} cannot be read", batch.from().path(), read.failed().get());
      return;
    }
    read.get().putInto(index, serialization);
    if (!(heard.get(batch.from()) instanceof Heard.All(var last, var at))) {
      return; // asked for already, or will be when it is met
    }
    if (batch.number() == last + 1) {
      heard.put(batch.from(), new Heard.All(batch.number(), clock.instant()));
      return;
    }
    getContext()
        .getLog()
        .warn(
            "index: batches {} to {} of {} were lost",
            last + 1,
            batch.number() - 1,
            batch.from().path());
    ask(batch.from(), at);
  }

  /** What it has come to shows whether the last batch was lost, or an answer. */
  private void compare(ActorRef<Message> from, long number) {
    switch (heard.get(from)) {
      case null -> {} // not met yet
      case Heard.All(var last, _) when last == number ->
          heard.put(from, new Heard.All(number, clock.instant()));
      case Heard.Asked(_, _, _, var heardLast)
          when heardLast.plus(ANSWER).isAfter(clock.instant()) -> {}
      case Heard known -> ask(from, known.at());
    }
  }

  private void ask(ActorRef<Message> feed, Instant allKnownAt) {
    heard.put(feed, new Heard.Asked(++question, 0, allKnownAt, clock.instant()));
    feed.tell(new Ask(getContext().getSelf(), question, allKnownAt.minus(MARGIN)));
  }

  /** The actors of this node have done nothing before it was there. */
  private void answer(Ask ask) {
    var self = getContext().getSelf();
    var began = startedAt.minus(MARGIN);
    var parts =
        inParts(
            index.changedAfter(ask.since().isAfter(began) ? ask.since() : began),
            part -> ask.from().tell(new Told(self, ask.question(), Lines.of(part, serialization))));
    ask.from().tell(new ToldUpTo(self, ask.question(), parts, number));
  }

  private void takePart(Told told) {
    told.lines().putInto(index, serialization);
    if (heard.get(told.from()) instanceof Heard.Asked(var asked, var parts, var at, _)
        && asked == told.question()) {
      heard.put(told.from(), new Heard.Asked(asked, parts + 1, at, clock.instant()));
    }
  }

  /** Of an answer that is not whole, it will be asked for again. */
  private void end(ToldUpTo end) {
    if (heard.get(end.from()) instanceof Heard.Asked(var asked, var parts, _, _)
        && asked == end.question()
        && parts == end.parts()) {
      heard.put(end.from(), new Heard.All(end.number(), clock.instant()));
    }
  }

  /** Who is met for the first time may have sent batches before it knew of us. */
  private void meet(Set<ActorRef<Message>> feeds) {
    var others = new HashSet<>(feeds);
    others.remove(getContext().getSelf());
    for (var feed : Set.copyOf(heard.keySet())) {
      if (!others.contains(feed)) {
        search(heard.remove(feed).at().minus(MARGIN));
      }
    }
    peers = Set.copyOf(others);
    var earliest = clock.instant().minus(MEETING);
    for (var feed : peers) {
      if (!heard.containsKey(feed)) {
        ask(feed, startedAt.isAfter(earliest) ? startedAt : earliest);
      }
    }
  }

  private void search(Instant since) {
    searches++;
    getContext().pipeToSelf(whenOneHasEnded.apply(since), (_, _) -> new LastWordsKnown());
  }

  private CopyReply copyFor(ActorRef<Message> feed) {
    if (!restored || !knowsAllBut(feed)) {
      return new NoCopy(!restored);
    }
    var entries =
        index.changedAfter(Instant.MIN).stream()
            .sorted(Comparator.comparing(InstanceIndex.Entry::updatedAt))
            .toList();
    return new Copy(
        Source.from(entries)
            .grouped(Lines.AT_MOST)
            .map(part -> Lines.of(part, serialization))
            .runWith(StreamRefs.sourceRef(), getContext().getSystem()));
  }

  /**
   * Whether all that members have done until now, but the last seconds of each, is here, and all
   * that former members did at last. {@code feed} is of a node that has done nothing yet.
   */
  private boolean knowsAllBut(ActorRef<Message> feed) {
    var known = new HashSet<Address>();
    var latest = clock.instant().minus(YOUNG);
    for (var one : heard.entrySet()) {
      if (one.getKey().equals(feed)) {
        continue;
      }
      if (!(one.getValue() instanceof Heard.All(_, var at)) || at.isBefore(latest)) {
        return false;
      }
      known.add(one.getKey().path().address());
    }
    var asking = feed.path().address();
    var others = new HashSet<>(members.get());
    // Who is a member here has seen those go that ended before it came.
    return others.remove(asking) && known.equals(others) && searches == 0;
  }

  /** The number of parts. */
  private static int inParts(
      List<InstanceIndex.Entry> entries, Consumer<List<InstanceIndex.Entry>> to) {
    int parts = 0;
    for (int from = 0; from < entries.size(); from += Lines.AT_MOST, parts++) {
      to.accept(List.copyOf(entries.subList(from, Math.min(from + Lines.AT_MOST, entries.size()))));
    }
    return parts;
  }
}
