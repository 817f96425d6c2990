package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.SchedulerSettings;

/**
 * Unclaimed disk in GiB of the machine, without ratio; more is better under a positive multiplier.
 * Source: Nova's DiskWeigher.
 */
record DiskWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.idleDiskGib();
  }

  @Override
  public double multiplier(SchedulerSettings settings) {
    return settings.diskWeightMultiplier();
  }

  @Override
  public String option() {
    return "disk_weight_multiplier";
  }
}
