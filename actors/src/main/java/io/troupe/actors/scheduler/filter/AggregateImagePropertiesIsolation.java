package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.TreeMap;

/**
 * Keeps hosts whose aggregates admit the image. Each metadata key that names a property Nova knows
 * of images (they begin with {@code hw_}, {@code img_} or {@code os_}) lists the values admitted;
 * an image without the property is admitted everywhere. Source: Nova's filter of this name.
 */
record AggregateImagePropertiesIsolation() implements HostFilter.ByClass {
  @Override
  public Verdict judge(RequestSpec request, HostClass hosts) {
    for (var property : new TreeMap<>(request.imageProperties()).entrySet()) {
      var lists = hosts.aggregateMetadata().get(property.getKey());
      if (lists != null && known(property.getKey()) && !property.getValue().isEmpty()) {
        var admitted = AggregateValues.of(lists);
        if (!admitted.contains(property.getValue())) {
          return new Verdict.Mismatch(
              "image property " + property.getKey(),
              property.getValue(),
              "isolation for " + String.join(",", admitted));
        }
      }
    }
    return Verdict.PASS;
  }

  private static boolean known(String property) {
    return property.startsWith("hw_") || property.startsWith("img_") || property.startsWith("os_");
  }
}
