package io.troupe.actors.scheduler;

import io.troupe.config.SchedulerSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many more instances of a kind fit now.
 *
 * @param fits how many were found room for
 * @param byHost how many of them on each host, in the order the scheduler would fill them
 * @param end why one more does not fit; empty when the search stopped before that
 */
public record Capacity(int fits, Map<HostId, Integer> byHost, Optional<Explanation> end)
    implements CborSerializable {
  public Capacity {
    byHost = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(byHost));
  }

  /**
   * Places one after the other as the scheduler would, with every rule, and takes all of them back.
   * The table is the same afterwards.
   *
   * @param most stop after this many
   */
  static Capacity of(
      HostTable table, RequestSpec request, SchedulerSettings settings, int most, long seed) {
    var placed = new LinkedHashMap<InstanceId, HostId>();
    var byHost = new LinkedHashMap<HostId, Integer>();
    Optional<Explanation> end = Optional.empty();
    while (placed.size() < most && end.isEmpty()) {
      var next = request.as(InstanceId.fresh());
      switch (Scheduling.decide(table, next, settings, seed + placed.size())) {
        case Decision.Placed(var candidates, _) -> {
          var host = candidates.getFirst().host();
          table.consume(host, next);
          placed.put(next.instance(), host);
          byHost.merge(host, 1, Integer::sum);
        }
        case Decision.NoValidHost(var explanation, _) -> end = Optional.of(explanation);
      }
    }
    placed.forEach((instance, host) -> table.settle(host, instance));
    return new Capacity(placed.size(), byHost, end);
  }
}
