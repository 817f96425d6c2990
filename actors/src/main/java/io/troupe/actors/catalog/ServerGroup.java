package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Optional;

/**
 * Servers that shall stand together or apart.
 *
 * @param policy {@code affinity}, {@code anti-affinity}, {@code soft-affinity} or {@code
 *     soft-anti-affinity}
 * @param maxServerPerHost members a host may have under anti-affinity, 1 unless a rule says more
 */
public record ServerGroup(
    String id,
    String name,
    String projectId,
    String userId,
    String policy,
    int maxServerPerHost,
    Instant createdAt)
    implements CatalogEntry {
  @Override
  public Optional<String> countedWith() {
    return Optional.of(projectId);
  }

  @Override
  public String key() {
    return id;
  }
}
