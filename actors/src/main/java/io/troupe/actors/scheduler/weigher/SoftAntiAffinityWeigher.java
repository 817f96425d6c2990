package io.troupe.actors.scheduler.weigher;

import io.troupe.config.WeigherName;

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
  public WeigherName title() {
    return WeigherName.SOFT_ANTI_AFFINITY;
  }
}
