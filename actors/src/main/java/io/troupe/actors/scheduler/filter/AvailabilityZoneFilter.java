package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts of the zone that was asked for; without one every host passes. Source: Nova's filter
 * of this name, later a pre-filter on aggregates with the same meaning.
 */
record AvailabilityZoneFilter() implements HostFilter.ByClass {
  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    String asked = request.availabilityZone().orElse(hosts.availabilityZone());
    return asked.equals(hosts.availabilityZone())
        ? Verdict.PASS
        : new Verdict.Mismatch("availability zone", asked, hosts.availabilityZone());
  }
}
