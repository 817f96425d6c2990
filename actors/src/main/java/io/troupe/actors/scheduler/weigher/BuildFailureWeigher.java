package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Guests that could not be built since the last that could; fewer is better, since the multiplier
 * counts negative. Source: Nova's BuildFailureWeigher.
 */
record BuildFailureWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.detail().failedBuilds();
  }

  @Override
  public boolean fromZero() {
    return false;
  }

  @Override
  public WeigherName title() {
    return WeigherName.BUILD_FAILURE;
  }
}
