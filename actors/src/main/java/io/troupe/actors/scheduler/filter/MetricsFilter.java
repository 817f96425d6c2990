package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.SortedSet;

/**
 * Keeps hosts that tell every number that {@code metrics-weight-setting} names. Source: Nova's
 * filter of this name.
 */
record MetricsFilter(SortedSet<String> names) implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    for (String name : names) {
      if (!host.detail().metrics().containsKey(name)) {
        return new Verdict.Mismatch("metric", name, "none");
      }
    }
    return Verdict.PASS;
  }
}
