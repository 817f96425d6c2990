package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts where exactly as much is left as is asked (disk in GiB), as with whole machines.
 * Source: Nova's filter of this name, there from 2014 to 2018.
 */
record ExactDiskFilter() implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    long asked = request.resources().diskGib();
    return asked == host.freeDiskGib()
        ? Verdict.PASS
        : new Verdict.Inexact("disk", asked, host.freeDiskGib(), "GiB");
  }
}
