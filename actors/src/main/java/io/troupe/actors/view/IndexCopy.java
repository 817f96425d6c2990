package io.troupe.actors.view;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.serialization.SerializationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node that starts gets the list of instances from one that has it, instead of reading the
 * whole past in the journal.
 */
public final class IndexCopy {
  private static final Logger LOG = LoggerFactory.getLogger(IndexCopy.class);

  private static final Duration ANSWER = Duration.ofSeconds(3);

  /** A node that is busy, or looks for what another did last, has it all some seconds later. */
  private static final int ATTEMPTS = 60;

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** No entry for so long: whoever gave them has ended. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final ActorSystem<?> system;
  private final ActorRef<IndexFeed.Message> feed;
  private final InstanceIndex index;

  private IndexCopy(ActorSystem<?> system, ActorRef<IndexFeed.Message> feed, InstanceIndex index) {
    this.system = system;
    this.feed = feed;
    this.index = index;
  }

  /** Somebody else has the list, but not now. */
  private static final class NotNow extends RuntimeException {
    NotNow() {
      super("no other node can give the list of instances");
    }
  }

  /**
   * Completes with the number of instances, or empty when no other node can give them: the journal
   * has them. Does not fail.
   *
   * @param feed of this node's index
   */
  public static CompletionStage<Optional<Integer>> take(
      ActorSystem<?> system, ActorRef<IndexFeed.Message> feed, InstanceIndex index) {
    var copy = new IndexCopy(system, feed, index);
    return Patterns.retry(
            copy::attempt,
            ATTEMPTS,
            PAUSE,
            system.classicSystem().scheduler(),
            system.executionContext())
        .exceptionally(
            failure -> {
              LOG.warn("no copy of the list of instances: {}", failure.toString());
              return Optional.empty();
            });
  }

  private CompletionStage<Optional<Integer>> attempt() {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            to -> Receptionist.find(IndexFeed.KEY, to),
            ANSWER,
            system.scheduler())
        .thenCompose(
            listing -> {
              var others = new HashSet<>(listing.getAllServiceInstances(IndexFeed.KEY));
              others.remove(feed);
              return others.isEmpty()
                  ? CompletableFuture.failedFuture(new NotNow()) // not heard of yet
                  : first(List.copyOf(others).iterator(), true);
            });
  }

  /**
   * From the first that gives it.
   *
   * @param starting whether all that were asked have only just begun to read the past themselves
   */
  private CompletionStage<Optional<Integer>> first(
      Iterator<ActorRef<IndexFeed.Message>> others, boolean starting) {
    if (!others.hasNext()) {
      return starting
          ? CompletableFuture.completedFuture(Optional.empty())
          : CompletableFuture.failedFuture(new NotNow());
    }
    var other = others.next();
    return AskPattern.<IndexFeed.Message, IndexFeed.CopyReply>ask(
            other, to -> new IndexFeed.GetCopy(feed, to), ANSWER, system.scheduler())
        .exceptionally(_ -> new IndexFeed.NoCopy(false))
        .thenCompose(
            reply ->
                switch (reply) {
                  case IndexFeed.Copy copy -> take(other, copy).thenApply(Optional::of);
                  case IndexFeed.NoCopy(var itStarts) -> first(others, starting && itStarts);
                });
  }

  private CompletionStage<Integer> take(ActorRef<IndexFeed.Message> other, IndexFeed.Copy copy) {
    var serialization = SerializationExtension.get(system.classicSystem());
    return copy.entries()
        .getSource()
        .idleTimeout(SILENCE)
        .runFold(
            0,
            (count, lines) -> {
              lines.putInto(index, serialization);
              return count + lines.lines().size();
            },
            system)
        .thenApply(
            count -> {
              LOG.info("index: {} instances from {}", count, other.path().address());
              return count;
            });
  }
}
