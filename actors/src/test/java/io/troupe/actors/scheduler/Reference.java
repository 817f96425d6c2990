package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.Explanation.Removal;
import io.troupe.actors.scheduler.PlacementReport.Obstacle;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PoolCapacity;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The scheduler straight from the definitions, one host after the other, sharing no rule with the
 * engine. Its fleet is a map of what hosts said and a map of what was promised on each.
 */
final class Reference {
  final Map<HostId, HostRow> said = new LinkedHashMap<>();
  final Map<HostId, Map<InstanceId, RequestSpec>> promised = new LinkedHashMap<>();

  private RequestSpec request;
  private SchedulerSettings settings;
  private long seed;
  private Map<String, Integer> spread;

  void put(HostRow row) {
    HostRow known = said.get(row.id());
    if (known == null || row.version() >= known.version()) {
      said.put(row.id(), row);
    }
  }

  void remove(HostId host) {
    said.remove(host);
    promised.remove(host);
  }

  void consume(HostId host, RequestSpec asked) {
    promised
        .computeIfAbsent(host, h -> new LinkedHashMap<>())
        .put(asked.instance(), withVolumes(asked));
  }

  /** What is promised to its volumes is promised of the host's disk. */
  private static RequestSpec withVolumes(RequestSpec asked) {
    return new RequestSpec(
        asked.instance(),
        asked.project(),
        new Resources(
            asked.resources().vcpus(),
            asked.resources().ramMib(),
            asked.resources().diskGib() + asked.detail().newVolumesGib()),
        asked.availabilityZone(),
        asked.forcedHost(),
        asked.excluded(),
        asked.group(),
        asked.hints(),
        asked.extraSpecs(),
        asked.imageProperties(),
        asked.candidates(),
        asked.detail().withNewVolumes(0));
  }

  void settle(HostId host, InstanceId instance) {
    promised.getOrDefault(host, new LinkedHashMap<>()).remove(instance);
  }

  /** What became of the hosts: the first failing filter, or the weights with their names. */
  record Verdicts(
      Decision decision,
      Explanation removed,
      Map<HostId, List<Obstacle>> failed,
      Map<HostId, Map<String, Double>> weights,
      List<HostId> ranked) {}

  Verdicts decide(RequestSpec asked, SchedulerSettings how, long with) {
    request = asked;
    settings = how;
    seed = with;
    spread = null;
    var failed = new TreeMap<HostId, List<Obstacle>>(byName());
    var survivors = new ArrayList<HostRow>();
    for (HostRow host : said.values()) {
      var reasons = reasons(host);
      if (reasons.isEmpty()) {
        survivors.add(host);
      } else {
        failed.put(
            host.id(),
            reasons.entrySet().stream().map(r -> new Obstacle(r.getKey(), r.getValue())).toList());
      }
    }
    var weights = weigh(survivors);
    var sums = new LinkedHashMap<HostId, Double>();
    weights.forEach(
        (host, parts) -> {
          double sum = 0;
          for (double part : parts.values()) {
            sum += part;
          }
          sums.put(host, sum);
        });
    var ranked = new ArrayList<>(sums.keySet());
    ranked.sort(
        Comparator.comparing((HostId host) -> -sums.get(host))
            .thenComparing(this::lot)
            .thenComparing(HostId::value));
    var removed = explanation(failed);
    return new Verdicts(decision(ranked, sums, removed), removed, failed, weights, ranked);
  }

  private Decision decision(List<HostId> ranked, Map<HostId, Double> sums, Explanation removed) {
    if (ranked.isEmpty()) {
      return new Decision.NoValidHost(removed);
    }
    var order = new ArrayList<>(ranked);
    int among = Math.min(settings.hostSubsetSize(), order.size());
    if (among > 1) {
      HostId drawn = order.get((int) Long.remainderUnsigned(mixed(seed), among));
      order.remove(drawn);
      order.add(0, drawn);
    }
    var candidates =
        order.stream()
            .limit(request.candidates())
            .map(host -> new Candidate(host, sums.get(host)))
            .toList();
    return new Decision.Placed(candidates, seed);
  }

