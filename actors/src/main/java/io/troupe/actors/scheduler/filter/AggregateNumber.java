package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A number that a host's aggregates give under a metadata key: the least of them, since a host in
 * several must obey each. None when no aggregate has the key or one value is no number. Source:
 * Nova's {@code validate_num_values}.
 */
final class AggregateNumber {
  private AggregateNumber() {}

  /** A whole number, {@code configured} where the aggregates give none. */
  static int whole(HostRow host, String key, int configured) {
    Set<String> values = host.aggregateMetadata().getOrDefault(key, Set.of());
    try {
      return values.stream()
          .mapToInt(value -> Integer.parseInt(value.strip()))
          .min()
          .orElse(configured);
    } catch (NumberFormatException _) {
      return configured;
    }
  }

  /** A ratio above 0. */
  static OptionalDouble ratio(HostRow host, String key) {
    Set<String> values = host.aggregateMetadata().getOrDefault(key, Set.of());
    try {
      return values.stream().mapToDouble(AggregateNumber::ratio).min();
    } catch (NumberFormatException _) {
      return OptionalDouble.empty();
    }
  }

  private static double ratio(String value) {
    double number = Double.parseDouble(value);
    if (!(number > 0) || Double.isInfinite(number)) {
      throw new NumberFormatException("not above 0: " + value);
    }
    return number;
  }
}
