package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.resource.Allotment;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.Fitting;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a host tells that only some rules read: nothing here is a column of the scan, and hosts that
 * tell nothing share {@link #NONE}.
 *
 * @param traits of the host itself, from its driver and from operators
 * @param providers parts with resources of their own, the host itself first; empty when there are
 *     no resource classes but vCPUs, RAM and disk
 * @param used by provider and resource class
 * @param failedBuilds since the last that succeeded
 * @param metrics numbers by name
 * @param promised instances that come on top; the scheduler's own, never told by a host
 * @param parts cells and devices; empty when the host tells of none
 * @param preemptible claims that may be taken away for more important ones; absent in rows from
 *     before there were any
 */
public record HostDetail(
    Residents residents,
    Set<String> traits,
    List<Provider> providers,
    Map<String, Map<String, Long>> used,
    int failedBuilds,
    Map<String, Double> metrics,
    List<RequestSpec> promised,
    Optional<HostParts> parts,
    List<PreemptibleClaim> preemptible) {
  private static final HostParts NO_PARTS =
      new HostParts(HostTopology.NONE, List.of(), 1, 1, List.of());

  public static final HostDetail NONE =
      new HostDetail(Residents.NONE, Set.of(), List.of(), Map.of(), 0, Map.of(), List.of());

  public HostDetail {
    residents = residents == null ? Residents.NONE : residents;
    traits = traits == null ? Set.of() : Set.copyOf(traits);
    providers = providers == null ? List.of() : List.copyOf(providers);
    used = used == null ? Map.of() : Map.copyOf(used);
    metrics = metrics == null ? Map.of() : Map.copyOf(metrics);
    promised = promised == null ? List.of() : List.copyOf(promised);
    parts = parts == null ? Optional.empty() : parts;
    preemptible = preemptible == null ? List.of() : List.copyOf(preemptible);
  }

  /** Of a host without preemptible claims. */
  public HostDetail(
      Residents residents,
      Set<String> traits,
      List<Provider> providers,
      Map<String, Map<String, Long>> used,
      int failedBuilds,
      Map<String, Double> metrics,
      List<RequestSpec> promised,
      Optional<HostParts> parts) {
    this(residents, traits, providers, used, failedBuilds, metrics, promised, parts, List.of());
  }

  /** Of a host that tells of no cells and devices. */
  public HostDetail(
      Residents residents,
      Set<String> traits,
      List<Provider> providers,
      Map<String, Map<String, Long>> used,
      int failedBuilds,
      Map<String, Double> metrics,
      List<RequestSpec> promised) {
    this(residents, traits, providers, used, failedBuilds, metrics, promised, Optional.empty());
  }

  /** Cells and devices; promised instances have had theirs. */
  public HostParts partsNow() {
    HostParts now = parts.orElse(NO_PARTS);
    if (promised.isEmpty() || parts.isEmpty()) {
      return now;
    }
    var inOrder = new ArrayList<>(promised);
    inOrder.sort(Comparator.comparing(RequestSpec::instance));
    for (RequestSpec request : inOrder) {
      if (request.shape() instanceof GuestShape.Asked(var shape)
          && shape.takes()
          && Fitting.of(shape, now) instanceof Fitting.Fits(var placement)) {
        now = now.and(placement);
      }
    }
    return now;
  }

  /** Devices that a guest could still be given. */
  public int freeDevices() {
    boolean any = parts.isPresent() && !parts.get().topology().devices().isEmpty();
    return any ? partsNow().freeDevices() : 0;
  }

  public HostDetail with(HostParts inside) {
    return new HostDetail(
        residents,
        traits,
        providers,
        used,
        failedBuilds,
        metrics,
        promised,
        Optional.of(inside),
        preemptible);
  }

  public boolean hosts(InstanceId instance) {
    return residents.instances().contains(instance)
        || promised.stream().anyMatch(request -> request.instance().equals(instance));
  }

  /** Instances of each flavor, by name; of promised ones without a flavor nothing is known. */
  public Map<String, Integer> flavors() {
    if (promised.isEmpty()) {
      return residents.flavors();
    }
    var flavors = new HashMap<>(residents.flavors());
    for (RequestSpec request : promised) {
      request.detail().flavor().ifPresent(flavor -> flavors.merge(flavor, 1, Integer::sum));
    }
    return flavors;
  }

  /** Instances with an image of this property and value. */
  public int countOf(String property, String value) {
    if (!Residents.counts(property)) {
      return 0;
    }
    int promises = 0;
    for (RequestSpec request : promised) {
      promises += value.equals(request.imageProperties().get(property)) ? 1 : 0;
    }
    return residents.imageProperties().getOrDefault(property + "=" + value, 0) + promises;
  }

  /** Which provider would give what; promised instances have had theirs. */
  public Allotment.Outcome allot(Wants wants) {
    return Allotment.of(wants, providers, usedByAll());
  }

  private Map<String, Map<String, Long>> usedByAll() {
    if (promised.isEmpty() || providers.isEmpty()) {
      return used;
    }
    var all = new HashMap<String, Map<String, Long>>();
    used.forEach((provider, amounts) -> all.put(provider, new HashMap<>(amounts)));
    var inOrder = new ArrayList<>(promised);
    inOrder.sort(Comparator.comparing(RequestSpec::instance));
    for (RequestSpec request : inOrder) {
      if (Allotment.of(request.wants(), providers, all) instanceof Allotment.Fits(var given)) {
        given.forEach(
            (provider, amounts) -> {
              var sum = all.computeIfAbsent(provider, _ -> new HashMap<>());
              amounts.forEach((name, amount) -> sum.merge(name, amount, Long::sum));
            });
      }
    }
    return all;
  }

  public HostDetail withFailedBuilds(int failures) {
    return new HostDetail(
        residents, traits, providers, used, failures, metrics, promised, parts, preemptible);
  }

  HostDetail with(Collection<RequestSpec> more) {
    return new HostDetail(
        residents,
        traits,
        providers,
        used,
        failedBuilds,
        metrics,
        List.copyOf(more),
        parts,
        preemptible);
  }

  HostDetail having(RequestSpec more) {
    var all = new ArrayList<>(promised);
    all.add(more);
    return with(all);
  }

  HostDetail without(RequestSpec gone) {
    var others =
        promised.stream().filter(request -> !request.instance().equals(gone.instance())).toList();
    return others.size() < promised.size()
        ? with(others)
        : new HostDetail(
            residents.without(gone),
            traits,
            providers,
            used,
            failedBuilds,
            metrics,
            promised,
            Optional.empty(),
            preemptible.stream()
                .filter(claim -> !claim.instance().equals(gone.instance()))
                .toList());
  }

  /**
   * Without these claims. Flavors and image properties stay counted, since a preemptible claim does
   * not tell its own: rules that want none of a flavor here go on refusing.
   */
  HostDetail evicting(List<PreemptibleClaim> gone) {
    var instances = gone.stream().map(PreemptibleClaim::instance).collect(Collectors.toSet());
    var others = new HashSet<>(residents.instances());
    others.removeAll(instances);
    return new HostDetail(
        new Residents(others, residents.flavors(), residents.imageProperties()),
        traits,
        providers,
        usedWithout(gone),
        failedBuilds,
        metrics,
        promised,
        parts.map(inside -> inside.holding(placementsWithout(inside, gone))),
        preemptible.stream().filter(claim -> !instances.contains(claim.instance())).toList());
  }

  private Map<String, Map<String, Long>> usedWithout(List<PreemptibleClaim> gone) {
    var left = new HashMap<String, Map<String, Long>>();
    used.forEach((provider, amounts) -> left.put(provider, new HashMap<>(amounts)));
    for (PreemptibleClaim claim : gone) {
      claim
          .resources()
          .forEach(
              (provider, amounts) ->
                  amounts.forEach(
                      (name, amount) ->
                          left.computeIfAbsent(provider, _ -> new HashMap<>())
                              .computeIfPresent(name, (_, now) -> Math.max(0, now - amount))));
    }
    return left;
  }

  private static List<GuestPlacement> placementsWithout(
      HostParts inside, List<PreemptibleClaim> gone) {
    var left = new ArrayList<>(inside.placements());
    gone.forEach(claim -> claim.placements().forEach(left::remove));
    return left;
  }

  /** The same on equal traits, so that equal hosts do not hold copies of them. */
  HostDetail sharing(Set<String> equal) {
    return traits == equal
        ? this
        : new HostDetail(
            residents, equal, providers, used, failedBuilds, metrics, promised, parts, preemptible);
  }
}
