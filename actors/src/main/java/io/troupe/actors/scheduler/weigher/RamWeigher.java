package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Unclaimed RAM in MiB of the machine, without ratio; more is better under a positive multiplier.
 * Source: Nova's RAMWeigher.
 */
record RamWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.idleRamMib();
  }

  @Override
  public WeigherName title() {
    return WeigherName.RAM;
  }
}
