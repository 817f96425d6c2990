package io.troupe.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The scheduler's filters that can be chosen in {@code troupe.scheduler.enabled-filters}, under the
 * names that Nova gives them. Some are asked whether they are named or not, since they hold what
 * Nova's placement service and its pre-filters hold there; naming those is no mistake, so that an
 * older list loads.
 */
public enum FilterName {
  ALL_HOSTS("AllHostsFilter"),
  COMPUTE("ComputeFilter"),
  IMAGE_PROPERTIES("ImagePropertiesFilter"),
  AGGREGATE_INSTANCE_EXTRA_SPECS("AggregateInstanceExtraSpecsFilter"),
  AGGREGATE_IMAGE_PROPERTIES_ISOLATION("AggregateImagePropertiesIsolation"),
  COMPUTE_CAPABILITIES("ComputeCapabilitiesFilter"),
  SIMPLE_CIDR_AFFINITY("SimpleCIDRAffinityFilter"),
  AGGREGATE_RAM("AggregateRamFilter"),
  AGGREGATE_CORE("AggregateCoreFilter"),
  AGGREGATE_DISK("AggregateDiskFilter"),
  IO_OPS("IoOpsFilter"),
  AGGREGATE_IO_OPS("AggregateIoOpsFilter"),
  NUM_INSTANCES("NumInstancesFilter"),
  AGGREGATE_NUM_INSTANCES("AggregateNumInstancesFilter"),
  AGGREGATE_TYPE_AFFINITY("AggregateTypeAffinityFilter"),
  TRUSTED("TrustedFilter"),
  ISOLATED_HOSTS("IsolatedHostsFilter"),
  SAME_HOST("SameHostFilter"),
  DIFFERENT_HOST("DifferentHostFilter"),
  TYPE_AFFINITY("TypeAffinityFilter"),
  EXACT_RAM("ExactRamFilter"),
  EXACT_CORE("ExactCoreFilter"),
  EXACT_DISK("ExactDiskFilter"),
  METRICS("MetricsFilter"),
  JSON("JsonFilter"),
  SERVER_GROUP_AFFINITY("ServerGroupAffinityFilter"),
  SERVER_GROUP_ANTI_AFFINITY("ServerGroupAntiAffinityFilter"),

  /** Always asked. */
  AVAILABILITY_ZONE("AvailabilityZoneFilter"),
  /** Always asked. */
  AGGREGATE_MULTI_TENANCY_ISOLATION("AggregateMultiTenancyIsolation"),
  /** Always asked. */
  RAM("RamFilter"),
  /** Always asked. */
  CORE("CoreFilter"),
  /** Always asked. */
  DISK("DiskFilter"),
  /** Always asked. */
  RETRY("RetryFilter"),
  /** Always asked. */
  PCI_PASSTHROUGH("PciPassthroughFilter"),
  /** Always asked. */
  NUMA_TOPOLOGY("NUMATopologyFilter");

  /** Nova's default {@code enabled_filters}. */
  public static final Set<FilterName> DEFAULT =
      Set.copyOf(
          EnumSet.of(
              COMPUTE,
              COMPUTE_CAPABILITIES,
              IMAGE_PROPERTIES,
              SERVER_GROUP_ANTI_AFFINITY,
              SERVER_GROUP_AFFINITY));

  private final String word;

  FilterName(String word) {
    this.word = word;
  }

  /** The filter of that name. */
  public static FilterName of(String word) {
    return Arrays.stream(values())
        .filter(name -> name.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "scheduler enabled-filters: there is no filter "
                        + word
                        + "; known are "
                        + Arrays.stream(values())
                            .map(FilterName::word)
                            .collect(Collectors.joining(", "))));
  }

  /** The name as Nova writes it. */
  public String word() {
    return word;
  }
}
