package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
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
          new HypervisorVersionWeigher());

  private static final HostWeigher SOFT_AFFINITY = new SoftAffinityWeigher();
  private static final HostWeigher SOFT_ANTI_AFFINITY = new SoftAntiAffinityWeigher();

  private WeigherList() {}

  /** All of {@link #LOAD} first, then what the request's group adds. */
  public static List<HostWeigher> of(RequestSpec request) {
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
    return weighers;
  }
}
