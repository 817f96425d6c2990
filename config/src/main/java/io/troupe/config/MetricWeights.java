package io.troupe.config;

import java.util.Map;

/**
 * Which of the numbers that hosts report count, and how much. Names and defaults are Nova's ({@code
 * metrics} options).
 *
 * @param ratios by metric; empty turns filter and weigher off
 * @param unavailable the raw weight of a host that lacks one of them
 */
public record MetricWeights(Map<String, Double> ratios, double unavailable) {
  public static final MetricWeights NONE = new MetricWeights(Map.of(), -10_000.0);

  public MetricWeights {
    ratios = Map.copyOf(ratios);
    ratios.forEach(MetricWeights::requireFinite);
    requireFinite("weight-of-unavailable", unavailable);
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "scheduler metrics " + name + " must be a number: " + value);
    }
  }
}
