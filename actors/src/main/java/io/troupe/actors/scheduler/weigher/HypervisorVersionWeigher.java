package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Version of the hypervisor, 1000000 × major + 1000 × minor + release; newer is better under a
 * positive multiplier. Source: Nova's weigher of this name.
 */
record HypervisorVersionWeigher() implements HostWeigher.ByLoad {
  /** Raw values are 32-bit numbers; no release comes near. */
  private static final long MOST = (1 << 30) - 1;

  @Override
  public int raw(HostRow host) {
    return (int) Math.min(host.machine().hypervisorVersion(), MOST);
  }

  @Override
  public boolean fromZero() {
    return false;
  }

  @Override
  public WeigherName title() {
    return WeigherName.HYPERVISOR_VERSION;
  }
}
