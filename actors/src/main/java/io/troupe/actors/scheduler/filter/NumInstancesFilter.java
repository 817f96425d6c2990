package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts with fewer instances than configured ({@code max_instances_per_host}). Source: Nova's
 * filter of this name.
 */
record NumInstancesFilter(int most) implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    int places = most - host.instances();
    return places > 0 ? Verdict.PASS : new Verdict.Short("places for instances", 1, places, "");
  }
}
