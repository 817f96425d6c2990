package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A project (tenant), domain {@code default}.
 *
 * @param quotas limits that differ from the default ones, by Nova's names ({@code instances},
 *     {@code cores}, {@code ram} in MiB …); -1 is no limit
 * @param tokensEnded how often all its tokens were ended at once; a token carries the number it was
 *     made under
 */
public record Project(
    String id,
    String name,
    boolean enabled,
    Optional<String> description,
    Map<String, Long> quotas,
    long tokensEnded)
    implements CatalogEntry {
  @JsonCreator
  public Project {
    quotas = Map.copyOf(quotas);
  }

  /** A new one. */
  public Project(
      String id,
      String name,
      boolean enabled,
      Optional<String> description,
      Map<String, Long> quotas) {
    this(id, name, enabled, description, quotas, 0);
  }

  public Project withQuotas(Map<String, Long> other) {
    return new Project(id, name, enabled, description, other, tokensEnded);
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
