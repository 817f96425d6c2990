package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.WeigherName;

/**
 * vCPUs in use; fewer is better under a negative multiplier. Source: Nova's SimpleScheduler, there
 * until 2013.
 */
record VcpusUsedWeigher() implements HostWeigher.ByHost {
  @Override
  public int raw(RequestSpec request, HostRow host) {
    return HostWeigher.whole(host.claimed().vcpus());
  }

  @Override
  public WeigherName title() {
    return WeigherName.VCPUS_USED;
  }
}
