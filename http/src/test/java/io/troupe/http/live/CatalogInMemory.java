package io.troupe.http.live;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogEntry;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The catalog without a journal: the same answers, nothing kept. */
public final class CatalogInMemory implements Catalog {
  private final Map<Class<?>, Map<String, CatalogEntry>> kinds = new LinkedHashMap<>();

  private Map<String, CatalogEntry> of(Class<?> kind) {
    return kinds.computeIfAbsent(kind, k -> new LinkedHashMap<>());
  }

  @Override
  public synchronized <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key) {
    return Optional.ofNullable(of(kind).get(key)).map(kind::cast);
  }

  @Override
  public synchronized <E extends CatalogEntry> List<E> all(Class<E> kind) {
    return of(kind).values().stream().map(kind::cast).toList();
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> create(E entry) {
    Answer<E> answer =
        isTaken(entry) || of(entry.getClass()).containsKey(entry.key())
            ? Answer.refuse(new Rejection.Conflict(entry.key() + " is taken"))
            : Answer.of(entry);
    if (answer instanceof Answer.Accepted<E>) {
      of(entry.getClass()).put(entry.key(), entry);
    }
    return CompletableFuture.completedFuture(answer);
  }

  private boolean isTaken(CatalogEntry entry) {
    Set<String> taken = new HashSet<>();
    for (CatalogEntry other : of(entry.getClass()).values()) {
      if (!other.key().equals(entry.key())) {
        taken.addAll(other.uniqueWords());
      }
    }
    taken.retainAll(entry.uniqueWords());
    return !taken.isEmpty();
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> update(
      Class<E> kind, String key, Function<E, Answer<E>> change) {
    Answer<E> answer =
        find(kind, key)
            .map(change)
            .orElseGet(() -> Answer.refuse(new Rejection.NotFound(kind.getSimpleName(), key)));
    if (answer instanceof Answer.Accepted<E>(var changed)) {
      if (isTaken(changed)) {
        answer = Answer.refuse(new Rejection.Conflict(key + " is taken"));
      } else {
        of(kind).put(key, changed);
      }
    }
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public synchronized <E extends CatalogEntry> CompletionStage<Answer<E>> remove(
      Class<E> kind, String key) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(of(kind).remove(key))
            .map(kind::cast)
            .map(Answer::of)
            .orElseGet(() -> Answer.refuse(new Rejection.NotFound(kind.getSimpleName(), key))));
  }
}
