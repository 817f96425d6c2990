package io.troupe.actors.catalog;

import java.util.Map;

/**
 * Limits for every project that has none of its own; they stand above the configured ones. Nova
 * knows one class, {@code default}.
 *
 * @param limits by Nova's names ({@code instances}, {@code cores}, {@code ram} in MiB …); -1 is no
 *     limit
 */
public record QuotaClass(String name, Map<String, Long> limits) implements CatalogEntry {
  public static final String DEFAULT = "default";

  public QuotaClass {
    limits = Map.copyOf(limits);
  }

  @Override
  public String key() {
    return name;
  }
}
