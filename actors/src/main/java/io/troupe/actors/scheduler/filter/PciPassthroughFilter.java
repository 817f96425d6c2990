package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.topology.Fitting;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.actors.scheduler.topology.HostParts;
import java.util.Optional;

/**
 * Keeps hosts with free devices for all that the flavor asks ({@code pci_passthrough:alias}). How
 * near to the guest they are is the affair of {@link NumaTopologyFilter}. Source: Nova's filter of
 * this name.
 */
record PciPassthroughFilter(GuestShape shape) implements HostFilter.ByHost {
  /** Empty when no devices are asked for. */
  static Optional<HostFilter> of(GuestShape.Reading reading) {
    return reading instanceof GuestShape.Asked(var shape) && !shape.devices().isEmpty()
        ? Optional.of(new PciPassthroughFilter(shape))
        : Optional.empty();
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    HostParts parts = host.detail().partsNow();
    return Fitting.deviceMiss(shape, parts).<Verdict>map(miss -> miss).orElse(Verdict.PASS);
  }
}
