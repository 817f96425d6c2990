package io.troupe.actors;

import io.troupe.actors.catalog.CatalogEntry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The cloud's small durable records. Reads come from this node's copy; what this node wrote is in
 * it. Writes are on the journal when they are answered.
 */
public interface Catalog {
  <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key);

  /** All of a kind, in the order they were created. */
  <E extends CatalogEntry> List<E> all(Class<E> kind);

  /**
   * Reads all of a kind anew: what was written before this was asked, by whichever node, is in this
   * node's copy when it is answered.
   */
  CompletionStage<Void> refresh(Class<? extends CatalogEntry> kind);

  /**
   * A new entry; {@link Rejection.Conflict} when its key or one of its unique words is taken, or it
   * clashes with another. The answer has the number it was given, if its kind has numbers.
   */
  <E extends CatalogEntry> CompletionStage<Answer<E>> create(E entry);

  /**
   * Like {@link #create}, but {@link Rejection.QuotaExceeded} when {@code most} entries are there
   * already that are counted with this one; exact, however many create at once. -1 is no limit.
   */
  <E extends CatalogEntry> CompletionStage<Answer<E>> createWithin(E entry, long most);

  /**
   * Replaces an entry by what {@code change} makes of it. The change is applied to the newest
   * version, again if another writer came first; it must keep the key. {@link Rejection.NotFound}
   * when there is no such entry, {@link Rejection.Conflict} when a unique word is taken.
   */
  <E extends CatalogEntry> CompletionStage<Answer<E>> update(
      Class<E> kind, String key, Function<E, Answer<E>> change);

  /** Removes an entry and answers what it was; {@link Rejection.NotFound} when there is none. */
  <E extends CatalogEntry> CompletionStage<Answer<E>> remove(Class<E> kind, String key);
}
