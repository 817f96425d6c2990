package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.SchedulerSettings;

/**
 * Instances being built, rebuilt, resized, snapshotted or rescued; fewer is better under the
 * default multiplier, which is negative. Source: Nova's IoOpsWeigher.
 */
record IoOpsWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.ioOps();
  }

  @Override
  public double multiplier(SchedulerSettings settings) {
    return settings.ioOpsWeightMultiplier();
  }

  @Override
  public String option() {
    return "io_ops_weight_multiplier";
  }
}
