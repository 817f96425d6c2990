package io.troupe.actors.scheduler.resource;

import java.util.Map;
import java.util.Set;

/**
 * A part of a host that gives resources of its own: a card, a cell, or the host itself.
 *
 * @param name unique on its host; {@link #HOST} is the host itself
 * @param traits what it can do, for the host itself also what its driver tells
 * @param stocks by resource class
 */
public record Provider(String name, Set<String> traits, Map<String, Stock> stocks) {
  public static final String HOST = "";

  public Provider {
    traits = Set.copyOf(traits);
    stocks = Map.copyOf(stocks);
  }

  public Provider withTraits(Set<String> others) {
    return new Provider(name, others, stocks);
  }
}
