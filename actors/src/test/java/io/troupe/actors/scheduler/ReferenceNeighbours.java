package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The reference's rules about who lives on a host, and the other rules that are asked by host. */
final class ReferenceNeighbours {
  private final RequestSpec request;
  private final SchedulerSettings settings;
  private final HostRow host;
  private final Collection<RequestSpec> promised;

  ReferenceNeighbours(
      RequestSpec request,
      SchedulerSettings settings,
      HostRow host,
      Collection<RequestSpec> promised) {
    this.request = request;
    this.settings = settings;
    this.host = host;
    this.promised = promised;
  }

  Optional<Verdict.Fail> aggregateTypeReason() {
    var flavors = new TreeSet<String>();
    host.aggregateMetadata()
        .getOrDefault("instance_type", Set.of())
        .forEach(list -> flavors.addAll(List.of(list.split(","))));
    String own = request.detail().flavor().orElse("");
    return flavors.isEmpty() || flavors.contains(own)
        ? Optional.empty()
        : mismatch("flavor", own, "isolation for " + String.join(",", flavors));
  }

  Optional<Verdict.Fail> trustReason() {
    String asked = request.extraSpecs().get("trust:trusted_host");
    String found = host.detail().traits().contains("CUSTOM_TRUSTED") ? "trusted" : "untrusted";
    return asked == null || asked.equals(found)
        ? Optional.empty()
        : mismatch("trust", asked, found);
  }

  Optional<Verdict.Fail> destinationReason() {
    String own = host.id().value();
    return request
        .detail()
        .destination()
        .filter(asked -> !asked.equalsIgnoreCase(own))
        .flatMap(asked -> mismatch("destination", asked, own));
  }

  Optional<Verdict.Fail> ignoredReason() {
    String own = host.id().value();
    boolean ignored = false;
    for (String name : request.detail().ignored()) {
      ignored |= name.equalsIgnoreCase(own);
    }
    return ignored ? mismatch("host", "any but " + own, own) : Optional.empty();
  }

  Optional<Verdict.Fail> requirementsReason() {
    String asked = request.hints().getOrDefault("SCHED_REQUIREMENTS", List.of("")).getFirst();
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    int running = host.instances() + promised.size();
    String tier = host.aggregateMetadata().getOrDefault("tier", Set.of("")).iterator().next();
    boolean holds =
        switch (ReferenceQuery.REQUIREMENTS.indexOf(asked)) {
          case 0 -> running < 3 && !host.availabilityZone().equals("east");
          case 1 ->
              host.id().value().startsWith("host-1") || tier.equals("gold") || tier.equals("3");
          case 2 -> List.of(tier.split(",")).contains("gold");
          default -> false;
        };
    String found = ReferenceQuery.REQUIREMENTS.indexOf(asked) < 3 ? "false" : "not readable";
    return holds ? Optional.empty() : mismatch("requirements", asked, found);
  }

  double rank(String rank) {
    double running = host.instances() + promised.size();
    return switch (ReferenceQuery.RANKS.indexOf(rank)) {
      case 0 -> -2 * running;
      case 1 -> (int) ((host.total().vcpus() * 100 + 7) / 3.0);
      default -> throw new IllegalStateException(rank);
    };
  }

  Optional<Verdict.Fail> isolationReason() {
    var isolation = settings.isolation();
    boolean here = isolation.hosts().contains(host.id().value());
    boolean image = isolation.images().contains(request.detail().image().orElse(""));
    if (image) {
      return here ? Optional.empty() : mismatch("isolation", "an isolated host", "an open one");
    }
    return here && isolation.restricting()
        ? mismatch("isolation", "an open host", "an isolated one")
        : Optional.empty();
  }

  private boolean lives(String id) {
    boolean here = false;
    for (InstanceId resident : host.detail().residents().instances()) {
      here |= resident.toString().equals(id);
    }
    for (RequestSpec claim : promised) {
      here |= claim.instance().toString().equals(id);
    }
    return here;
  }

  private String flavors(String but) {
    var flavors = new TreeSet<>(host.detail().residents().flavors().keySet());
    promised.forEach(claim -> claim.detail().flavor().ifPresent(flavors::add));
    flavors.remove(but);
    return String.join(",", flavors);
  }

