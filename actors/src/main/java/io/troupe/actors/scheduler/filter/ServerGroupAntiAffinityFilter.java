package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Keeps hosts with fewer members of the group than the rule {@code max_server_per_host} allows.
 * Source: Nova's filter of this name.
 */
record ServerGroupAntiAffinityFilter(GroupSpec group) implements HostFilter.ByName {
  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    int places = group.maxPerHost() - host.members(group.id());
    return places > 0 ? Verdict.PASS : new Verdict.Short("group places", 1, places, "");
  }

  @Override
  public Cut cut(RequestSpec request, HostTable table) {
    return new Cut.Drop(
        table.groupMembers(group.id()).entrySet().stream()
            .filter(members -> members.getValue() >= group.maxPerHost())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet()));
  }
}