  private static Comparator<HostId> byName() {
    return Comparator.comparing(HostId::value);
  }

  private Explanation explanation(Map<HostId, List<Obstacle>> failed) {
    var removals = new ArrayList<Removal>();
    for (String filter :
        List.of(
            "ForcedHostFilter",
            "ComputeFilter",
            "AvailabilityZoneFilter",
            "AggregateMultiTenancyIsolation",
            "AggregateExtraSpecsFilter",
            "ImagePropertiesFilter",
            "AggregateImagePropertiesIsolation",
            "AggregateTypeAffinityFilter",
            "TrustedFilter",
            "TraitsFilter",
            "DestinationFilter",
            "IgnoredHostsFilter",
            "RamFilter",
            "VcpuFilter",
            "DiskFilter",
            "RetryFilter",
            "ResourceClassFilter",
            "CapacityFilter",
            "IsolatedHostsFilter",
            "ServerGroupAffinityFilter",
            "ServerGroupAntiAffinityFilter",
            "SpreadFilter",
            "RequirementsFilter",
            "ComputeCapabilitiesFilter",
            "SimpleCIDRAffinityFilter",
            "AggregateRamFilter",
            "AggregateCoreFilter",
            "AggregateDiskFilter",
            "IoOpsFilter",
            "AggregateIoOpsFilter",
            "NumInstancesFilter",
            "AggregateNumInstancesFilter",
            "SameHostFilter",
            "DifferentHostFilter",
            "TypeAffinityFilter",
            "ExactRamFilter",
            "ExactCoreFilter",
            "ExactDiskFilter",
            "MetricsFilter",
            "JsonFilter",
            "PciPassthroughFilter",
            "NUMATopologyFilter")) {
      int count = 0;
      HostId nearest = null;
      Verdict.Fail miss = null;
      for (var entry : failed.entrySet()) { // by name, so the first of equals stays
        if (entry.getValue().getFirst().filter().equals(filter)) {
          count++;
          Verdict.Fail fail = entry.getValue().getFirst().miss();
          if (miss == null || shortfall(fail) < shortfall(miss)) {
            nearest = entry.getKey();
            miss = fail;
          }
        }
      }
      if (count > 0) {
        removals.add(new Removal(filter, count, nearest, miss));
      }
    }
    return new Explanation(said.size(), removals);
  }

  private static long shortfall(Verdict.Fail fail) {
    if (fail instanceof Verdict.Inexact(var what, var asked, var free, var unit)) {
      return asked < free ? free - asked : asked - free;
    }
    return fail instanceof Verdict.Short(var what, var asked, var free, var unit)
        ? asked - free
        : 0;
  }

