package io.troupe.actors.cluster;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.CatalogCopy;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.CatalogState;
import io.troupe.actors.catalog.Kinds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The catalog over its actors: reads from this node's copy, writes through the actor of the kind.
 */
public final class ShardedCatalog implements Catalog {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** At start the shards have yet to find a home. */
  private static final Duration LOAD = Duration.ofSeconds(55);

  private final ActorSystem<?> system;
  private final PatientAsk patiently;
  private final Entities entities;
  private final CatalogCopy copy;

  public ShardedCatalog(ActorSystem<?> system, Entities entities, CatalogCopy copy) {
    this.system = system;
    this.patiently = new PatientAsk(system);
    this.entities = entities;
    this.copy = copy;
  }

  /** Reads every kind once; nothing else may be asked before this is done. */
  public CompletionStage<Void> load() {
    return CompletableFuture.allOf(
        Kinds.all().stream()
            .map(kind -> read(kind, LOAD).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> read(Class<? extends CatalogEntry> kind, Duration patience) {
    return patiently
        .<CatalogActor.Message, CatalogActor.All>ask(
            entities.catalog(Kinds.id(kind)), CatalogActor.GetAll::new, patience)
        .thenAccept(all -> copy.put(kind, all.revision(), all.entries()));
  }

  /** What this node has written is in its copy before it is answered. */
  private CompletionStage<CatalogActor.Reply> whenCopied(
      Class<? extends CatalogEntry> kind, CatalogActor.Reply reply) {
    return reply instanceof CatalogActor.Written(_, var revision) && copy.revision(kind) < revision
        ? read(kind, ANSWER).thenApply(_ -> reply)
        : CompletableFuture.completedFuture(reply);
  }

  @Override
  public <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key) {
    return copy.find(kind, key);
  }

  @Override
  public <E extends CatalogEntry> List<E> all(Class<E> kind) {
    return copy.all(kind);
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> create(E entry) {
    return create(entry, replyTo -> new CatalogActor.Create(entry, replyTo));
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> createWithin(E entry, long most) {
    return create(entry, replyTo -> new CatalogActor.CreateWithin(entry, most, replyTo));
  }

  /** Put again when no answer comes: what is there already as it should be is created. */
  @SuppressWarnings("unchecked") // an entry's class is its kind
  private <E extends CatalogEntry> CompletionStage<Answer<E>> create(
      E entry,
      org.apache.pekko.japi.function.Function<ActorRef<CatalogActor.Reply>, CatalogActor.Message>
          message) {
    var kind = (Class<E>) entry.getClass();
    return patiently
        .<CatalogActor.Message, CatalogActor.Reply>ask(
            entities.catalog(Kinds.id(kind)), message, LOAD)
        .thenCompose(reply -> whenCopied(kind, reply))
        .thenApply(reply -> answer(kind, reply));
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> update(
      Class<E> kind, String key, Function<E, Answer<E>> change) {
    var known = copy.versioned(kind, key);
    if (known.isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.NotFound(kind.getSimpleName(), key)));
    }
    return replace(kind, known.get(), change);
  }

  private <E extends CatalogEntry> CompletionStage<Answer<E>> replace(
      Class<E> kind, CatalogState.Versioned read, Function<E, Answer<E>> change) {
    return switch (change.apply(kind.cast(read.entry()))) {
      case Answer.Rejected<E>(var reason) ->
          CompletableFuture.completedFuture(Answer.refuse(reason));
      case Answer.Accepted<E>(var changed) ->
          ask(kind, replyTo -> new CatalogActor.Replace(changed, read.version(), replyTo))
              .thenCompose(
                  reply ->
                      reply instanceof CatalogActor.Outdated(var newest)
                          ? replace(kind, newest, change)
                          : CompletableFuture.completedFuture(answer(kind, reply)));
    };
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> remove(Class<E> kind, String key) {
    return ask(kind, replyTo -> new CatalogActor.Remove(key, replyTo))
        .thenApply(reply -> answer(kind, reply));
  }

  private CompletionStage<CatalogActor.Reply> ask(
      Class<? extends CatalogEntry> kind,
      org.apache.pekko.japi.function.Function<ActorRef<CatalogActor.Reply>, CatalogActor.Message>
          message) {
    return AskPattern.ask(entities.catalog(Kinds.id(kind)), message, ANSWER, system.scheduler());
  }

  private static <E extends CatalogEntry> Answer<E> answer(
      Class<E> kind, CatalogActor.Reply reply) {
    return switch (reply) {
      case CatalogActor.Written(var entry, _) -> Answer.of(kind.cast(entry.entry()));
      case CatalogActor.Refused(var reason) -> Answer.refuse(reason);
      case CatalogActor.Outdated(var newest) ->
          throw new IllegalStateException("not an answer to a create or remove: " + newest);
    };
  }
}
