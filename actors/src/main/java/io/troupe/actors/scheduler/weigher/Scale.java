package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostClass;
import io.troupe.actors.scheduler.filter.AggregateValues;
import io.troupe.config.SchedulerSettings;
import java.util.Set;

/**
 * The scale on which a weigher's raw values become weights: {@code (raw − low) × (multiplier ÷
 * (high − low))}, and 0 for all when every survivor has the same. Source: Nova's weights
 * normalisation.
 *
 * @param low the lowest raw value among the survivors, or 0 for a weigher that starts there
 * @param high the highest raw value among the survivors
 */
public record Scale(int low, int high) {
  public double normalised(int raw) {
    return low == high ? 0 : (raw - low) * (1.0 / ((double) high - low));
  }

  /** What one unit of raw value weighs. */
  public double perUnit(double multiplier) {
    return low == high ? 0 : multiplier / ((double) high - low);
  }

  /**
   * The multiplier for hosts of a class: the lowest value their aggregates give for the weigher's
   * option, or the configured one when they give none or one that is no number.
   */
  public static double multiplier(
      HostWeigher weigher, SchedulerSettings settings, HostClass hosts) {
    Set<String> lists = hosts.aggregateMetadata().getOrDefault(weigher.option(), Set.of());
    try {
      return AggregateValues.of(lists).stream().mapToDouble(Scale::finite).min().stream()
          .map(weigher.title()::signed)
          .findFirst()
          .orElseGet(() -> weigher.multiplier(settings));
    } catch (NumberFormatException e) {
      return weigher.multiplier(settings);
    }
  }

  private static double finite(String value) {
    double number = Double.parseDouble(value);
    if (!Double.isFinite(number)) {
      throw new NumberFormatException("not finite: " + value);
    }
    return number;
  }
}