  /** Every filter that fails the host, in the order in which they count. */
  private Map<String, Verdict.Fail> reasons(HostRow host) {
    var reasons = new LinkedHashMap<String, Verdict.Fail>();
    var neighbours = neighbours(host);
    boolean forced = request.forcedHost().isPresent();
    if (forced) {
      String name = request.forcedHost().get();
      if (!host.id().value().equalsIgnoreCase(name)) {
        reasons.put("ForcedHostFilter", new Verdict.Mismatch("host", name, host.id().value()));
      }
    } else {
      classReasons(host, reasons);
      if (chosen("AggregateTypeAffinityFilter")) {
        neighbours
            .aggregateTypeReason()
            .ifPresent(m -> reasons.put("AggregateTypeAffinityFilter", m));
      }
      if (chosen("TrustedFilter")) {
        neighbours.trustReason().ifPresent(m -> reasons.put("TrustedFilter", m));
      }
      ReferenceResources.traitReason(request, host.detail().traits())
          .ifPresent(miss -> reasons.put("TraitsFilter", miss));
      neighbours.destinationReason().ifPresent(m -> reasons.put("DestinationFilter", m));
      neighbours.ignoredReason().ifPresent(m -> reasons.put("IgnoredHostsFilter", m));
    }
    var claims = promised.getOrDefault(host.id(), Map.of()).values();
    long ram = claims.stream().mapToLong(claim -> claim.resources().ramMib()).sum();
    long vcpus = claims.stream().mapToLong(claim -> claim.resources().vcpus()).sum();
    long disk = claims.stream().mapToLong(claim -> claim.resources().diskGib()).sum();
    long freeRam =
        (long) Math.floor((host.total().ramMib() - host.reserved().ramMib()) * host.ramRatio())
            - (host.claimed().ramMib() + ram);
    long freeVcpus =
        (long) Math.floor((host.total().vcpus() - host.reserved().vcpus()) * host.cpuRatio())
            - (host.claimed().vcpus() + vcpus);
    long freeDisk =
        (long) Math.floor((host.total().diskGib() - host.reserved().diskGib()) * host.diskRatio())
            - (host.claimed().diskGib() + disk);
    if (request.resources().ramMib() > Math.max(freeRam, 0)) {
      reasons.put(
          "RamFilter", new Verdict.Short("ram", request.resources().ramMib(), freeRam, "MiB"));
    }
    if (request.resources().vcpus() > Math.max(freeVcpus, 0)) {
      reasons.put(
          "VcpuFilter", new Verdict.Short("vcpus", request.resources().vcpus(), freeVcpus, ""));
    }
    if (request.resources().diskGib() > Math.max(freeDisk, 0)) {
      reasons.put(
          "DiskFilter", new Verdict.Short("disk", request.resources().diskGib(), freeDisk, "GiB"));
    }
    if (request.excluded().contains(host.id())) {
      reasons.put("RetryFilter", new Verdict.Mismatch("attempt", "a first one", "an earlier one"));
    }
    ReferenceResources.reason(request, host.detail(), claims)
        .ifPresent(miss -> reasons.put("ResourceClassFilter", miss));
    capacityReason(host).ifPresent(miss -> reasons.put("CapacityFilter", miss));
    if (!forced) {
      if (chosen("IsolatedHostsFilter")) {
        neighbours.isolationReason().ifPresent(m -> reasons.put("IsolatedHostsFilter", m));
      }
      groupReasons(host, reasons);
      spreadReason(host).ifPresent(miss -> reasons.put("SpreadFilter", miss));
      neighbours.requirementsReason().ifPresent(m -> reasons.put("RequirementsFilter", m));
      if (chosen("ComputeCapabilitiesFilter")) {
        int more = promised.getOrDefault(host.id(), Map.of()).size();
        ReferenceMachine.capabilityReason(request, host, host.instances() + more)
            .ifPresent(miss -> reasons.put("ComputeCapabilitiesFilter", miss));
      }
      if (chosen("SimpleCIDRAffinityFilter")) {
        ReferenceMachine.addressReason(request, host.address())
            .ifPresent(miss -> reasons.put("SimpleCIDRAffinityFilter", miss));
      }
      reasons.putAll(
          ReferenceLimits.reasons(
              request, settings, host, promised.getOrDefault(host.id(), Map.of()).values()));
      neighbours.byHost(freeRam, freeVcpus, freeDisk).entrySet().stream()
          .filter(reason -> chosen(reason.getKey()))
          .forEach(reason -> reasons.put(reason.getKey(), reason.getValue()));
    }
    ReferenceParts.deviceReason(request, host.detail(), claims)
        .ifPresent(miss -> reasons.put("PciPassthroughFilter", miss));
    ReferenceParts.cellReason(request, host.detail(), claims)
        .ifPresent(miss -> reasons.put("NUMATopologyFilter", miss));
    return reasons;
  }

  /** All hosts of a pool show the whole of it, and each promises for itself. */
  private Optional<Verdict.Fail> capacityReason(HostRow host) {
    long asked = request.detail().newVolumesGib();
    var capacity = settings.pools().capacities().get(poolOf(host));
    if (asked == 0
        || capacity instanceof PoolCapacity.Infinite
        || capacity instanceof PoolCapacity.Unknown) {
      return Optional.empty();
    }
    long left = leftOf(List.of(host), capacity);
    if (!poolOf(host).equals(host.id().value())) {
      var members = said.values().stream().filter(one -> poolOf(one).equals(poolOf(host))).toList();
      left = Math.min(left, leftOf(members, capacity));
    }
    left -= request.resources().diskGib();
    return asked <= left
        ? Optional.empty()
        : Optional.of(new Verdict.Short("capacity for volumes", asked, left, "GiB"));
  }

