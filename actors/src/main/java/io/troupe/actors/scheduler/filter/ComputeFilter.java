package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts that are enabled and whose hypervisor answers. Source: Nova's filter of this name.
 */
record ComputeFilter() implements HostFilter.ByClass {
  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    if (hosts.enabled() && hosts.up()) {
      return Verdict.PASS;
    }
    return new Verdict.Mismatch("state", "enabled and up", state(hosts));
  }

  private static String state(HostClass hosts) {
    if (hosts.enabled()) {
      return "down";
    }
    return hosts.disabledReason().isEmpty()
        ? "disabled"
        : "disabled (" + hosts.disabledReason() + ")";
  }
}
