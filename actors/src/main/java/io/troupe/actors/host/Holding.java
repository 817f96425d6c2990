package io.troupe.actors.host;

import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Residents;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a claim holds beside vCPUs, RAM and disk, and what is remembered of its instance for the
 * rules that look at neighbours.
 *
 * @param flavor its name
 * @param imageProperties those that {@link Residents#counts}
 * @param resources by provider and resource class
 */
public record Holding(
    Optional<String> flavor,
    Map<String, String> imageProperties,
    Map<String, Map<String, Long>> resources) {
  public static final Holding NONE = new Holding(Optional.empty(), Map.of(), Map.of());

  public Holding {
    imageProperties = Map.copyOf(imageProperties);
    resources = Map.copyOf(resources);
  }

  static Holding of(RequestSpec spec, Map<String, ? extends Map<String, Long>> given) {
    var properties = new HashMap<>(spec.imageProperties());
    properties.keySet().removeIf(property -> !Residents.counts(property));
    var resources = new HashMap<String, Map<String, Long>>();
    given.forEach((provider, amounts) -> resources.put(provider, Map.copyOf(amounts)));
    return new Holding(spec.detail().flavor(), properties, resources);
  }
}
