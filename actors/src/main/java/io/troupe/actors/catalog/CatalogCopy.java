package io.troupe.actors.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

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

  /** Told the entries of a kind as they were and as they are, after this copy has changed. */
  @FunctionalInterface
  public interface Watcher {
    void changed(List<CatalogEntry> before, List<CatalogEntry> after);
  }

  private final Map<Class<?>, Watcher> watchers = new ConcurrentHashMap<>();

  /**
   * At most one for each kind; called on whatever thread brings the change, so it must be quick.
   */
  public void watch(Class<? extends CatalogEntry> kind, Watcher watcher) {
    watchers.put(kind, watcher);
  }

  /**
   * Takes all entries of a kind unless newer ones are here.
   *
   * @param revision grows with each write of the kind
   */
  public void put(
      Class<? extends CatalogEntry> kind, long revision, List<CatalogState.Versioned> entries) {
    var newest = Shelf.of(revision, entries);
    var before = new AtomicReference<Shelf>();
    var kept =
        shelves.compute(
            kind,
            (_, known) -> {
              before.set(known);
              return known != null && known.revision >= revision ? known : newest;
            });
    var watcher = watchers.get(kind);
    if (watcher != null && kept == newest && before.get() != null) {
      watcher.changed(before.get().inOrder, newest.inOrder);
    }
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