  private static String poolOf(HostRow host) {
    return host.detail().traits().stream()
        .filter(trait -> trait.startsWith("CUSTOM_STORAGE_POOL_"))
        .sorted()
        .findFirst()
        .map(trait -> trait.substring("CUSTOM_STORAGE_POOL_".length()).toLowerCase())
        .orElse(host.id().value());
  }

  private long leftOf(List<HostRow> members, PoolCapacity capacity) {
    long total = 0;
    long kept = 0;
    long used = 0;
    for (HostRow host : members) {
      total = Math.max(total, host.total().diskGib());
      kept = Math.max(kept, host.reserved().diskGib());
      used += host.claimed().diskGib();
      for (RequestSpec one : promised.getOrDefault(host.id(), Map.of()).values()) {
        used += one.resources().diskGib();
      }
    }
    long own = Math.max(0, (capacity instanceof PoolCapacity.Gib(var gib) ? gib : total) - kept);
    double virtual = settings.pools().thin() ? own * settings.pools().maxOverSubscription() : own;
    long reserve = own * settings.pools().reservedPercent() / 100;
    return (long) Math.floor(virtual) - reserve - used;
  }

  private ReferenceNeighbours neighbours(HostRow host) {
    return new ReferenceNeighbours(
        request, settings, host, promised.getOrDefault(host.id(), Map.of()).values());
  }

  private void classReasons(HostRow host, Map<String, Verdict.Fail> reasons) {
    if (chosen("ComputeFilter") && (!host.enabled() || !host.up())) {
      String why = host.disabledReason().isEmpty() ? "" : " (" + host.disabledReason() + ")";
      String state = host.enabled() ? "down" : "disabled" + why;
      reasons.put("ComputeFilter", new Verdict.Mismatch("state", "enabled and up", state));
    }
    if (request.availabilityZone().isPresent()
        && !request.availabilityZone().get().equals(host.availabilityZone())) {
      reasons.put(
          "AvailabilityZoneFilter",
          new Verdict.Mismatch(
              "availability zone", request.availabilityZone().get(), host.availabilityZone()));
    }
    var tenants = new TreeSet<String>();
    host.aggregateMetadata()
        .forEach(
            (key, lists) -> {
              if (key.startsWith("filter_tenant_id")) {
                lists.forEach(list -> tenants.addAll(Arrays.asList(list.split(","))));
              }
            });
    if (!tenants.isEmpty() && !tenants.contains(request.project().value())) {
      reasons.put(
          "AggregateMultiTenancyIsolation",
          new Verdict.Mismatch(
              "project", request.project().value(), "isolation for " + String.join(",", tenants)));
    }
    String scope = "aggregate_instance_extra_specs:";
    var specs = new TreeMap<String, String>();
    request.extraSpecs().forEach((key, wanted) -> specs.put(key.replace(scope, ""), wanted));
    for (var spec : specs.entrySet()) {
      String key = spec.getKey();
      String scoped = request.extraSpecs().get(scope + key);
      boolean counts =
          scoped != null || !key.contains(":") && chosen("AggregateInstanceExtraSpecsFilter");
      String expression = scoped != null ? scoped : spec.getValue();
      if (counts && !reasons.containsKey("AggregateExtraSpecsFilter")) {
        var values = new TreeSet<String>();
        host.aggregateMetadata()
            .getOrDefault(key, Set.of())
            .forEach(list -> values.addAll(Arrays.asList(list.split(","))));
        if (values.stream().noneMatch(value -> satisfies(value, expression))) {
          String found = values.isEmpty() ? "none" : String.join(",", values);
          reasons.put(
              "AggregateExtraSpecsFilter",
              new Verdict.Mismatch("aggregate " + key, expression, found));
        }
      }
    }
    if (chosen("ImagePropertiesFilter")) {
      ReferenceMachine.imageReason(request, host.machine())
          .ifPresent(miss -> reasons.put("ImagePropertiesFilter", miss));
    }
    String bus = request.imageProperties().getOrDefault("hw_disk_bus", "");
    var buses = new TreeSet<String>();
    host.aggregateMetadata()
        .getOrDefault("hw_disk_bus", Set.of())
        .forEach(list -> buses.addAll(Arrays.asList(list.split(", ?"))));
    if (chosen("AggregateImagePropertiesIsolation")
        && !bus.isEmpty()
        && !buses.isEmpty()
        && !buses.contains(bus)) {
      reasons.put(
          "AggregateImagePropertiesIsolation",
          new Verdict.Mismatch(
              "image property hw_disk_bus", bus, "isolation for " + String.join(",", buses)));
    }
  }

