package io.troupe.actors.view;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/**
 * Keeps the indexes of all nodes alike. Each node's feed sends what its actors have put into its
 * index to the feeds of the others, collected for some milliseconds and numbered. Who misses a
 * number, or meets a feed for the first time, asks for what has changed lately.
 *
 * <pre>
 *   InstanceActor → index → feed ──(batch 41, 42, …)──▶ feed → index of another node
 *                                ◀──(missed 42: since?)──
 * </pre>
 */
public final class IndexFeed extends AbstractBehavior<IndexFeed.Message> {
  private static final ServiceKey<Message> KEY = ServiceKey.create(Message.class, "index-feed");

  /**
   * Lists on other nodes are this much late, and one message carries what changed in it: a boot
   * that nobody waits for passes all its states meanwhile and is sent once.
   */
  private static final Duration COLLECT = Duration.ofMillis(250);

  /** Entries in one message; with the largest user data in each they still fit a frame. */
  private static final int AT_MOST = 40;

  /** How far behind a gap to begin: longer than any batch was under way. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  public sealed interface Message {}

  private record Changed(InstanceIndex.Entry entry) implements Message {}

  private record Flush() implements Message {}

  private record Peers(Set<ActorRef<Message>> feeds) implements Message {}

  /**
   * Numbered by its sender, without a gap.
   *
   * @param told the entries, as a {@link Told} is written: once, not anew for each node
   */
  record Batch(ActorRef<Message> from, long number, byte[] told)
      implements Message, CborSerializable {}

  /** What has changed after {@code since}? */
  record Ask(ActorRef<Message> from, Instant since) implements Message, CborSerializable {}

  /** Part of an answer; not numbered. */
  record Told(List<InstanceIndex.Entry> entries) implements Message, CborSerializable {}

  private final InstanceIndex index;
  private final Clock clock;
  private final Instant startedAt;
  private final TimerScheduler<Message> timers;
  private final Serialization serialization;
  private final Map<InstanceId, InstanceIndex.Entry> collected = new LinkedHashMap<>();
  private final Map<ActorRef<Message>, Long> heard = new HashMap<>();
  private Set<ActorRef<Message>> peers = Set.of();
  private long number;

  public static Behavior<Message> create(InstanceIndex index, Clock clock) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new IndexFeed(index, clock, timers, context)));
  }

  private IndexFeed(
      InstanceIndex index,
      Clock clock,
      TimerScheduler<Message> timers,
      ActorContext<Message> context) {
    super(context);
    this.index = index;
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
                listing -> new Peers(Set.copyOf(listing.getServiceInstances(KEY))))));
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
      case Ask(var from, var since) ->
          inParts(index.changedAfter(since), part -> from.tell(new Told(part)));
      case Told(var entries) -> entries.forEach(index::put);
    }
    return this;
  }

  private void collect(InstanceIndex.Entry entry) {
    if (peers.isEmpty()) {
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
          var told = serialization.serialize(new Told(part)).get();
          var batch = new Batch(getContext().getSelf(), ++number, told);
          peers.forEach(peer -> peer.tell(batch));
        });
  }

  /** One that cannot be read counts as lost: the next one shows the gap. */
  private void take(Batch batch) {
    var told = serialization.deserialize(batch.told(), Told.class);
    if (told.isFailure()) {
      getContext()
          .getLog()
          .error("index: a batch of {} cannot be read", batch.from().path(), told.failed().get());
      return;
    }
    told.get().entries().forEach(index::put);
    var last = heard.put(batch.from(), batch.number());
    if (last != null && batch.number() != last + 1) {
      getContext()
          .getLog()
          .warn(
              "index: batches {} to {} of {} were lost",
              last + 1,
              batch.number() - 1,
              batch.from().path());
      batch.from().tell(new Ask(getContext().getSelf(), clock.instant().minus(MARGIN)));
    }
  }

  /** Who is met for the first time may have sent batches before it knew of us. */
  private void meet(Set<ActorRef<Message>> feeds) {
    var others = new java.util.HashSet<>(feeds);
    others.remove(getContext().getSelf());
    for (ActorRef<Message> feed : others) {
      if (!peers.contains(feed)) {
        feed.tell(new Ask(getContext().getSelf(), startedAt.minus(MARGIN)));
      }
    }
    heard.keySet().retainAll(others);
    peers = Set.copyOf(others);
  }

  private static void inParts(
      List<InstanceIndex.Entry> entries,
      java.util.function.Consumer<List<InstanceIndex.Entry>> to) {
    for (int from = 0; from < entries.size(); from += AT_MOST) {
      to.accept(List.copyOf(entries.subList(from, Math.min(from + AT_MOST, entries.size()))));
    }
  }
}
