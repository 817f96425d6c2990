package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.WeigherName;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much the images of a host's instances have in common with the request's, in thousandths: for
 * each property the number of instances with the same value, times its weight, 1 where none is
 * configured. Source: Nova's weigher of this name.
 *
 * @param weights by property; when there are any, other properties do not count
 */
record ImagePropertiesWeigher(Map<String, Double> weights) implements HostWeigher.ByHost {
  @Override
  public int raw(RequestSpec request, HostRow host) {
    double sum = 0;
    for (var property : new TreeMap<>(request.imageProperties()).entrySet()) {
      double weight = weights.isEmpty() ? 1 : weights.getOrDefault(property.getKey(), 0.0);
      sum += weight * host.detail().countOf(property.getKey(), property.getValue());
    }
    return HostWeigher.whole(sum * 1000);
  }

  @Override
  public WeigherName title() {
    return WeigherName.IMAGE_PROPERTIES;
  }
}
