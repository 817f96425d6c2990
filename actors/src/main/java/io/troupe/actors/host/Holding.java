package io.troupe.actors.host;

import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Residents;
import io.troupe.drivers.spi.GuestPlacement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a claim holds beside vCPUs, RAM and disk, and what is remembered of its instance for the
 * rules that look at neighbours.
 *
 * @param flavor its name
 * @param imageProperties those that {@link Residents#counts}
 * @param resources by provider and resource class
 * @param placement where on the host its guest is, if it was said; absent in claims from before
 *     there was one
 * @param before where it was with a former flavor, while it may have to go back there
 * @param preemptible its priority, if it may be evicted for somebody of higher; absent in claims
 *     from before there was one
 * @param former what it held with that flavor, and goes on holding besides; absent in claims from
 *     before there was one
 */
public record Holding(
    Optional<String> flavor,
    Map<String, String> imageProperties,
    Map<String, Map<String, Long>> resources,
    Optional<GuestPlacement> placement,
    Optional<GuestPlacement> before,
    Optional<Integer> preemptible,
    Optional<Former> former) {
  /**
   * What a flavor held that an instance may have to go back to.
   *
   * @param flavor its name
   * @param resources by provider and resource class
   */
  public record Former(Optional<String> flavor, Map<String, Map<String, Long>> resources) {
    public Former {
      resources = Map.copyOf(resources);
    }
  }

  public static final Holding NONE = new Holding(Optional.empty(), Map.of(), Map.of());

  public Holding {
    imageProperties = Map.copyOf(imageProperties);
    resources = Map.copyOf(resources);
    placement = placement == null ? Optional.empty() : placement;
    before = before == null ? Optional.empty() : before;
    preemptible = preemptible == null ? Optional.empty() : preemptible;
    former = former == null ? Optional.empty() : former;
  }

  /** One that stays, of a guest that may run anywhere on the host. */
  public Holding(
      Optional<String> flavor,
      Map<String, String> imageProperties,
      Map<String, Map<String, Long>> resources) {
    this(
        flavor,
        imageProperties,
        resources,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Holding at(Optional<GuestPlacement> now, Optional<GuestPlacement> earlier) {
    return new Holding(flavor, imageProperties, resources, now, earlier, preemptible, former);
  }

  /** The same for an instance that may have to go back to what {@code has} holds. */
  Holding besides(Holding has) {
    return new Holding(
        flavor,
        imageProperties,
        resources,
        placement,
        before,
        preemptible,
        Optional.of(new Former(has.flavor, has.resources)));
  }

  /** The same with what it held before, and no more. */
  Holding backTo(Former earlier) {
    return new Holding(
        flavor,
        imageProperties,
        earlier.resources(),
        placement,
        before,
        preemptible,
        Optional.empty());
  }

  /** It stays as it is now: there is no way back. */
  Holding settled() {
    return new Holding(
        flavor,
        imageProperties,
        resources,
        placement,
        Optional.empty(),
        preemptible,
        Optional.empty());
  }

  /**
   * What nobody else may be given, by provider and resource class. The guest is of one flavor at a
   * time, so of what both ask for it is the larger.
   */
  Map<String, Map<String, Long>> held() {
    if (former.isEmpty()) {
      return resources;
    }
    var all = new HashMap<String, Map<String, Long>>();
    Stream.of(resources, former.get().resources())
        .flatMap(one -> one.entrySet().stream())
        .forEach(
            given ->
                given
                    .getValue()
                    .forEach(
                        (resourceClass, amount) ->
                            all.computeIfAbsent(given.getKey(), _ -> new HashMap<>())
                                .merge(resourceClass, amount, Math::max)));
    return all;
  }

  /** Everything on the host that nobody else may be given. */
  List<GuestPlacement> placements() {
    return Stream.concat(placement.stream(), before.stream()).toList();
  }

  static Holding of(RequestSpec spec, Map<String, ? extends Map<String, Long>> given) {
    var properties = new HashMap<>(spec.imageProperties());
    properties.keySet().removeIf(property -> !Residents.counts(property));
    var resources = new HashMap<String, Map<String, Long>>();
    given.forEach((provider, amounts) -> resources.put(provider, Map.copyOf(amounts)));
    var importance = Importance.of(spec.extraSpecs());
    return new Holding(
        spec.detail().flavor(),
        properties,
        resources,
        Optional.empty(),
        Optional.empty(),
        importance.preemptible() ? Optional.of(importance.priority()) : Optional.empty(),
        Optional.empty());
  }
}
