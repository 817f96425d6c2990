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
 *
 * @param lastNumber the highest number an entry of this kind ever had; none is given twice
 */
public record CatalogState(
    @JsonProperty("entries") List<Versioned> list, @JsonProperty("lastNumber") long lastNumber)
    implements CborSerializable {

  /** An entry and how often it was written; a writer names the version it read. */
  public record Versioned(CatalogEntry entry, long version) implements CborSerializable {}

  public static final CatalogState EMPTY = new CatalogState(List.of(), 0);

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
        .map(word -> taken(entry, word.substring(word.indexOf(':') + 1)))
        .or(() -> refusalOfNeighbours(entry));
  }

  private Optional<Rejection> refusalOfNeighbours(CatalogEntry entry) {
    return list.stream()
        .map(Versioned::entry)
        .filter(other -> !other.key().equals(entry.key()))
        .flatMap(other -> entry.clashWith(other).stream())
        .findFirst()
        .map(Rejection.Conflict::new);
  }

  /** Why there may not be one more entry that counts with this one; -1 is no limit. */
  Optional<Rejection> refusalOfCount(CatalogEntry entry, long most) {
    if (most < 0 || entry.countedWith().isEmpty()) {
      return Optional.empty();
    }
    var there =
        list.stream().filter(one -> one.entry().countedWith().equals(entry.countedWith())).count();
    return there < most
        ? Optional.empty()
        : Optional.of(new Rejection.QuotaExceeded(Kinds.quota(entry.getClass()), 1, there, most));
  }

  /** The entry with a number, where its kind has numbers and it has none yet. */
  CatalogEntry numbered(CatalogEntry entry) {
    if (entry.number() != 0) {
      return entry;
    }
    return list.stream()
        .map(Versioned::entry)
        .filter(known -> known.number() != 0 && known.equals(entry.withNumber(known.number())))
        .findFirst() // the same question again
        .orElseGet(() -> entry.withNumber(lastNumber + 1));
  }

  private static Rejection taken(CatalogEntry entry, String what) {
    return new Rejection.Conflict(
        "%s %s already exists.".formatted(Kinds.title(entry.getClass()), what));
  }

  CatalogState evolve(CatalogEvent event) {
    Map<String, Versioned> all = new LinkedHashMap<>();
    list.forEach(one -> all.put(one.entry().key(), one));
    var highest = lastNumber;
    switch (event) {
      case CatalogEvent.Put(var entry) -> {
        highest = Math.max(highest, entry.number());
        all.merge(
            entry.key(),
            new Versioned(entry, 1),
            (old, _) -> new Versioned(entry, old.version() + 1));
      }
      case CatalogEvent.Removed(var key) -> all.remove(key);
    }
    Collection<Versioned> entries = all.values();
    return new CatalogState(List.copyOf(entries), highest);
  }
}
