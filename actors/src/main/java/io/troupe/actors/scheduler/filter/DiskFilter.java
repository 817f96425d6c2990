package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.core.value.Resources;

/**
 * Keeps hosts with enough disk (GiB) left of (total − reserved) × ratio. Source: Nova's DiskFilter,
 * later the DISK_GB inventory of Placement.
 */
record DiskFilter() implements HostFilter.ByCapacity {
  @Override
  public int free(HostRow host) {
    return host.freeDiskGib();
  }

  @Override
  public long amount(Resources resources) {
    return resources.diskGib();
  }

  @Override
  public String resource() {
    return "disk";
  }

  @Override
  public String unit() {
    return "GiB";
  }
}
