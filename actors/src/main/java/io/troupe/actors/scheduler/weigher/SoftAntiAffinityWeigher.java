package io.troupe.actors.scheduler.weigher;

import io.troupe.config.SchedulerSettings;

/**
 * Members of the request's soft-anti-affinity group on the host, negated: fewer is better. Source:
 * Nova's ServerGroupSoftAntiAffinityWeigher.
 */
record SoftAntiAffinityWeigher() implements HostWeigher.ByGroup {
  @Override
  public int raw(int members) {
    return -members;
  }

  @Override
  public double multiplier(SchedulerSettings settings) {
    return settings.softAntiAffinityWeightMultiplier();
  }

  @Override
  public String option() {
    return "soft_anti_affinity_weight_multiplier";
  }
}
