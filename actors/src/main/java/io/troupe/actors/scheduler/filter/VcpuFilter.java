package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.core.value.Resources;

/**
 * Keeps hosts with enough vCPUs left of (total − reserved) × ratio. Source: Nova's CoreFilter,
 * later the VCPU inventory of Placement.
 */
record VcpuFilter() implements HostFilter.ByCapacity {
  @Override
  public int free(HostRow host) {
    return host.freeVcpus();
  }

  @Override
  public long amount(Resources resources) {
    return resources.vcpus();
  }

  @Override
  public String resource() {
    return "vcpus";
  }

  @Override
  public String unit() {
    return "";
  }
}
