package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Hosts that share metadata; one with the key {@code availability_zone} makes its hosts that zone.
 *
 * @param id a number, as the Compute API has it
 */
public record Aggregate(
    long id,
    String uuid,
    String name,
    Set<String> hosts,
    Map<String, String> metadata,
    Instant createdAt,
    Optional<Instant> updatedAt)
    implements CatalogEntry {
  public Aggregate {
    hosts = Set.copyOf(hosts);
    metadata = Map.copyOf(metadata);
  }

  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + name);
  }

  public Optional<String> availabilityZone() {
    return Optional.ofNullable(metadata.get("availability_zone"));
  }
}
