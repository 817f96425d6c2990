package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Set;

/**
 * Keeps hosts whose aggregates admit the flavor: their metadata key {@code instance_type} lists the
 * names of flavors admitted; hosts without the key admit all. Source: Nova's filter of this name.
 */
record AggregateTypeAffinityFilter() implements HostFilter.ByClass {
  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    Set<String> lists = hosts.aggregateMetadata().getOrDefault("instance_type", Set.of());
    Set<String> admitted = AggregateValues.of(lists);
    String flavor = request.detail().flavor().orElse("");
    return admitted.isEmpty() || admitted.contains(flavor)
        ? Verdict.PASS
        : new Verdict.Mismatch("flavor", flavor, "isolation for " + String.join(",", admitted));
  }
}
