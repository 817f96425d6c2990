package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.TreeSet;

/**
 * Keeps hosts of isolated aggregates for the projects they name. A host without a metadata key that
 * starts with {@code filter_tenant_id} is open to all; otherwise one of these keys must list the
 * project. Source: Nova's filter of this name.
 */
record AggregateMultiTenancyIsolation() implements HostFilter.ByClass {
  private static final String KEY_PREFIX = "filter_tenant_id";

  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    var admitted = new TreeSet<String>();
    boolean isolated = false;
    for (var entry : hosts.aggregateMetadata().entrySet()) {
      if (entry.getKey().startsWith(KEY_PREFIX)) {
        isolated = true;
        admitted.addAll(AggregateValues.of(entry.getValue()));
      }
    }
    return !isolated || admitted.contains(request.project().value())
        ? Verdict.PASS
        : new Verdict.Mismatch(
            "project", request.project().value(), "isolation for " + String.join(",", admitted));
  }
}
