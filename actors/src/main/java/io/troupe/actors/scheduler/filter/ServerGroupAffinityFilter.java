package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the hosts where the group's members are; while there are none, every host. Source: Nova's
 * filter of this name.
 *
 * @param members the hosts that have members, anywhere in the fleet
 */
record ServerGroupAffinityFilter(GroupSpec group, Set<HostId> members)
    implements HostFilter.ByName {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return members.isEmpty() || members.contains(host.id())
        ? Verdict.PASS
        : new Verdict.Mismatch("group member on", names(), host.id().value());
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    return members.isEmpty() ? Cut.NOTHING : new Cut.Keep(members);
  }

  private String names() {
    var names = new TreeSet<String>();
    members.forEach(host -> names.add(host.value()));
    return String.join(",", names);
  }
}
