package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * 100 less the free PCI devices, at most 99 of them: hosts that have none are better under a
 * positive multiplier, so that devices are kept for those who ask. Source: Nova's PCIWeigher.
 */
record PciWeigher() implements HostWeigher.ByLoad {
  private static final int MOST = 100;

  @Override
  public int raw(HostRow host) {
    return MOST - Math.min(host.detail().freeDevices(), MOST - 1);
  }

  @Override
  public boolean fromZero() {
    return false;
  }

  @Override
  public WeigherName title() {
    return WeigherName.PCI;
  }
}
