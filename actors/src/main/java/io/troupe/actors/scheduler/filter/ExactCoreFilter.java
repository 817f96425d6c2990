package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts where exactly as much is left as is asked (vCPUs), as with whole machines. Source:
 * Nova's filter of this name, there from 2014 to 2018.
 */
record ExactCoreFilter() implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    long asked = request.resources().vcpus();
    return asked == host.freeVcpus()
        ? Verdict.PASS
        : new Verdict.Inexact("vcpus", asked, host.freeVcpus(), "");
  }
}
