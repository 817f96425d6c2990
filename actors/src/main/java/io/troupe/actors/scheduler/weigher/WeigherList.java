package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import java.util.ArrayList;
import java.util.List;

/** Which weighers a request meets. Weights are added in this order, so that sums are repeatable. */
public final class WeigherList {
  /** The raw values the table keeps as columns. */
  public static final List<HostWeigher.ByLoad> LOAD =
      List.of(
          new RamWeigher(),
          new CpuWeigher(),
          new DiskWeigher(),
          new IoOpsWeigher(),
          new NumInstancesWeigher(),
          new HypervisorVersionWeigher(),
          new BuildFailureWeigher(),
          new PciWeigher());

  private static final HostWeigher SOFT_AFFINITY = new SoftAffinityWeigher();
  private static final HostWeigher SOFT_ANTI_AFFINITY = new SoftAntiAffinityWeigher();

  private static final HostWeigher VCPUS_USED = new VcpusUsedWeigher();
  private static final HostWeigher PRIORITY = new PriorityWeigher();

  private WeigherList() {}

  /** Those of {@link #LOAD} first, then what the request adds; only what is enabled. */
  public static List<HostWeigher> of(RequestSpec request, SchedulerSettings settings) {
    var rank = RankWeigher.of(request);
    if (rank.isPresent() && settings.enabled(WeigherName.RANK)) {
      return List.of(rank.get());
    }
    var weighers = new ArrayList<HostWeigher>(LOAD);
    request
        .group()
        .map(GroupSpec::policy)
        .ifPresent(
            policy -> {
              switch (policy) {
                case SOFT_AFFINITY -> weighers.add(SOFT_AFFINITY);
                case SOFT_ANTI_AFFINITY -> weighers.add(SOFT_ANTI_AFFINITY);
                case AFFINITY, ANTI_AFFINITY -> {} // these filter
              }
            });
    if (!settings.metrics().ratios().isEmpty()) {
      weighers.add(new MetricsWeigher(settings.metrics()));
    }
    if (!request.imageProperties().isEmpty()) {
      weighers.add(new ImagePropertiesWeigher(settings.imagePropertyWeights()));
    }
    weighers.add(VCPUS_USED);
    weighers.add(PRIORITY);
    weighers.removeIf(weigher -> !settings.enabled(weigher.title()));
    return weighers;
  }
}
