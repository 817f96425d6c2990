package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.Explanation.Removal;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.core.value.InstanceId;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Placements that wait for the rest of their batch. Only a first attempt waits: who comes again
 * after a host refused it, or after its batch was decided, is placed by itself.
 */
final class Batches {
  private static final int REMEMBERED = 10_000;

  private final Map<String, SequencedMap<InstanceId, SchedulerActor.Place>> gathering =
      new HashMap<>();

  private final Set<String> decided =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });

  boolean holdsBack(RequestSpec spec) {
    var batch = spec.detail().batch();
    return batch.isPresent()
        && batch.get().size() > 1
        && spec.excluded().isEmpty()
        && !decided.contains(batch.get().id());
  }

  /** Everybody of the batch who is there; once all are, the batch counts as decided. */
  List<SchedulerActor.Place> join(Batch batch, SchedulerActor.Place place) {
    var members = gathering.computeIfAbsent(batch.id(), _ -> new LinkedHashMap<>());
    members.putLast(place.spec().instance(), place);
    if (members.size() == batch.size()) {
      gathering.remove(batch.id());
      decided.add(batch.id());
    }
    return List.copyOf(members.values());
  }

  /** Who has waited in vain; nobody when it was decided meanwhile. */
  List<SchedulerActor.Place> giveUp(String batch) {
    var members = gathering.remove(batch);
    return members == null ? List.of() : List.copyOf(members.values());
  }

  /** Hosts would not keep room for all of it, as often as they were asked. */
  static Explanation refused(HostTable table, Round round) {
    var miss = new Verdict.Mismatch("room kept by every host", "all of it", round.reason());
    var removal = new Removal("AllOrNothing", table.size(), round.lastRefusing(), miss);
    return new Explanation(table.size(), List.of(removal));
  }

  static Explanation incomplete(HostTable table, int came, int size) {
    var miss = new Verdict.Short("servers placed together", size, came, "");
    var removals =
        table
            .ids()
            .min(Comparator.comparing(host -> host.value()))
            .map(host -> List.of(new Removal("AllOrNothing", table.size(), host, miss)))
            .orElse(List.of());
    return new Explanation(table.size(), removals);
  }
}
