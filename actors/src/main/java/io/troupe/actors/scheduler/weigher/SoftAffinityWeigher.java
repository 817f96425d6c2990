package io.troupe.actors.scheduler.weigher;

import io.troupe.config.SchedulerSettings;

/**
 * Members of the request's soft-affinity group on the host; more is better. Source: Nova's
 * ServerGroupSoftAffinityWeigher.
 */
record SoftAffinityWeigher() implements HostWeigher.ByGroup {
  @Override
  public int raw(int members) {
    return members;
  }

  @Override
  public double multiplier(SchedulerSettings settings) {
    return settings.softAffinityWeightMultiplier();
  }

  @Override
  public String option() {
    return "soft_affinity_weight_multiplier";
  }
}