  private boolean chosen(String filter) {
    return settings.enabledFilters().stream().anyMatch(name -> name.word().equals(filter));
  }

  /** The forms {@link RandomCloud} makes; ExpressionTest has the whole table. */
  private static boolean satisfies(String value, String expression) {
    if (expression.startsWith(">= ")) {
      return value.matches("\\d+")
          && Integer.parseInt(value) >= Integer.parseInt(expression.substring(3));
    }
    if (expression.startsWith("<or> ")) {
      return new HashSet<>(List.of(expression.substring(5).split(" <or> "))).contains(value);
    }
    return value.equals(expression);
  }

  private void groupReasons(HostRow host, Map<String, Verdict.Fail> reasons) {
    if (request.group().isEmpty()) {
      return;
    }
    GroupSpec group = request.group().get();
    if (group.policy() == GroupSpec.Policy.AFFINITY && chosen("ServerGroupAffinityFilter")) {
      var homes = new TreeSet<String>();
      for (HostRow other : said.values()) {
        if (members(other, group.id()) > 0) {
          homes.add(other.id().value());
        }
      }
      if (!homes.isEmpty() && !homes.contains(host.id().value())) {
        reasons.put(
            "ServerGroupAffinityFilter",
            new Verdict.Mismatch("group member on", String.join(",", homes), host.id().value()));
      }
    }
    if (group.policy() == GroupSpec.Policy.ANTI_AFFINITY
        && chosen("ServerGroupAntiAffinityFilter")
        && members(host, group.id()) >= group.maxPerHost()) {
      reasons.put(
          "ServerGroupAntiAffinityFilter",
          new Verdict.Short("group places", 1, group.maxPerHost() - members(host, group.id()), ""));
    }
  }

  private static String domain(String key, HostRow host) {
    return switch (key) {
      case "host" -> host.id().value();
      case "zone" -> host.availabilityZone();
      default ->
          host.aggregateMetadata().getOrDefault(key, Set.of()).stream()
              .min(String::compareTo)
              .orElse("");
    };
  }

  /** Members by domain, where a host is open or has some; counted once a request. */
  private Map<String, Integer> spread(String key) {
    if (spread == null) {
      spread = new TreeMap<>();
      for (HostRow host : said.values()) {
        int there = members(host, request.group().get().id());
        if (!domain(key, host).isEmpty() && (host.enabled() && host.up() || there > 0)) {
          spread.put(domain(key, host), spread.getOrDefault(domain(key, host), 0) + there);
        }
      }
    }
    return spread;
  }

  private Optional<Verdict.Fail> spreadReason(HostRow host) {
    String hint = request.hints().getOrDefault("spread", List.of("")).getFirst();
    if (hint.isEmpty() || request.group().isEmpty()) {
      return Optional.empty();
    }
    String key = hint.substring(0, hint.indexOf('='));
    String own = domain(key, host);
    if (own.isEmpty()) {
      return Optional.of(new Verdict.Mismatch(key, "any", "none"));
    }
    int least = Integer.MAX_VALUE;
    int here = 0;
    for (var domain : spread(key).entrySet()) {
      least = Math.min(least, domain.getValue());
      here = domain.getKey().equals(own) ? domain.getValue() : here;
    }
    least = least == Integer.MAX_VALUE ? 0 : least;
    int places = least + Integer.parseInt(hint.substring(hint.indexOf('=') + 1)) - here;
    return places > 0
        ? Optional.empty()
        : Optional.of(new Verdict.Short("places in " + key + " " + own, 1, places, ""));
  }

