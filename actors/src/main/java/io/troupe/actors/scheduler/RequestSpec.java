package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an instance asks of its host; everything the scheduler may look at. Stored with the instance
 * and used again for every later move.
 *
 * @param availabilityZone the only zone it may run in
 * @param forcedHost an administrator's choice, compared without regard to case; filters are
 *     skipped, but the host must have room and must not have been tried
 * @param excluded hosts that were tried already
 * @param group the server group it joins
 * @param hints the other scheduler hints
 * @param extraSpecs the flavor's
 * @param candidates hosts to name at most, the best one included, 1 to 100
 * @param detail absent in messages from before there was one
 */
public record RequestSpec(
    InstanceId instance,
    ProjectId project,
    Resources resources,
    Optional<String> availabilityZone,
    Optional<String> forcedHost,
    Set<HostId> excluded,
    Optional<GroupSpec> group,
    Map<String, List<String>> hints,
    Map<String, String> extraSpecs,
    Map<String, String> imageProperties,
    int candidates,
    RequestDetail detail)
    implements CborSerializable {
  private static final String TRAIT = "trait:";

  public RequestSpec {
    detail = detail == null ? RequestDetail.NONE : detail;
    excluded = Set.copyOf(excluded);
    if (!hints.isEmpty()) {
      var ownHints = new HashMap<String, List<String>>();
      hints.forEach((hint, values) -> ownHints.put(hint, List.copyOf(values)));
      hints = Map.copyOf(ownHints);
    }
    extraSpecs = Map.copyOf(extraSpecs);
    imageProperties = Map.copyOf(imageProperties);
    if (candidates < 1 || candidates > 100) {
      throw new IllegalArgumentException("candidates must be 1 to 100: " + candidates);
    }
  }

  /**
   * What requests have in common that meet the same filters and weighers, those of their groups
   * aside, and that every class of hosts answers alike: filters by class look at nothing else of a
   * request.
   */
  record Kind(
      ProjectId project,
      Optional<String> availabilityZone,
      Optional<String> forcedHost,
      Map<String, List<String>> hints,
      Map<String, String> extraSpecs,
      Map<String, String> imageProperties,
      RequestDetail detail) {}

  /** The same request of an instance that joins no group. */
  RequestSpec withoutGroup() {
    return new RequestSpec(
        instance,
        project,
        resources,
        availabilityZone,
        forcedHost,
        excluded,
        Optional.empty(),
        hints,
        extraSpecs,
        imageProperties,
        candidates,
        detail);
  }

  Kind kind() {
    return new Kind(
        project, availabilityZone, forcedHost, hints, extraSpecs, imageProperties, detail);
  }

  /** A request that says no more than this. */
  public RequestSpec(
      InstanceId instance,
      ProjectId project,
      Resources resources,
      Optional<String> availabilityZone,
      Optional<String> forcedHost,
      Set<HostId> excluded,
      Optional<GroupSpec> group,
      Map<String, List<String>> hints,
      Map<String, String> extraSpecs,
      Map<String, String> imageProperties,
      int candidates) {
    this(
        instance,
        project,
        resources,
        availabilityZone,
        forcedHost,
        excluded,
        group,
        hints,
        extraSpecs,
        imageProperties,
        candidates,
        RequestDetail.NONE);
  }

  public RequestSpec with(RequestDetail other) {
    return new RequestSpec(
        instance,
        project,
        resources,
        availabilityZone,
        forcedHost,
        excluded,
        group,
        hints,
        extraSpecs,
        imageProperties,
        candidates,
        other);
  }

  /** The same request for another instance, by itself. */
  public RequestSpec as(InstanceId other) {
    return new RequestSpec(
        other,
        project,
        resources,
        availabilityZone,
        forcedHost,
        excluded,
        group,
        hints,
        extraSpecs,
        imageProperties,
        candidates,
        detail);
  }

  /** The values of a hint that are not empty. */
  public List<String> hint(String name) {
    return hints.getOrDefault(name, List.of()).stream().filter(value -> !value.isEmpty()).toList();
  }

  /** The same request when {@code host} was tried and refused. */
  public RequestSpec excluding(HostId host) {
    var tried = new java.util.HashSet<>(excluded);
    tried.add(host);
    return new RequestSpec(
        instance,
        project,
        resources,
        availabilityZone,
        forcedHost,
        tried,
        group,
        hints,
        extraSpecs,
        imageProperties,
        candidates,
        detail);
  }

  /** How its guest is to lie on the host. */
  public GuestShape.Reading shape() {
    return GuestShape.of(detail.guest().orElse(resources), extraSpecs, imageProperties);
  }

  /**
   * The same request of an instance whose volumes lie in a pool: only hosts that have it will do.
   */
  public RequestSpec inPool(SharedPool pool) {
    var specs = new HashMap<>(extraSpecs);
    specs.put(TRAIT + pool.trait(), "required");
    return new RequestSpec(
        instance,
        project,
        resources,
        availabilityZone,
        forcedHost,
        excluded,
        group,
        hints,
        specs,
        imageProperties,
        candidates,
        detail);
  }

  /** Whether its group is to stay evenly spread, which no host can tell alone. */
  public boolean toBeSpread() {
    return group.isPresent() && !hint("spread").isEmpty();
  }

  /** The pool that its volumes lie in. */
  public Optional<String> volumePool() {
    return extraSpecs.isEmpty()
        ? Optional.empty()
        : SharedPool.among(
                extraSpecs.entrySet().stream()
                    .filter(one -> one.getKey().startsWith(TRAIT))
                    .filter(one -> one.getValue().equals("required"))
                    .map(one -> one.getKey().substring(TRAIT.length()))
                    .collect(Collectors.toSet()))
            .map(SharedPool::name);
  }

  /** What it asks beside vCPUs, RAM and disk. */
  public Wants wants() {
    return Wants.of(extraSpecs, imageProperties);
  }
}
