package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.List;
import java.util.Optional;

/**
 * Keeps hosts with at least one of the instances of the hint {@code same_host}. Source: Nova's
 * filter of this name.
 */
record SameHostFilter(List<String> instances) implements HostFilter.ByHost {
  /** Empty without the hint. */
  static Optional<HostFilter> of(RequestSpec request) {
    List<String> instances = HintedInstances.of(request, "same_host");
    return instances.isEmpty() ? Optional.empty() : Optional.of(new SameHostFilter(instances));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return instances.stream().anyMatch(id -> HintedInstances.isOn(host, id))
        ? Verdict.PASS
        : new Verdict.Mismatch("same host as", String.join(",", instances), "none of them");
  }
}