  private int members(HostRow host, String group) {
    int members = host.groupMembers().getOrDefault(group, 0);
    for (RequestSpec claim : promised.getOrDefault(host.id(), Map.of()).values()) {
      if (claim.group().isPresent() && claim.group().get().id().equals(group)) {
        members++;
      }
    }
    return members;
  }

  private interface Raw {
    double of(HostRow host);
  }

  private Map<HostId, Map<String, Double>> weigh(List<HostRow> survivors) {
    var weights = new LinkedHashMap<HostId, Map<String, Double>>();
    survivors.forEach(host -> weights.put(host.id(), new LinkedHashMap<>()));
    if (survivors.size() == 1) {
      return weights;
    }
    String rank = request.hints().getOrDefault("SCHED_RANK", List.of("")).getFirst();
    if (!rank.isEmpty() && settings.enabledWeighers().contains(WeigherName.RANK)) {
      add(
          weights,
          survivors,
          "RankWeigher",
          "rank",
          multiplier("rank"),
          false,
          host -> neighbours(host).rank(rank));
      return weights;
    }
    add(weights, survivors, "RamWeigher", "ram", multiplier("ram"), true, this::idleRam);
    add(weights, survivors, "CpuWeigher", "cpu", multiplier("cpu"), true, this::idleCpu);
    add(weights, survivors, "DiskWeigher", "disk", multiplier("disk"), true, this::idleDisk);
    add(weights, survivors, "IoOpsWeigher", "io_ops", multiplier("io_ops"), true, this::ioOps);
    add(
        weights,
        survivors,
        "NumInstancesWeigher",
        "num_instances",
        multiplier("num_instances"),
        false,
        host -> host.instances() + promised.getOrDefault(host.id(), Map.of()).size());
    add(
        weights,
        survivors,
        "HypervisorVersionWeigher",
        "hypervisor_version",
        multiplier("hypervisor_version"),
        false,
        host -> host.machine().hypervisorVersion());
    add(
        weights,
        survivors,
        "BuildFailureWeigher",
        "build_failure",
        multiplier("build_failure"),
        false,
        host -> host.detail().failedBuilds());
    add(
        weights,
        survivors,
        "PciWeigher",
        "pci",
        multiplier("pci"),
        false,
        host ->
            100
                - Math.min(
                    99,
                    ReferenceParts.freeDevices(
                        host.detail(), promised.getOrDefault(host.id(), Map.of()).values())));
    if (request.group().isPresent()) {
      GroupSpec group = request.group().get();
      if (group.policy() == GroupSpec.Policy.SOFT_AFFINITY) {
        add(
            weights,
            survivors,
            "SoftAffinityWeigher",
            "soft_affinity",
            multiplier("soft_affinity"),
            false,
            host -> members(host, group.id()));
      }
      if (group.policy() == GroupSpec.Policy.SOFT_ANTI_AFFINITY) {
        add(
            weights,
            survivors,
            "SoftAntiAffinityWeigher",
            "soft_anti_affinity",
            multiplier("soft_anti_affinity"),
            false,
            host -> -members(host, group.id()));
      }
    }
    if (!settings.metrics().ratios().isEmpty()) {
      add(
          weights,
          survivors,
          "MetricsWeigher",
          "metrics",
          multiplier("metrics"),
          false,
          host -> neighbours(host).metrics());
    }
    if (!request.imageProperties().isEmpty()) {
      add(
          weights,
          survivors,
          "ImagePropertiesWeigher",
          "image_props",
          multiplier("image_props"),
          false,
          host -> neighbours(host).imageProperties());
    }
    add(
        weights,
        survivors,
        "VcpusUsedWeigher",
        "vcpus_used",
        multiplier("vcpus_used"),
        false,
        host -> neighbours(host).vcpusUsed());
    add(
        weights,
        survivors,
        "PriorityWeigher",
        "priority",
        multiplier("priority"),
        false,
        host -> neighbours(host).priority());
    return weights;
  }

