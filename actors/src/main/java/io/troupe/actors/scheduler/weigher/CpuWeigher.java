package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Unclaimed vCPUs in thousandths, with the allocation ratio; more is better under a positive
 * multiplier. Source: Nova's CPUWeigher, which has fractions where we have thousandths.
 */
record CpuWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.idleMilliVcpus();
  }

  @Override
  public WeigherName title() {
    return WeigherName.CPU;
  }
}
