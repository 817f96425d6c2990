package io.troupe.actors.view;

import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Shelf;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * This node's list of all instances, fed by their actors when they change and rebuilt from the
 * journal at start. Safe for use from any thread.
 *
 * <p>Deleted instances stay for {@code changes-since} until {@code deletedKept} later ones were
 * deleted.
 */
public final class InstanceIndex {
  /**
   * What the index knows of one instance.
   *
   * @param shown empty while the quota has not agreed yet: nobody sees it, but it may need waking
   * @param busy whether an operation is in progress
   * @param running that operation; empty also where only the instance's view is known yet
   */
  public record Entry(
      InstanceId id,
      long version,
      Optional<Shown> shown,
      boolean busy,
      Optional<Running> running,
      Instant updatedAt) {
    static Entry of(InstanceState state, long version) {
      return new Entry(
          state.id(),
          version,
          state.visible() ? Optional.of(Shown.of(state.view(version))) : Optional.empty(),
          state.operation().isPresent(),
          state.operation().map(Running::of),
          state.updatedAt());
    }

    /** A reply with the view may come before the entry of the same version with the operation. */
    private boolean tellsMoreThan(Entry known) {
      return version > known.version()
          || version == known.version() && running.isPresent() && known.running().isEmpty();
    }

    boolean deleted() {
      return shown.filter(Shown::terminated).isPresent();
    }

    /** Read now, if another node has written it. */
    public Optional<InstanceView> view() {
      return shown.map(Shown::view);
    }

    /** The view of an instance that rests in this state. */
    private Optional<InstanceView> restingIn(VmState state) {
      return busy ? Optional.empty() : shown.flatMap(one -> one.in(state));
    }
  }

  /** An operation in progress; after its deadline it should have ended. */
  public record Running(OperationId operation, OperationKind kind, Instant deadline)
      implements CborSerializable {
    static Running of(Operation operation) {
      return new Running(operation.id(), operation.kind(), operation.deadline());
    }
  }

  private final Map<InstanceId, Entry> all = new ConcurrentHashMap<>();
  private final Map<String, Map<InstanceId, Shown>> byProject = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<InstanceId> deleted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger deletedCount = new AtomicInteger();
  private final int deletedKept;
  private volatile Consumer<Entry> listener = _ -> {};

  public InstanceIndex(int deletedKept) {
    this.deletedKept = deletedKept;
  }

  /** From now on {@code listener} hears of each state that an actor of this node puts here. */
  public void tell(Consumer<Entry> newListener) {
    listener = newListener;
  }

  /** Takes a state from its actor, unless a newer one is here already. */
  public void put(InstanceState state, long version) {
    var entry = Entry.of(state, version);
    put(entry);
    listener.accept(entry);
  }

  /** Takes what the journal has of it, unless something newer is here already; tells nobody. */
  public void restore(InstanceState state, long sequenceNr) {
    put(Entry.of(state, sequenceNr << 16));
  }

  /** Takes what another node or a reply has told, unless something newer is here already. */
  public void put(Entry entry) {
    all.compute(
        entry.id(),
        (id, known) -> {
          if (known != null && !entry.tellsMoreThan(known)) {
            return known;
          }
          if (entry.shown().isEmpty()) {
            return entry.busy() ? entry : null;
          }
          var shown = entry.shown().get();
          byProject.computeIfAbsent(shown.project(), _ -> new ConcurrentHashMap<>()).put(id, shown);
          if (entry.deleted() && (known == null || !known.deleted())) {
            deleted.add(id);
            deletedCount.incrementAndGet();
          }
          return entry;
        });
    forgetLongDeleted();
  }

  /** Every entry that changed after {@code since}. */
  public List<Entry> changedAfter(Instant since) {
    return all.values().stream().filter(entry -> entry.updatedAt().isAfter(since)).toList();
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
        gone.shown().ifPresent(shown -> byProject.get(shown.project()).remove(oldest));
      }
    }
  }

  public Iterable<InstanceView> all() {
    return () -> all.values().stream().map(Entry::view).flatMap(Optional::stream).iterator();
  }

  public Iterable<InstanceView> ofProject(String projectId) {
    var shown = byProject.getOrDefault(projectId, Map.of()).values();
    return () -> shown.stream().map(Shown::view).iterator();
  }

  public Optional<InstanceView> find(InstanceId id) {
    return Optional.ofNullable(all.get(id)).flatMap(Entry::view);
  }

  /** Whether the state of an instance after the {@code sequenceNr}-th event is here. */
  public boolean knows(InstanceId id, long sequenceNr) {
    var known = all.get(id);
    return known != null && known.version() >= sequenceNr << 16;
  }

  /** Entries with an operation in progress. */
  public List<Entry> busy() {
    return all.values().stream().filter(Entry::busy).toList();
  }

  /** Instances with an operation in progress that nothing was heard of since {@code before}. */
  public List<InstanceId> unfinished(Instant before) {
    return all.values().stream()
        .filter(entry -> entry.busy() && entry.updatedAt().isBefore(before))
        .map(Entry::id)
        .toList();
  }

  /** Instances that were shelved before {@code before} and are still on their host. */
  public List<InstanceId> shelved(Instant before) {
    return resting(
        VmState.SHELVED, view -> view.shelf().map(Shelf::at).filter(before::isAfter).isPresent());
  }

  /** Instances that were soft-deleted before {@code before} and wait for nothing but their end. */
  public List<InstanceId> softDeleted(Instant before) {
    return resting(
        VmState.SOFT_DELETED, view -> view.softDeletedAt().filter(before::isAfter).isPresent());
  }

  /** Instances whose resize waits to be confirmed since before {@code before}. */
  public List<InstanceId> resized(Instant before) {
    return resting(
        VmState.RESIZED,
        view ->
            !view.migrations().isEmpty()
                && !view.migrations().getLast().updatedAt().isAfter(before));
  }

  private List<InstanceId> resting(VmState state, Predicate<InstanceView> wanted) {
    return all.values().stream()
        .filter(entry -> entry.restingIn(state).filter(wanted).isPresent())
        .map(Entry::id)
        .toList();
  }
}
