package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Rejection;
import io.troupe.core.serialization.CborSerializable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
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
 * The entries of one kind: the one place where they are written, and where names are kept unique.
 */
public final class CatalogActor
    extends EventSourcedBehavior<CatalogActor.Message, CatalogEvent, CatalogState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "catalog");

  public sealed interface Message extends CborSerializable {}

  public record Create(CatalogEntry entry, ActorRef<Reply> replyTo) implements Message {}

  /** Creates the entry unless {@code most} are there already that count with it; -1 is no limit. */
  public record CreateWithin(CatalogEntry entry, long most, ActorRef<Reply> replyTo)
      implements Message {}

  /** Writes the entry if its version is still {@code readVersion}. */
  public record Replace(CatalogEntry entry, long readVersion, ActorRef<Reply> replyTo)
      implements Message {}

  public record Remove(String key, ActorRef<Reply> replyTo) implements Message {}

  public record GetAll(ActorRef<All> replyTo) implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Written.class, name = "written"),
    @JsonSubTypes.Type(value = Outdated.class, name = "outdated"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  public sealed interface Reply extends CborSerializable {}

  /**
   * The entry as it is now, or as it was when it was removed.
   *
   * @param revision of the kind with this write; a copy of a lower one does not have it yet
   */
  public record Written(CatalogState.Versioned entry, long revision) implements Reply {}

  /** Another writer came first; this is what it wrote. */
  public record Outdated(CatalogState.Versioned newest) implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  /** Every entry of the kind; also what other nodes are told after each write. */
  public record All(String kind, long revision, List<CatalogState.Versioned> entries)
      implements CborSerializable {}

  private final Class<? extends CatalogEntry> kind;
  private final Consumer<All> published;
  private final ActorContext<Message> context;

  /**
   * @param published told the newest state before each answer, and after recovery
   */
  public static Behavior<Message> create(
      Class<? extends CatalogEntry> kind, Consumer<All> published) {
    return Behaviors.setup(context -> new CatalogActor(kind, published, context));
  }

  private CatalogActor(
      Class<? extends CatalogEntry> kind, Consumer<All> published, ActorContext<Message> context) {
    super(
        PersistenceId.of(KEY.name(), Kinds.id(kind)),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.kind = kind;
    this.published = published;
    this.context = context;
  }

  @Override
  public CatalogState emptyState() {
    return CatalogState.EMPTY;
  }

  @Override
  public EventHandler<CatalogState, CatalogEvent> eventHandler() {
    return CatalogState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public SignalHandler<CatalogState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (state, _) -> published.accept(all(state)))
        .build();
  }

  @Override
  public CommandHandler<Message, CatalogEvent, CatalogState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Create(var entry, var replyTo) -> create(state, entry, -1, replyTo);
          case CreateWithin(var entry, var most, var replyTo) ->
              create(state, entry, most, replyTo);
          case Replace replace -> replace(state, replace);
          case Remove(var key, var replyTo) ->
              state
                  .find(key)
                  .map(
                      entry ->
                          (Effect<CatalogEvent, CatalogState>)
                              Effect()
                                  .persist(new CatalogEvent.Removed(key))
                                  .thenRun(
                                      (CatalogState after) -> {
                                        published.accept(all(after));
                                        replyTo.tell(written(entry));
                                      }))
                  .orElseGet(() -> refuse(replyTo, notFound(key)));
          case GetAll(var replyTo) -> {
            replyTo.tell(all(state));
            yield Effect().none();
          }
        };
  }

  private Effect<CatalogEvent, CatalogState> create(
      CatalogState state, CatalogEntry asked, long most, ActorRef<Reply> replyTo) {
    var entry = state.numbered(asked);
    var refusal = state.refusalOfCreate(entry);
    if (refusal.isPresent()) {
      return refuse(replyTo, refusal.get());
    }
    var known = state.find(entry.key());
    if (known.isPresent()) {
      replyTo.tell(written(known.get()));
      return Effect().none();
    }
    var tooMany = state.refusalOfCount(entry, most);
    return tooMany.isPresent() ? refuse(replyTo, tooMany.get()) : put(entry, replyTo);
  }

  private Effect<CatalogEvent, CatalogState> replace(CatalogState state, Replace replace) {
    var known = state.find(replace.entry().key());
    if (known.isEmpty()) {
      return refuse(replace.replyTo(), notFound(replace.entry().key()));
    }
    if (known.get().version() != replace.readVersion()) {
      replace.replyTo().tell(new Outdated(known.get()));
      return Effect().none();
    }
    if (known.get().entry().equals(replace.entry())) {
      replace.replyTo().tell(written(known.get()));
      return Effect().none();
    }
    return state
        .refusalOfWords(replace.entry())
        .map(reason -> refuse(replace.replyTo(), reason))
        .orElseGet(() -> put(replace.entry(), replace.replyTo()));
  }

  private Effect<CatalogEvent, CatalogState> put(CatalogEntry entry, ActorRef<Reply> replyTo) {
    return Effect()
        .persist(new CatalogEvent.Put(entry))
        .thenRun(
            (CatalogState after) -> {
              published.accept(all(after));
              replyTo.tell(written(after.find(entry.key()).orElseThrow()));
            });
  }

  private Effect<CatalogEvent, CatalogState> refuse(ActorRef<Reply> replyTo, Rejection reason) {
    replyTo.tell(new Refused(reason));
    return Effect().none();
  }

  private All all(CatalogState state) {
    return new All(Kinds.id(kind), lastSequenceNumber(context), state.list());
  }

  private Written written(CatalogState.Versioned entry) {
    return new Written(entry, lastSequenceNumber(context));
  }

  private Rejection notFound(String key) {
    return new Rejection.NotFound(Kinds.title(kind), key);
  }
}
