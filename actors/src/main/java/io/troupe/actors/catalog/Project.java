package io.troupe.actors.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A project (tenant), domain {@code default}.
 *
 * @param quotas limits that differ from the default ones, by Nova's names ({@code instances},
 *     {@code cores}, {@code ram} in MiB …); -1 is no limit
 */
public record Project(
    String id, String name, boolean enabled, Optional<String> description, Map<String, Long> quotas)
    implements CatalogEntry {
  public Project {
    quotas = Map.copyOf(quotas);
  }

  @Override
  public String key() {
    return id;
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + name);
  }
}
