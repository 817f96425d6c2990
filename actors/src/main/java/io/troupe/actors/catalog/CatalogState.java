package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.actors.Rejection;
import io.troupe.core.serialization.CborSerializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entries of one kind, in the order they were created, each with its version. Rarely written: a
 * change copies the map.
 */
public record CatalogState(@JsonProperty("entries") List<Versioned> list)
    implements CborSerializable {

  /** An entry and how often it was written; a writer names the version it read. */
  public record Versioned(CatalogEntry entry, long version) implements CborSerializable {}

  public static final CatalogState EMPTY = new CatalogState(List.of());

  @JsonCreator
  public CatalogState {
    list = List.copyOf(list);
  }

  public Optional<Versioned> find(String key) {
    return list.stream().filter(one -> one.entry().key().equals(key)).findFirst();
  }

  /**
   * Why the entry may not be created; empty when it may. The very same entry may: somebody asks
   * again.
   */
  Optional<Rejection> refusalOfCreate(CatalogEntry entry) {
    return find(entry.key()).filter(known -> !known.entry().equals(entry)).isPresent()
        ? Optional.of(taken(entry, entry.key()))
        : refusalOfWords(entry);
  }

  /** Why the entry may not have its unique words; empty when it may. */
  Optional<Rejection> refusalOfWords(CatalogEntry entry) {
    var words = entry.uniqueWords();
    return list.stream()
        .map(Versioned::entry)
        .filter(other -> !other.key().equals(entry.key()))
        .flatMap(other -> other.uniqueWords().stream())
        .filter(words::contains)
        .findFirst()
        .map(word -> taken(entry, word.substring(word.indexOf(':') + 1)));
  }

  private static Rejection taken(CatalogEntry entry, String what) {
    return new Rejection.Conflict(
        "%s %s already exists.".formatted(Kinds.title(entry.getClass()), what));
  }

  CatalogState evolve(CatalogEvent event) {
    Map<String, Versioned> all = new LinkedHashMap<>();
    list.forEach(one -> all.put(one.entry().key(), one));
    switch (event) {
      case CatalogEvent.Put(var entry) ->
          all.merge(
              entry.key(),
              new Versioned(entry, 1),
              (old, _) -> new Versioned(entry, old.version() + 1));
      case CatalogEvent.Removed(var key) -> all.remove(key);
    }
    Collection<Versioned> entries = all.values();
    return new CatalogState(List.copyOf(entries));
  }
}
