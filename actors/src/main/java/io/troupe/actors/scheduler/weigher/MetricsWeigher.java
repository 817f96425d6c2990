package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.MetricWeights;
import io.troupe.config.WeigherName;
import java.util.TreeMap;

/**
 * The sum of the configured numbers of a host, each times its ratio, in thousandths; a host that
 * lacks one of them has {@code metrics-weight-of-unavailable}. Source: Nova's MetricsWeigher, which
 * may fail instead; a filter is there for that.
 */
record MetricsWeigher(MetricWeights weights) implements HostWeigher.ByHost {
  @Override
  public int raw(RequestSpec request, HostRow host) {
    double sum = 0;
    for (var ratio : new TreeMap<>(weights.ratios()).entrySet()) {
      Double value = host.detail().metrics().get(ratio.getKey());
      if (value == null) {
        return HostWeigher.whole(weights.unavailable() * 1000);
      }
      sum += value * ratio.getValue();
    }
    return HostWeigher.whole(sum * 1000);
  }

  @Override
  public WeigherName title() {
    return WeigherName.METRICS;
  }
}
