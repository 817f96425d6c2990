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

/**
 * The catalog over its actors: reads from this node's copy, writes through the actor of the kind.
 *
 * <p>A write without an answer is put again, and may have been carried out the first time. What is
 * there just as it was to be created, or changed to, is that write; and so it is when nothing is
 * left of what this node had and wants removed.
 */
public final class ShardedCatalog implements Catalog {
  /** At start the shards have yet to find a home. */
  private static final Duration LOAD = Duration.ofSeconds(55);

  private final PatientAsk patiently;
  private final Entities entities;
  private final CatalogCopy copy;

  public ShardedCatalog(ActorSystem<?> system, Entities entities, CatalogCopy copy) {
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
        ? read(kind, PatientAsk.PATIENCE).thenApply(_ -> reply)
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
  public CompletionStage<Void> refresh(Class<? extends CatalogEntry> kind) {
    return read(kind, PatientAsk.PATIENCE);
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
    return ask(kind, message)
        .thenCompose(answered -> whenCopied(kind, answered.reply()))
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
                  answered ->
                      switch (answered.reply()) {
                        case CatalogActor.Outdated(var newest)
                            when answered.repeated() && newest.entry().equals(changed) ->
                            read(kind, PatientAsk.PATIENCE).thenApply(_ -> Answer.of(changed));
                        case CatalogActor.Outdated(var newest) -> replace(kind, newest, change);
                        case CatalogActor.Reply reply ->
                            whenCopied(kind, reply).thenApply(done -> answer(kind, done));
                      });
    };
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> remove(Class<E> kind, String key) {
    var known = copy.find(kind, key);
    return ask(kind, replyTo -> new CatalogActor.Remove(key, replyTo))
        .thenCompose(
            answered ->
                answered.repeated() && isGone(answered.reply()) && known.isPresent()
                    ? read(kind, PatientAsk.PATIENCE).thenApply(_ -> Answer.of(known.get()))
                    : whenCopied(kind, answered.reply()).thenApply(done -> answer(kind, done)));
  }

  private static boolean isGone(CatalogActor.Reply reply) {
    return reply instanceof CatalogActor.Refused(Rejection.NotFound _);
  }

  private CompletionStage<PatientAsk.Answered<CatalogActor.Reply>> ask(
      Class<? extends CatalogEntry> kind,
      org.apache.pekko.japi.function.Function<ActorRef<CatalogActor.Reply>, CatalogActor.Message>
          message) {
    return patiently.askCounting(entities.catalog(Kinds.id(kind)), message);
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
