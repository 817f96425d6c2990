package io.troupe.actors.cluster;

import io.troupe.actors.Entities;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.Kinds;
import io.troupe.actors.catalog.SchedulingPause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The administrator's pause as the catalog has it: read by a scheduler that starts, written by the
 * one that is told. Asks the catalog's actor, as a node's copy may be older than the pause.
 */
public final class StoredPause<M> {
  /** For the catalog's actor; its shard may be moving as well. */
  private static final Duration ANSWER = Duration.ofSeconds(4);

  private final ActorContext<M> context;
  private final RecipientRef<CatalogActor.Message> catalog;

  public StoredPause(ActorContext<M> context, Entities entities) {
    this.context = context;
    this.catalog = entities.catalog(Kinds.id(SchedulingPause.class));
  }

  /**
   * @param read makes a message of whether there is a pause; empty when nobody answered
   */
  public void read(Function<Optional<Boolean>, M> read) {
    context.ask(
        CatalogActor.All.class,
        catalog,
        ANSWER,
        CatalogActor.GetAll::new,
        (all, noAnswer) ->
            read.apply(
                noAnswer == null ? Optional.of(!all.entries().isEmpty()) : Optional.empty()));
  }

  /**
   * Whatever is answered, the catalog is then as it should be: the pause created or there already.
   *
   * @param written makes a message of whether somebody answered
   */
  public void begin(Instant now, Function<Boolean, M> written) {
    context.ask(
        CatalogActor.Reply.class,
        catalog,
        ANSWER,
        to -> new CatalogActor.Create(new SchedulingPause(now), to),
        (_, noAnswer) -> written.apply(noAnswer == null));
  }

  /** The same: removed, or not there. */
  public void end(Function<Boolean, M> written) {
    context.ask(
        CatalogActor.Reply.class,
        catalog,
        ANSWER,
        to -> new CatalogActor.Remove(SchedulingPause.KEY, to),
        (_, noAnswer) -> written.apply(noAnswer == null));
  }
}
