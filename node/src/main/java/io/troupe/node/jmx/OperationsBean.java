package io.troupe.node.jmx;

import io.troupe.actors.view.InstanceIndex;
import io.troupe.actors.view.InstanceIndex.Entry;
import io.troupe.actors.view.InstanceIndex.Running;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

final class OperationsBean implements OperationsMXBean {
  private final InstanceIndex index;
  private final Clock clock;

  OperationsBean(InstanceIndex index, Clock clock) {
    this.index = index;
    this.clock = clock;
  }

  @Override
  public int getInProgress() {
    return index.busy().size();
  }

  @Override
  public int getOverdue() {
    var now = clock.instant();
    return (int) index.busy().stream().filter(one -> isOverdue(one, now)).count();
  }

  @Override
  public List<Kind> getByKind() {
    var now = clock.instant();
    Map<String, Kind> kinds = new TreeMap<>();
    for (Entry entry : index.busy()) {
      var one = new Kind(kind(entry), 1, isOverdue(entry, now) ? 1 : 0);
      kinds.merge(
          one.kind(),
          one,
          (sum, more) ->
              new Kind(
                  sum.kind(),
                  sum.inProgress() + more.inProgress(),
                  sum.overdue() + more.overdue()));
    }
    return List.copyOf(kinds.values());
  }

  @Override
  public List<Operation> list(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
    }
    var now = clock.instant();
    return index.busy().stream()
        .sorted(
            Comparator.comparing(
                entry -> entry.running().map(Running::deadline).orElse(Instant.MAX)))
        .limit(limit)
        .map(entry -> shown(entry, now))
        .toList();
  }

  private static Operation shown(Entry entry, Instant now) {
    return new Operation(
        entry.running().map(one -> one.operation().toString()).orElse(""),
        kind(entry),
        entry.id().toString(),
        entry.view().flatMap(view -> view.host()).map(Object::toString).orElse(""),
        entry.running().map(one -> one.deadline().toString()).orElse(""),
        isOverdue(entry, now));
  }

  /** For moments it is not known yet, on a node the instance is not on. */
  private static String kind(Entry entry) {
    return entry
        .running()
        .map(one -> one.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .orElse("unknown");
  }

  private static boolean isOverdue(Entry entry, Instant now) {
    Optional<Instant> deadline = entry.running().map(Running::deadline);
    return deadline.filter(now::isAfter).isPresent();
  }
}