  /** In the order in which they count. */
  Map<String, Verdict.Fail> byHost(long freeRam, long freeVcpus, long freeDisk) {
    var all = new LinkedHashMap<String, Verdict.Fail>();
    var same = new ArrayList<>(request.hints().getOrDefault("same_host", List.of()));
    if (!same.isEmpty() && same.stream().noneMatch(this::lives)) {
      all.put(
          "SameHostFilter",
          new Verdict.Mismatch("same host as", String.join(",", same), "none of them"));
    }
    var other = request.hints().getOrDefault("different_host", List.of());
    other.stream()
        .filter(this::lives)
        .findFirst()
        .ifPresent(
            id ->
                all.put(
                    "DifferentHostFilter",
                    new Verdict.Mismatch("another host than", String.join(",", other), id)));
    String flavor = request.detail().flavor().orElse("");
    if (!flavors(flavor).isEmpty()) {
      all.put(
          "TypeAffinityFilter", new Verdict.Mismatch("flavor", flavor + " alone", flavors(flavor)));
    }
    exact(all, "ExactRamFilter", "ram", request.resources().ramMib(), freeRam, "MiB");
    exact(all, "ExactCoreFilter", "vcpus", request.resources().vcpus(), freeVcpus, "");
    exact(all, "ExactDiskFilter", "disk", request.resources().diskGib(), freeDisk, "GiB");
    for (String metric : List.of("cpu.frequency", "cpu.idle")) {
      if (settings.metrics().ratios().containsKey(metric)
          && !host.detail().metrics().containsKey(metric)) {
        all.putIfAbsent("MetricsFilter", new Verdict.Mismatch("metric", metric, "none"));
      }
    }
    for (String query : request.hints().getOrDefault("query", List.of())) {
      if (!ReferenceQuery.holds(query, host, host.instances() + promised.size())) {
        String found = ReferenceQuery.isReadable(query) ? "false" : "not readable";
        all.put("JsonFilter", new Verdict.Mismatch("query", query, found));
      }
    }
    return all;
  }

  private static void exact(
      Map<String, Verdict.Fail> all,
      String filter,
      String what,
      long asked,
      long free,
      String unit) {
    if (asked != free) {
      all.put(filter, new Verdict.Inexact(what, asked, free, unit));
    }
  }

  // ---- weighers

  double metrics() {
    double sum = 0;
    for (String metric : List.of("cpu.frequency", "cpu.idle")) {
      if (settings.metrics().ratios().containsKey(metric)) {
        if (!host.detail().metrics().containsKey(metric)) {
          return settings.metrics().unavailable() * 1000;
        }
        sum += host.detail().metrics().get(metric) * settings.metrics().ratios().get(metric);
      }
    }
    return Math.rint(sum * 1000);
  }

  double imageProperties() {
    double sum = 0;
    for (String property :
        List.of(
            "hw_disk_bus",
            "os_distro",
            "hw_architecture",
            "img_hv_type",
            "hw_vm_mode",
            "img_hv_requested_version")) {
      String value = request.imageProperties().get(property);
      if (value != null) {
        int count =
            host.detail().residents().imageProperties().getOrDefault(property + "=" + value, 0);
        for (RequestSpec claim : promised) {
          count += value.equals(claim.imageProperties().get(property)) ? 1 : 0;
        }
        double weight = settings.imagePropertyWeights().isEmpty() ? 1 : 0;
        weight = settings.imagePropertyWeights().getOrDefault(property, weight);
        sum += weight * count;
      }
    }
    return Math.rint(sum * 1000);
  }

  double priority() {
    double most = 0;
    for (String value : host.aggregateMetadata().getOrDefault("PRIORITY", Set.of())) {
      most = value.matches("\\d+") ? Math.max(most, 1000 * Double.parseDouble(value)) : 0;
    }
    return most;
  }

  double vcpusUsed() {
    return host.claimed().vcpus()
        + promised.stream().mapToDouble(claim -> claim.resources().vcpus()).sum();
  }

  private static Optional<Verdict.Fail> mismatch(String what, String asked, String found) {
    return Optional.of(new Verdict.Mismatch(what, asked, found));
  }
}
