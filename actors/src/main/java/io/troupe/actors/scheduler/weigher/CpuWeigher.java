package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.SchedulerSettings;

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
  public double multiplier(SchedulerSettings settings) {
    return settings.cpuWeightMultiplier();
  }

  @Override
  public String option() {
    return "cpu_weight_multiplier";
  }
}
