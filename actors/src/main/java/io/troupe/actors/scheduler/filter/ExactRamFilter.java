package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;

/**
 * Keeps hosts where exactly as much is left as is asked (RAM in MiB), as with whole machines.
 * Source: Nova's filter of this name, there from 2014 to 2018.
 */
record ExactRamFilter() implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    long asked = request.resources().ramMib();
    return asked == host.freeRamMib()
        ? Verdict.PASS
        : new Verdict.Inexact("ram", asked, host.freeRamMib(), "MiB");
  }
}
