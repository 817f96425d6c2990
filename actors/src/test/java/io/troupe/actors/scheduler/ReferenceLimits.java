package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.SchedulerSettings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The reference's limits per host that an operator may enable, and those of its aggregates. */
final class ReferenceLimits {
  private ReferenceLimits() {}

  static Map<String, Verdict.Fail> reasons(
      RequestSpec request,
      SchedulerSettings settings,
      HostRow host,
      Collection<RequestSpec> promised) {
    var all = new LinkedHashMap<String, Verdict.Fail>();
    long ram = host.claimed().ramMib();
    long vcpus = host.claimed().vcpus();
    long disk = host.claimed().diskGib();
    for (RequestSpec claim : promised) {
      ram += claim.resources().ramMib();
      vcpus += claim.resources().vcpus();
      disk += claim.resources().diskGib();
    }
    double ratio = ratio(host, "ram_allocation_ratio", host.ramRatio());
    long free = (long) Math.floor((host.total().ramMib() - host.reserved().ramMib()) * ratio) - ram;
    room(all, "AggregateRamFilter", "ram", ratio, request.resources().ramMib(), free, "MiB");
    ratio = ratio(host, "cpu_allocation_ratio", host.cpuRatio());
    free = (long) Math.floor((host.total().vcpus() - host.reserved().vcpus()) * ratio) - vcpus;
    room(all, "AggregateCoreFilter", "vcpus", ratio, request.resources().vcpus(), free, "");
    ratio = ratio(host, "disk_allocation_ratio", host.diskRatio());
    free = (long) Math.floor((host.total().diskGib() - host.reserved().diskGib()) * ratio) - disk;
    room(all, "AggregateDiskFilter", "disk", ratio, request.resources().diskGib(), free, "GiB");

    int busy = host.ioOps() + promised.size();
    int most = settings.maxIoOpsPerHost();
    places(all, "IoOpsFilter", "places for io-ops", most - busy);
    most = limit(host, "max_io_ops_per_host", most);
    places(all, "AggregateIoOpsFilter", "places for io-ops", most - busy);
    int there = host.instances() + promised.size();
    most = settings.maxInstancesPerHost();
    places(all, "NumInstancesFilter", "places for instances", most - there);
    most = limit(host, "max_instances_per_host", most);
    places(all, "AggregateNumInstancesFilter", "places for instances", most - there);

    all.keySet()
        .removeIf(
            filter ->
                settings.enabledFilters().stream().noneMatch(name -> name.word().equals(filter)));
    return all;
  }

  private static void room(
      Map<String, Verdict.Fail> all,
      String filter,
      String what,
      double ratio,
      long asked,
      long free,
      String unit) {
    if (asked > Math.max(free, 0)) {
      all.put(filter, new Verdict.Short(what + " at ratio " + ratio, asked, free, unit));
    }
  }

  private static void places(
      Map<String, Verdict.Fail> all, String filter, String what, int places) {
    if (places < 1) {
      all.put(filter, new Verdict.Short(what, 1, places, ""));
    }
  }

  private static double ratio(HostRow host, String key, double own) {
    Set<String> values = host.aggregateMetadata().getOrDefault(key, Set.of());
    boolean useful = values.stream().allMatch(value -> value.matches("\\d+\\.\\d+"));
    Optional<Double> least =
        values.stream().filter(v -> useful).map(Double::valueOf).min(Double::compare);
    return least.orElse(own);
  }

  private static int limit(HostRow host, String key, int configured) {
    Set<String> values = host.aggregateMetadata().getOrDefault(key, Set.of());
    boolean useful = values.stream().allMatch(value -> value.matches(" *\\d+ *"));
    Optional<Integer> least =
        values.stream()
            .filter(v -> useful)
            .map(v -> Integer.valueOf(v.trim()))
            .min(Integer::compare);
    return least.orElse(configured);
  }
}
