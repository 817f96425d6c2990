package io.troupe.actors.view;

import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.InstanceId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * This node's list of all instances, fed by their actors when they change and rebuilt from the
 * journal at start. Safe for use from any thread.
 *
 * <p>Deleted instances stay for {@code changes-since} until {@code deletedKept} later ones were
 * deleted.
 */
public final class InstanceIndex {
  private record Entry(InstanceView view, boolean busy) {}

  private final Map<InstanceId, Entry> all = new ConcurrentHashMap<>();
  private final Map<String, Map<InstanceId, InstanceView>> byProject = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<InstanceId> deleted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger deletedCount = new AtomicInteger();

  /**
   * Instances asked for that the quota has not agreed to yet; nobody sees them, but they may need
   * waking.
   */
  private final Map<InstanceId, Instant> unseen = new ConcurrentHashMap<>();

  private final int deletedKept;

  public InstanceIndex(int deletedKept) {
    this.deletedKept = deletedKept;
  }

  /** Takes a state unless a newer one is here already. */
  public void put(InstanceState state, long version) {
    if (!state.visible()) {
      if (state.operation().isPresent()) {
        unseen.put(state.id(), state.updatedAt());
      } else {
        unseen.remove(state.id());
      }
      return;
    }
    unseen.remove(state.id());
    var entry = new Entry(state.view(version), state.operation().isPresent());
    all.compute(
        state.id(),
        (id, known) -> {
          if (known != null && known.view.version() >= version) {
            return known;
          }
          byProject
              .computeIfAbsent(entry.view.project().value(), _ -> new ConcurrentHashMap<>())
              .put(id, entry.view);
          if (state.deleted() && (known == null || known.view.terminatedAt().isEmpty())) {
            deleted.add(id);
            deletedCount.incrementAndGet();
          }
          return entry;
        });
    forgetLongDeleted();
  }

  private void forgetLongDeleted() {
    while (deletedCount.get() > deletedKept) {
      var oldest = deleted.poll();
      if (oldest == null) {
        return;
      }
      deletedCount.decrementAndGet();
      var gone = all.remove(oldest);
      if (gone != null) {
        byProject.get(gone.view.project().value()).remove(oldest);
      }
    }
  }

  public Iterable<InstanceView> all() {
    return () -> all.values().stream().map(Entry::view).iterator();
  }

  public Iterable<InstanceView> ofProject(String projectId) {
    return Collections.unmodifiableCollection(byProject.getOrDefault(projectId, Map.of()).values());
  }

  public Optional<InstanceView> find(InstanceId id) {
    return Optional.ofNullable(all.get(id)).map(Entry::view);
  }

  /** Instances with an operation in progress that nothing was heard of since {@code before}. */
  public List<InstanceId> unfinished(Instant before) {
    var seen =
        all.values().stream()
            .filter(entry -> entry.busy && entry.view.updatedAt().isBefore(before))
            .map(entry -> entry.view.id());
    var notYetSeen =
        unseen.entrySet().stream()
            .filter(entry -> entry.getValue().isBefore(before))
            .map(Map.Entry::getKey);
    return java.util.stream.Stream.concat(seen, notYetSeen).toList();
  }
}
