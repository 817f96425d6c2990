package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts with fewer instances than the least {@code max_instances_per_host} of their
 * aggregates' metadata; where there is none, than configured. Source: Nova's filter of this name.
 */
record AggregateNumInstancesFilter(int most) implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    int places = AggregateNumber.whole(host, "max_instances_per_host", most) - host.instances();
    return places > 0 ? Verdict.PASS : new Verdict.Short("places for instances", 1, places, "");
  }
}
