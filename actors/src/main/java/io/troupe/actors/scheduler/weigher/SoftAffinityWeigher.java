package io.troupe.actors.scheduler.weigher;

import io.troupe.config.WeigherName;

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
  public WeigherName title() {
    return WeigherName.SOFT_AFFINITY;
  }
}
