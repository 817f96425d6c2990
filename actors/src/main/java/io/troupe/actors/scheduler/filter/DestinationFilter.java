package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps the one host an administrator asked for, which the other filters still judge. Source:
 * Nova's {@code requested_destination}.
 */
record DestinationFilter(String host) implements HostFilter.ByName {
  @Override
  public Verdict judge(RequestSpec request, HostRow row) {
    return isAsked(row.id())
        ? Verdict.PASS
        : new Verdict.Mismatch("destination", host, row.id().value());
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    Set<HostId> named = table.ids().filter(this::isAsked).collect(Collectors.toSet());
    return new Cut.Keep(named);
  }

  private boolean isAsked(HostId id) {
    return id.value().equalsIgnoreCase(host);
  }
}
