package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Allotment;
import io.troupe.actors.scheduler.resource.Wants;
import java.util.Optional;

/**
 * Keeps hosts whose providers can give what the flavor asks of resource classes beside vCPUs, RAM
 * and disk ({@code resources:CLASS}, {@code resourcesN:CLASS}). Source: Placement's allocation
 * candidates.
 */
record ResourceClassFilter(Wants wants) implements HostFilter.ByHost {
  /** Empty when nothing is asked. */
  static Optional<HostFilter> of(Wants wants) {
    return wants.takes() ? Optional.of(new ResourceClassFilter(wants)) : Optional.empty();
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return switch (host.detail().allot(wants)) {
      case Allotment.Fits _ -> Verdict.PASS;
      case Allotment.Lacks(var why) -> why;
    };
  }
}
