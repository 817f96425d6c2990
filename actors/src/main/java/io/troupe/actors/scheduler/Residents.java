package io.troupe.actors.scheduler;

import io.troupe.core.value.InstanceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who lives on a host.
 *
 * @param instances with a claim here
 * @param flavors for each flavor, by name, the number of instances of it
 * @param imageProperties for each {@code property=value} of images the number of instances
 */
public record Residents(
    Set<InstanceId> instances, Map<String, Integer> flavors, Map<String, Integer> imageProperties) {
  public static final Residents NONE = new Residents(Set.of(), Map.of(), Map.of());

  public Residents {
    instances = Set.copyOf(instances);
    flavors = Map.copyOf(flavors);
    imageProperties = Map.copyOf(imageProperties);
  }

  /**
   * Whether an image property is counted: those that Nova knows, which begin with {@code hw_},
   * {@code img_} or {@code os_}.
   */
  public static boolean counts(String property) {
    return property.startsWith("hw_") || property.startsWith("img_") || property.startsWith("os_");
  }

  Residents without(RequestSpec gone) {
    if (!instances.contains(gone.instance())) {
      return this;
    }
    var others = new HashSet<>(instances);
    others.remove(gone.instance());
    var fewer = new HashMap<>(flavors);
    gone.detail().flavor().ifPresent(flavor -> countDown(fewer, flavor));
    var properties = new HashMap<>(imageProperties);
    gone.imageProperties()
        .forEach((property, value) -> countDown(properties, property + "=" + value));
    return new Residents(others, fewer, properties);
  }

  private static void countDown(Map<String, Integer> counts, String key) {
    counts.computeIfPresent(key, (_, now) -> now > 1 ? now - 1 : null);
  }
}
