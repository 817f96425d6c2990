package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Drops the hosts that the request does not want, in upper or lower case. Source: Nova's {@code
 * ignore_hosts}.
 */
record IgnoredHostsFilter(Set<String> names) implements HostFilter.ByName {
  /** Who empties a rack names many, and every host is compared. */
  IgnoredHostsFilter {
    names = names.stream().map(IgnoredHostsFilter::lower).collect(Collectors.toUnmodifiableSet());
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return isIgnored(host.id())
        ? new Verdict.Mismatch("host", "any but " + host.id(), host.id().value())
        : Verdict.PASS;
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    return new Cut.Drop(table.ids().filter(this::isIgnored).collect(Collectors.toSet()));
  }

  private boolean isIgnored(HostId id) {
    return names.contains(lower(id.value()));
  }
}
