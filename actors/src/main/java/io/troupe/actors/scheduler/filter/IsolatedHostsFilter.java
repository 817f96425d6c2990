package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.Isolation;
import io.troupe.core.value.HostId;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps isolated images on isolated hosts, and other images off them where that is restricted.
 * Without isolated images no image may be on an isolated host, unless it is not restricted. Source:
 * Nova's filter of this name.
 */
record IsolatedHostsFilter(Isolation isolation) implements HostFilter.ByName {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    boolean here = isolation.hosts().contains(host.id().value());
    boolean image = isImageIsolated(request);
    if (image && !here) {
      return new Verdict.Mismatch("isolation", "an isolated host", "an open one");
    }
    return !image && here && isolation.restricting()
        ? new Verdict.Mismatch("isolation", "an open host", "an isolated one")
        : Verdict.PASS;
  }

  private boolean isImageIsolated(RequestSpec request) {
    return request.detail().image().filter(isolation.images()::contains).isPresent();
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    Set<HostId> isolated =
        isolation.hosts().stream()
            .map(HostId::new)
            .filter(host -> table.row(host).isPresent())
            .collect(Collectors.toSet());
    if (isImageIsolated(request)) {
      return new Cut.Keep(isolated);
    }
    return isolation.restricting() ? new Cut.Drop(isolated) : Cut.NOTHING;
  }
}
