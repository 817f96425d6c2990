package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Unclaimed disk in GiB of the machine, without ratio; more is better under a positive multiplier.
 * Source: Nova's DiskWeigher.
 */
record DiskWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.idleDiskGib();
  }

  @Override
  public WeigherName title() {
    return WeigherName.DISK;
  }
}
