package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.TreeSet;

/**
 * Keeps hosts that have no instance of another flavor. Source: Nova's filter of this name, removed
 * there in 2017.
 */
record TypeAffinityFilter() implements HostFilter.ByHost {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    String flavor = request.detail().flavor().orElse("");
    var others = new TreeSet<>(host.detail().flavors().keySet());
    others.remove(flavor);
    return others.isEmpty()
        ? Verdict.PASS
        : new Verdict.Mismatch("flavor", flavor + " alone", String.join(",", others));
  }
}
