package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * The fewer free devices, the better: hosts with devices are kept for guests that need them, and
 * those with many for guests that need many. 100 for none, 1 for 99 and more. Source: Nova's
 * PCIWeigher.
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
