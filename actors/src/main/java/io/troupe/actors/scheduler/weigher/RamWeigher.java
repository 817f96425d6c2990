package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.SchedulerSettings;

/**
 * Unclaimed RAM in MiB of the machine, without ratio; more is better under a positive multiplier.
 * Source: Nova's RAMWeigher.
 */
record RamWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.idleRamMib();
  }

  @Override
  public double multiplier(SchedulerSettings settings) {
    return settings.ramWeightMultiplier();
  }

  @Override
  public String option() {
    return "ram_weight_multiplier";
  }
}
