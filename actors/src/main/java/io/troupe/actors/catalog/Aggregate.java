package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Hosts that share metadata; one with the key {@code availability_zone} makes its hosts that zone.
 *
 * @param id a number, as the Compute API has it; 0 until it is created
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

  public Aggregate with(String host, Instant now) {
    var more = new HashSet<>(hosts);
    more.add(host);
    return new Aggregate(id, uuid, name, more, metadata, createdAt, Optional.of(now));
  }

  public Aggregate without(String host, Instant now) {
    var fewer = new HashSet<>(hosts);
    fewer.remove(host);
    return new Aggregate(id, uuid, name, fewer, metadata, createdAt, Optional.of(now));
  }

  public Aggregate withMetadata(Map<String, String> all, Instant now) {
    return new Aggregate(id, uuid, name, hosts, all, createdAt, Optional.of(now));
  }

  public Aggregate withName(String other, Instant now) {
    return new Aggregate(id, uuid, other, hosts, metadata, createdAt, Optional.of(now));
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + name);
  }

  @Override
  public long number() {
    return id;
  }

  @Override
  public Aggregate withNumber(long given) {
    return new Aggregate(given, uuid, name, hosts, metadata, createdAt, updatedAt);
  }

  /** A host is in one zone only. */
  @Override
  public Optional<String> clashWith(CatalogEntry other) {
    if (!(other instanceof Aggregate that)
        || availabilityZone().isEmpty()
        || that.availabilityZone().isEmpty()
        || availabilityZone().equals(that.availabilityZone())) {
      return Optional.empty();
    }
    return hosts.stream()
        .filter(that.hosts::contains)
        .sorted()
        .findFirst()
        .map(
            host ->
                "Host %s is already in availability zone %s."
                    .formatted(host, that.availabilityZone().get()));
  }

  public Optional<String> availabilityZone() {
    return Optional.ofNullable(metadata.get("availability_zone"));
  }
}
