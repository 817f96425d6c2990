package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts with enough vCPUs left under the allocation ratio of their aggregates, the least
 * {@code cpu_allocation_ratio} of their metadata; where there is none the host's own ratio counts.
 * The host itself still claims by its own ratio, so an aggregate can narrow it and not widen it.
 * Source: Nova's filter of this name, removed there in 2020.
 */
record AggregateCoreFilter() implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    long asked = request.resources().vcpus();
    double ratio = AggregateNumber.ratio(host, "cpu_allocation_ratio").orElse(host.cpuRatio());
    int free = host.freeVcpusAt(ratio);
    return asked == 0 || asked <= free
        ? Verdict.PASS
        : new Verdict.Short("vcpus at ratio " + ratio, asked, free, "");
  }
}
