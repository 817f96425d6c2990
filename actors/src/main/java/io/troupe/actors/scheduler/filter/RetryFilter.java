package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;

/** Drops hosts that were tried already. Source: Nova's filter of this name. */
record RetryFilter() implements HostFilter.ByName {
  private static final Verdict TRIED =
      new Verdict.Mismatch("attempt", "a first one", "an earlier one");

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return request.excluded().contains(host.id()) ? TRIED : Verdict.PASS;
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    return new Cut.Drop(request.excluded());
  }
}
