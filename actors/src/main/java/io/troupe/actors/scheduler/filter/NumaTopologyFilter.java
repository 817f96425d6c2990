package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.topology.Fitting;
import io.troupe.actors.scheduler.topology.GuestShape;
import java.util.Optional;

/**
 * Keeps hosts into whose cells the guest's fit, with their CPUs and pages, and with devices as near
 * as their policies say. What cannot be read fits nowhere. Source: Nova's NUMATopologyFilter.
 */
record NumaTopologyFilter(GuestShape.Reading reading) implements HostFilter.ByHost {
  /** Empty when the guest has no cells. */
  static Optional<HostFilter> of(GuestShape.Reading reading) {
    return reading instanceof GuestShape.Asked(var shape) && shape.cells().isEmpty()
        ? Optional.empty()
        : Optional.of(new NumaTopologyFilter(reading));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return switch (reading) {
      case GuestShape.Unreadable(var field, var reason) ->
          new Verdict.Mismatch("extra spec", field, reason);
      case GuestShape.Asked(var shape) ->
          Fitting.cellMiss(shape, host.detail().partsNow())
              .<Verdict>map(miss -> miss)
              .orElse(Verdict.PASS);
    };
  }

  @Override
  public String name() {
    return "NUMATopologyFilter";
  }
}
