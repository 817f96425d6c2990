package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts with fewer instances that are being built, moved or copied than configured ({@code
 * max_io_ops_per_host}). Source: Nova's filter of this name.
 */
record IoOpsFilter(int most) implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    int places = most - host.ioOps();
    return places > 0 ? Verdict.PASS : new Verdict.Short("places for io-ops", 1, places, "");
  }
}
