package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The catalog in a map: keys and unique words are unique, nothing is durable. */
public final class MemoryCatalog implements Catalog {
  private final Map<Class<?>, Map<String, CatalogEntry>> kinds = new HashMap<>();

  private long lastNumber;

  private Map<String, CatalogEntry> of(Class<?> kind) {
    return kinds.computeIfAbsent(kind, k -> new LinkedHashMap<>());
  }

  /** Puts an entry there, over an older one. */
  public synchronized void put(CatalogEntry entry) {
    of(entry.getClass()).put(entry.key(), entry);
  }

  @Override
  public synchronized <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key) {
    return Optional.ofNullable(of(kind).get(key)).map(kind::cast);
  }

  @Override
  public synchronized <E extends CatalogEntry> List<E> all(Class<E> kind) {
    return new ArrayList<>(of(kind).values().stream().map(kind::cast).toList());
  }

  @Override
  public CompletionStage<Void> refresh(Class<? extends CatalogEntry> kind) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> create(E entry) {
    return createWithin(entry, -1);
  }

  @Override
  @SuppressWarnings("unchecked") // an entry with a number is of the same kind
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> createWithin(
      E asked, long most) {
    E entry = asked.number() == 0 ? (E) asked.withNumber(++lastNumber) : asked;
    var entries = of(entry.getClass());
    long there =
        entries.values().stream()
            .filter(other -> other.countedWith().equals(entry.countedWith()))
            .count();
    if (most >= 0 && entry.countedWith().isPresent() && there >= most) {
      return refuse(new Rejection.QuotaExceeded(Kinds.quota(entry.getClass()), 1, there, most));
    }
    if (entries.containsKey(entry.key()) || isTaken(entry, Optional.empty())) {
      return refuse(new Rejection.Conflict(kindOf(entry.getClass()) + " already exists."));
    }
    entries.put(entry.key(), entry);
    return CompletableFuture.completedFuture(Answer.of(entry));
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> update(
      Class<E> kind, String key, Function<E, Answer<E>> change) {
    var found = find(kind, key);
    if (found.isEmpty()) {
      return refuse(new Rejection.NotFound(kindOf(kind), key));
    }
    Answer<E> changed = change.apply(found.get());
    if (changed instanceof Answer.Accepted<E>(var entry)) {
      if (!entry.key().equals(key)) {
        throw new IllegalArgumentException("an update must keep the key");
      }
      if (isTaken(entry, Optional.of(key))) {
        return refuse(new Rejection.Conflict(kindOf(kind) + " already exists."));
      }
      of(kind).put(key, entry);
    }
    return CompletableFuture.completedFuture(changed);
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> remove(
      Class<E> kind, String key) {
    CatalogEntry removed = of(kind).remove(key);
    return removed == null
        ? refuse(new Rejection.NotFound(kindOf(kind), key))
        : CompletableFuture.completedFuture(Answer.of(kind.cast(removed)));
  }

  private boolean isTaken(CatalogEntry entry, Optional<String> self) {
    return of(entry.getClass()).values().stream()
        .filter(other -> !self.equals(Optional.of(other.key())))
        .anyMatch(
            other ->
                other.uniqueWords().stream().anyMatch(entry.uniqueWords()::contains)
                    || entry.clashWith(other).isPresent());
  }

  private static String kindOf(Class<?> kind) {
    return kind.getSimpleName();
  }

  private static <E> CompletionStage<Answer<E>> refuse(Rejection reason) {
    return CompletableFuture.completedFuture(Answer.refuse(reason));
  }
}
