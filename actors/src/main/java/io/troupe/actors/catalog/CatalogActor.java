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

  /** The entry as it is now, or as it was when it was removed. */
  public record Written(CatalogState.Versioned entry) implements Reply {}

  /** Another writer came first; this is what it wrote. */
  public record Outdated(CatalogState.Versioned newest) implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  public record All(List<CatalogState.Versioned> entries) implements CborSerializable {}

  private final Class<? extends CatalogEntry> kind;
  private final Consumer<CatalogState> published;

  /**
   * @param published told the newest state before each answer, and after recovery
   */
  public static Behavior<Message> create(
      Class<? extends CatalogEntry> kind, Consumer<CatalogState> published) {
    return Behaviors.setup(_ -> new CatalogActor(kind, published));
  }

  private CatalogActor(Class<? extends CatalogEntry> kind, Consumer<CatalogState> published) {
    super(
        PersistenceId.of(KEY.name(), Kinds.id(kind)),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.kind = kind;
    this.published = published;
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
        .onSignal(RecoveryCompleted.class, (state, _) -> published.accept(state))
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
                                        published.accept(after);
                                        replyTo.tell(new Written(entry));
                                      }))
                  .orElseGet(() -> refuse(replyTo, notFound(key)));
          case GetAll(var replyTo) -> {
            replyTo.tell(new All(state.list()));
            yield Effect().none();
          }
        };
  }

  private Effect<CatalogEvent, CatalogState> create(
      CatalogState state, CatalogEntry asked, long most, ActorRef<Reply> replyTo) {
    var entry = state.numbered(asked);
    return state
        .refusalOfCreate(entry)
        .or(() -> state.refusalOfCount(entry, most))
        .map(reason -> refuse(replyTo, reason))
        .orElseGet(() -> put(entry, replyTo));
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
      replace.replyTo().tell(new Written(known.get()));
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
              published.accept(after);
              replyTo.tell(new Written(after.find(entry.key()).orElseThrow()));
            });
  }

  private Effect<CatalogEvent, CatalogState> refuse(ActorRef<Reply> replyTo, Rejection reason) {
    replyTo.tell(new Refused(reason));
    return Effect().none();
  }

  private Rejection notFound(String key) {
    return new Rejection.NotFound(Kinds.title(kind), key);
  }
}
