package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.WeigherName;
import java.util.Set;

/**
 * The highest {@code PRIORITY} that a host's aggregates give, in thousandths; 0 where they give
 * none or one that is no number. Source: OpenNebula's fixed policy.
 */
record PriorityWeigher() implements HostWeigher.ByHost {
  @Override
  public int raw(RequestSpec request, HostRow host) {
    Set<String> values = host.aggregateMetadata().getOrDefault("PRIORITY", Set.of());
    try {
      return HostWeigher.whole(
          1000 * values.stream().mapToDouble(Double::parseDouble).max().orElse(0));
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  @Override
  public WeigherName title() {
    return WeigherName.PRIORITY;
  }
}
