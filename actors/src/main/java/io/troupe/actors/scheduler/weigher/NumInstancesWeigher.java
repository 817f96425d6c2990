package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Instances on the host; fewer is better under a negative multiplier, and by default they do not
 * matter. Source: Nova's weigher of this name.
 */
record NumInstancesWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.instances();
  }

  @Override
  public boolean fromZero() {
    return false;
  }

  @Override
  public WeigherName title() {
    return WeigherName.NUM_INSTANCES;
  }
}
