package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.List;
import java.util.Optional;

/**
 * Keeps hosts with none of the instances of the hint {@code different_host}. Source: Nova's filter
 * of this name.
 */
record DifferentHostFilter(List<String> instances) implements HostFilter.ByHost {
  /** Empty without the hint. */
  static Optional<HostFilter> of(RequestSpec request) {
    List<String> instances = HintedInstances.of(request, "different_host");
    return instances.isEmpty() ? Optional.empty() : Optional.of(new DifferentHostFilter(instances));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    for (String id : instances) {
      if (HintedInstances.isOn(host, id)) {
        return new Verdict.Mismatch("another host than", String.join(",", instances), id);
      }
    }
    return Verdict.PASS;
  }
}
