package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.core.value.Resources;

/**
 * Keeps hosts with enough RAM (MiB) left of (total − reserved) × ratio. Source: Nova's RamFilter,
 * later the MEMORY_MB inventory of Placement.
 */
record RamFilter() implements HostFilter.ByCapacity {
  @Override
  public int free(HostRow host) {
    return host.freeRamMib();
  }

  @Override
  public long amount(Resources resources) {
    return resources.ramMib();
  }

  @Override
  public String resource() {
    return "ram";
  }

  @Override
  public String unit() {
    return "MiB";
  }
}