  private void add(
      Map<HostId, Map<String, Double>> weights,
      List<HostRow> survivors,
      String weigher,
      String option,
      double configured,
      boolean fromZero,
      Raw raw) {
    if (weigher(option).filter(settings.enabledWeighers()::contains).isEmpty()) {
      return;
    }
    double low = fromZero ? 0 : Double.POSITIVE_INFINITY;
    double high = fromZero ? 0 : Double.NEGATIVE_INFINITY;
    for (HostRow host : survivors) {
      low = Math.min(low, fromZero ? 0 : raw.of(host));
      high = Math.max(high, raw.of(host));
    }
    for (HostRow host : survivors) {
      double value = fromZero ? Math.max(raw.of(host), 0) : raw.of(host);
      double multiplier = multiplier(host, option + "_weight_multiplier", configured);
      multiplier = option.equals("build_failure") ? -multiplier : multiplier;
      double weight = high == low ? 0 : (value - low) * (multiplier / (high - low));
      weights.get(host.id()).put(weigher, weight);
    }
  }

  /** As it is written in the settings. */
  private double multiplier(String option) {
    return settings.multipliers().get(weigher(option).orElseThrow());
  }

  private static Optional<WeigherName> weigher(String option) {
    return Arrays.stream(WeigherName.values())
        .filter(name -> name.option().equals(option + "_weight_multiplier"))
        .findFirst();
  }

  private static double multiplier(HostRow host, String option, double configured) {
    double least = Double.POSITIVE_INFINITY;
    for (String value : host.aggregateMetadata().getOrDefault(option, Set.of())) {
      if (!value.matches("-?\\d+(\\.\\d+)?")) {
        return configured;
      }
      least = Math.min(least, Double.parseDouble(value));
    }
    return least == Double.POSITIVE_INFINITY ? configured : least;
  }

  private double idleRam(HostRow host) {
    double idle =
        host.total().ramMib() - host.reserved().ramMib() - (double) host.claimed().ramMib();
    for (RequestSpec claim : promised.getOrDefault(host.id(), Map.of()).values()) {
      idle -= claim.resources().ramMib();
    }
    return idle;
  }

  /** In thousandths. */
  private double idleCpu(HostRow host) {
    double idle = Math.floor(host.total().vcpus() * host.cpuRatio() * 1000);
    idle -= 1000.0 * host.reserved().vcpus() + 1000.0 * host.claimed().vcpus();
    for (RequestSpec claim : promised.getOrDefault(host.id(), Map.of()).values()) {
      idle -= 1000.0 * claim.resources().vcpus();
    }
    return idle;
  }

  private double idleDisk(HostRow host) {
    double idle =
        host.total().diskGib() - host.reserved().diskGib() - (double) host.claimed().diskGib();
    for (RequestSpec claim : promised.getOrDefault(host.id(), Map.of()).values()) {
      idle -= claim.resources().diskGib();
    }
    return idle;
  }

  private double ioOps(HostRow host) {
    return host.ioOps() + promised.getOrDefault(host.id(), Map.of()).size();
  }

  /** The row by the seed and the name's row, then the host by the seed and the name. */
  private long lot(HostId host) {
    int place = mixed(host.value().hashCode());
    int row = Math.floorDiv(place, 1 << 26) + 32;
    long drawn = mixed(seed);
    long rowsLot = mixed(row ^ (int) (drawn >> 32));
    return rowsLot * (1L << 32) + Integer.toUnsignedLong(mixed(place ^ (int) drawn));
  }

  private static int mixed(int number) {
    int z = (number ^ (number >>> 16)) * 0x85EBCA6B;
    z = (z ^ (z >>> 13)) * 0xC2B2AE35;
    return z ^ (z >>> 16);
  }

  private static long mixed(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
