package io.troupe.actors.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * This node's copy of the catalog, for reading without asking anybody. Safe for use from any
 * thread.
 */
public final class CatalogCopy {
  private record Shelf(
      long revision, Map<String, CatalogState.Versioned> byKey, List<CatalogEntry> inOrder) {
    static Shelf of(long revision, List<CatalogState.Versioned> entries) {
      var byKey = new LinkedHashMap<String, CatalogState.Versioned>();
      entries.forEach(one -> byKey.put(one.entry().key(), one));
      return new Shelf(
          revision, byKey, entries.stream().map(CatalogState.Versioned::entry).toList());
    }
  }

  private final Map<Class<?>, Shelf> shelves = new ConcurrentHashMap<>();

  /**
   * Takes all entries of a kind unless newer ones are here.
   *
   * @param revision grows with each write of the kind
   */
  public void put(
      Class<? extends CatalogEntry> kind, long revision, List<CatalogState.Versioned> entries) {
    shelves.compute(
        kind,
        (_, known) ->
            known != null && known.revision >= revision ? known : Shelf.of(revision, entries));
  }

  /** The newest write of the kind that is in this copy; -1 before it was read once. */
  public long revision(Class<? extends CatalogEntry> kind) {
    var shelf = shelves.get(kind);
    return shelf == null ? -1 : shelf.revision;
  }

  /** Whether every kind has been read once. */
  public boolean complete() {
    return shelves.size() == Kinds.all().size();
  }

  public Optional<CatalogState.Versioned> versioned(
      Class<? extends CatalogEntry> kind, String key) {
    return Optional.ofNullable(shelf(kind).byKey.get(key));
  }

  public <E extends CatalogEntry> Optional<E> find(Class<E> kind, String key) {
    return versioned(kind, key).map(one -> kind.cast(one.entry()));
  }

  @SuppressWarnings("unchecked") // a shelf holds one kind only
  public <E extends CatalogEntry> List<E> all(Class<E> kind) {
    return (List<E>) shelf(kind).inOrder;
  }

  private Shelf shelf(Class<? extends CatalogEntry> kind) {
    var shelf = shelves.get(kind);
    if (shelf == null) {
      throw new IllegalStateException("the catalog has not been read yet: " + kind.getSimpleName());
    }
    return shelf;
  }
}
