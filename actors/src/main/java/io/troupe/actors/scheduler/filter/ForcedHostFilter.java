package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps the host an administrator named, in upper or lower case. Source: Nova's {@code
 * force_hosts}.
 */
record ForcedHostFilter(String host) implements HostFilter.ByName {
  @Override
  public Verdict judge(RequestSpec request, HostRow row) {
    return isForced(row.id()) ? Verdict.PASS : new Verdict.Mismatch("host", host, row.id().value());
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    Set<HostId> named = table.ids().filter(this::isForced).collect(Collectors.toSet());
    return new Cut.Keep(named);
  }

  private boolean isForced(HostId id) {
    return id.value().equalsIgnoreCase(host);
  }
}
