package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.config.FilterName;
import io.troupe.config.SchedulerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

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
  private static final HostFilter IMAGE = new ImagePropertiesFilter();
  private static final HostFilter IMAGE_ISOLATION = new AggregateImagePropertiesIsolation();
  private static final HostFilter TYPE_ISOLATION = new AggregateTypeAffinityFilter();
  private static final HostFilter RETRY = new RetryFilter();

  private FilterChain() {}

  /** What a host cannot judge by itself at a claim, beside an affinity group's one place. */
  public static List<HostFilter> ofJoin(RequestSpec request, HostTable table) {
    return request.forcedHost().isPresent() ? List.of() : SpreadFilter.of(request, table);
  }

  /** The filters for {@code request} that are enabled or always asked, cheapest first. */
  public static List<HostFilter> of(
      RequestSpec request, HostTable table, SchedulerSettings settings) {
    var chain = new ArrayList<HostFilter>();
    Wants wants = request.wants();
    if (request.forcedHost().isPresent()) {
      chain.add(new ForcedHostFilter(request.forcedHost().get())); // in place of all choice
    } else {
      addByClass(chain, request, settings);
      TraitsFilter.of(wants).ifPresent(chain::add); // words per class, where any are asked
      addDestination(chain, request.detail()); // one host or a few
    }
    chain.addAll(
        CAPACITY); // one comparison per host, all hosts at once; a forced host needs room too
    chain.add(RETRY); // a few named hosts, never more than the attempts allowed
    ResourceClassFilter.of(wants).ifPresent(chain::add); // room too, but a search per host
    if (request.forcedHost().isEmpty()) {
      if (settings.enabled(FilterName.ISOLATED_HOSTS)) {
        chain.add(new IsolatedHostsFilter(settings.isolation())); // the hosts configured
      }
      request
          .group()
          .ifPresent(group -> addGroup(chain, group, table, settings)); // grows with the group
      chain.addAll(SpreadFilter.of(request, table)); // one look at all hosts to count members
      RequirementsFilter.of(request).ifPresent(chain::add); // an expression per host
      addByHost(chain, request, settings); // one call per host that is left, so last
    }
    GuestShape.Reading shape = request.shape();
    PciPassthroughFilter.of(shape).ifPresent(chain::add); // room too, and a matching per host
    NumaTopologyFilter.of(shape).ifPresent(chain::add); // the same with a search, so last of all
    return chain;
  }

  /**
   * What a host may say to another image on an instance that it has: Nova's filters for rebuild.
   */
  public static List<HostFilter> ofRebuild(RequestSpec request, SchedulerSettings settings) {
    var chain = new ArrayList<HostFilter>();
    if (settings.enabled(FilterName.IMAGE_PROPERTIES) && ImagePropertiesFilter.concerns(request)) {
      chain.add(IMAGE);
    }
    if (settings.enabled(FilterName.AGGREGATE_IMAGE_PROPERTIES_ISOLATION)) {
      chain.add(IMAGE_ISOLATION);
    }
    if (settings.enabled(FilterName.ISOLATED_HOSTS)) {
      chain.add(new IsolatedHostsFilter(settings.isolation()));
    }
    return chain;
  }

  private static void addByClass(
      List<HostFilter> chain, RequestSpec request, SchedulerSettings settings) {
    if (settings.enabled(FilterName.COMPUTE)) {
      chain.add(COMPUTE); // two flags; a dead host has no other faults worth telling
    }
    chain.add(ZONE); // one word compared per class
    chain.add(TENANCY); // once per class, but walks its metadata
    boolean unscoped = settings.enabled(FilterName.AGGREGATE_INSTANCE_EXTRA_SPECS);
    chain.add(
        AggregateExtraSpecsFilter.of(request, unscoped)); // once per class, and parses expressions
    if (settings.enabled(FilterName.IMAGE_PROPERTIES) && ImagePropertiesFilter.concerns(request)) {
      chain.add(IMAGE); // compares words per class, where the image asks for something
    }
    if (settings.enabled(FilterName.AGGREGATE_IMAGE_PROPERTIES_ISOLATION)) {
      chain.add(IMAGE_ISOLATION); // the same with lists
    }
    if (settings.enabled(FilterName.AGGREGATE_TYPE_AFFINITY)) {
      chain.add(TYPE_ISOLATION); // one list per class
    }
    if (settings.enabled(FilterName.TRUSTED)) {
      TrustedFilter.of(request).ifPresent(chain::add); // one word per class
    }
  }

  private static void addDestination(List<HostFilter> chain, RequestDetail detail) {
    detail.destination().ifPresent(host -> chain.add(new DestinationFilter(host)));
    if (!detail.ignored().isEmpty()) {
      chain.add(new IgnoredHostsFilter(detail.ignored()));
    }
  }

  private static void addByHost(
      List<HostFilter> chain, RequestSpec request, SchedulerSettings settings) {
    for (FilterName name : settings.enabledFilters()) { // a set of an enum: in its order
      switch (name) {
        case AGGREGATE_RAM -> chain.add(new AggregateRamFilter());
        case AGGREGATE_CORE -> chain.add(new AggregateCoreFilter());
        case AGGREGATE_DISK -> chain.add(new AggregateDiskFilter());
        case IO_OPS -> chain.add(new IoOpsFilter(settings.maxIoOpsPerHost()));
        case AGGREGATE_IO_OPS -> chain.add(new AggregateIoOpsFilter(settings.maxIoOpsPerHost()));
        case NUM_INSTANCES -> chain.add(new NumInstancesFilter(settings.maxInstancesPerHost()));
        case AGGREGATE_NUM_INSTANCES ->
            chain.add(new AggregateNumInstancesFilter(settings.maxInstancesPerHost()));
        case COMPUTE_CAPABILITIES -> ComputeCapabilitiesFilter.of(request).ifPresent(chain::add);
        case SIMPLE_CIDR_AFFINITY -> SimpleCIDRAffinityFilter.of(request).ifPresent(chain::add);
        case SAME_HOST -> SameHostFilter.of(request).ifPresent(chain::add);
        case DIFFERENT_HOST -> DifferentHostFilter.of(request).ifPresent(chain::add);
        case TYPE_AFFINITY -> chain.add(new TypeAffinityFilter());
        case EXACT_RAM -> chain.add(new ExactRamFilter());
        case EXACT_CORE -> chain.add(new ExactCoreFilter());
        case EXACT_DISK -> chain.add(new ExactDiskFilter());
        case METRICS ->
            chain.add(new MetricsFilter(new TreeSet<>(settings.metrics().ratios().keySet())));
        case JSON -> JsonFilter.of(request).ifPresent(chain::add);
        case COMPUTE,
            IMAGE_PROPERTIES,
            AGGREGATE_TYPE_AFFINITY,
            TRUSTED,
            ISOLATED_HOSTS,
            AGGREGATE_INSTANCE_EXTRA_SPECS,
            AGGREGATE_IMAGE_PROPERTIES_ISOLATION,
            SERVER_GROUP_AFFINITY,
            SERVER_GROUP_ANTI_AFFINITY -> {} // have a place above
        case AVAILABILITY_ZONE,
            AGGREGATE_MULTI_TENANCY_ISOLATION,
            RAM,
            CORE,
            DISK,
            RETRY,
            PCI_PASSTHROUGH,
            NUMA_TOPOLOGY -> {} // always asked
        case ALL_HOSTS -> {} // every host passes
      }
    }
  }

  private static void addGroup(
      List<HostFilter> chain, GroupSpec group, HostTable table, SchedulerSettings settings) {
    switch (group.policy()) {
      case AFFINITY -> {
        if (settings.enabled(FilterName.SERVER_GROUP_AFFINITY)) {
          var members = table.groupMembers(group.id()).keySet();
          chain.add(new ServerGroupAffinityFilter(group, members));
        }
      }
      case ANTI_AFFINITY -> {
        if (settings.enabled(FilterName.SERVER_GROUP_ANTI_AFFINITY)) {
          chain.add(new ServerGroupAntiAffinityFilter(group));
        }
      }
      case SOFT_AFFINITY, SOFT_ANTI_AFFINITY -> {} // these weigh
    }
  }
}
