package io.troupe.actors.catalog;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A catalog without a journal; keys are unique among all kinds. */
public final class CatalogInMemory implements Catalog {
  private final Map<String, CatalogEntry> entries = new LinkedHashMap<>();

  /** As if it had always been so. */
  public synchronized void put(CatalogEntry entry) {
    entries.put(entry.key(), entry);
  }

  /** What has to be there. */
  public <E extends CatalogEntry> E get(Class<E> kind, String key) {
    return find(kind, key).orElseThrow();
  }

  @Override
  public synchronized <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key) {
    return Optional.ofNullable(entries.get(key)).map(kind::cast);
  }

  @Override
  public synchronized <E extends CatalogEntry> List<E> all(Class<E> kind) {
    return entries.values().stream().map(kind::cast).toList();
  }

  @Override
  public CompletionStage<Void> refresh(Class<? extends CatalogEntry> kind) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> create(E entry) {
    return CompletableFuture.completedFuture(
        entries.putIfAbsent(entry.key(), entry) == null
            ? Answer.of(entry)
            : Answer.refuse(new Rejection.Conflict(entry.key() + " is there already")));
  }

  @Override
  public <E extends CatalogEntry> CompletionStage<Answer<E>> createWithin(E entry, long most) {
    throw new UnsupportedOperationException("no test has such a limit");
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> update(
      Class<E> kind, String key, Function<E, Answer<E>> change) {
    Answer<E> answer =
        find(kind, key)
            .map(change)
            .orElseGet(() -> Answer.refuse(new Rejection.NotFound(kind.getSimpleName(), key)));
    if (answer instanceof Answer.Accepted<E>(var changed)) {
      entries.put(key, changed);
    }
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> remove(
      Class<E> kind, String key) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(entries.remove(key))
            .map(kind::cast)
            .map(Answer::of)
            .orElseGet(() -> Answer.refuse(new Rejection.NotFound(kind.getSimpleName(), key))));
  }
}
