package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Which filters a request meets, and in which order. The order decides nothing about who passes,
 * but a host is counted at the first filter that fails it, so what an operator can change comes
 * before what only time changes.
 */
public final class FilterChain {
  /** The amounts the table keeps as columns, in the order of the chain. */
  public static final List<HostFilter.ByCapacity> CAPACITY =
      List.of(
          new RamFilter(), // in most fleets RAM runs out first, so its reason is the useful one
          new VcpuFilter(),
          new DiskFilter()); // often shared storage, seldom the bottleneck

  private static final HostFilter COMPUTE = new ComputeFilter();
  private static final HostFilter ZONE = new AvailabilityZoneFilter();
  private static final HostFilter TENANCY = new AggregateMultiTenancyIsolation();
  private static final HostFilter RETRY = new RetryFilter();

  private FilterChain() {}

  /** The filters for {@code request}, cheapest first. */
  public static List<HostFilter> of(RequestSpec request, HostTable table) {
    var chain = new ArrayList<HostFilter>();
    if (request.forcedHost().isPresent()) {
      chain.add(new ForcedHostFilter(request.forcedHost().get())); // in place of all choice
    } else {
      chain.add(COMPUTE); // two flags; a dead host has no other faults worth telling
      chain.add(ZONE); // one word compared per class
      chain.add(TENANCY); // once per class, but walks its metadata
      chain.add(AggregateExtraSpecsFilter.of(request)); // once per class, and parses expressions
    }
    chain.addAll(
        CAPACITY); // one comparison per host, all hosts at once; a forced host needs room too
    chain.add(RETRY); // a few named hosts, never more than the attempts allowed
    if (request.forcedHost().isEmpty()) {
      request.group().ifPresent(group -> addGroup(chain, group, table)); // grows with the group
    }
    return chain;
  }

  private static void addGroup(List<HostFilter> chain, GroupSpec group, HostTable table) {
    switch (group.policy()) {
      case AFFINITY ->
          chain.add(new ServerGroupAffinityFilter(group, table.groupMembers(group.id()).keySet()));
      case ANTI_AFFINITY -> chain.add(new ServerGroupAntiAffinityFilter(group));
      case SOFT_AFFINITY, SOFT_ANTI_AFFINITY -> {} // these weigh
    }
  }
}
