package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps hosts whose aggregates match the flavor's extra specs of the scope {@code
 * aggregate_instance_extra_specs:}. For each such key one value of the host's aggregates must match
 * the expression; a missing key fails.
 *
 * <p>Source: Nova's AggregateInstanceExtraSpecsFilter, which reads keys without a scope as well.
 * There it is off by default, for such keys belong to other readers too; here the scope that names
 * it always counts, and keys without a scope do when {@code AggregateInstanceExtraSpecsFilter} is
 * among the enabled filters.
 *
 * @param expressions by metadata key, sorted so that the first miss is always the same
 */
record AggregateExtraSpecsFilter(SortedMap<String, String> expressions)
    implements HostFilter.ByClass {
  private static final String SCOPE = "aggregate_instance_extra_specs:";

  static AggregateExtraSpecsFilter of(RequestSpec request, boolean unscoped) {
    var expressions = new TreeMap<String, String>();
    request
        .extraSpecs()
        .forEach(
            (key, expression) -> {
              if (key.startsWith(SCOPE)) {
                expressions.put(key.substring(SCOPE.length()), expression);
              } else if (unscoped && key.indexOf(':') < 0) {
                expressions.putIfAbsent(key, expression);
              }
            });
    return new AggregateExtraSpecsFilter(expressions);
  }

  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    for (var asked : expressions.entrySet()) {
      var lists = hosts.aggregateMetadata().getOrDefault(asked.getKey(), Set.of());
      var values = AggregateValues.of(lists);
      if (values.stream().noneMatch(value -> Expression.matches(value, asked.getValue()))) {
        String found = values.isEmpty() ? "none" : String.join(",", values);
        return new Verdict.Mismatch("aggregate " + asked.getKey(), asked.getValue(), found);
      }
    }
    return Verdict.PASS;
  }
}
