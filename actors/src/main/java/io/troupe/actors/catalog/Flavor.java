package io.troupe.actors.catalog;

import io.troupe.actors.instance.FlavorAtBoot;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A size of server.
 *
 * @param access ids of the projects that may use it when it is not public
 */
public record Flavor(
    String id,
    String name,
    int vcpus,
    long ramMib,
    int rootGib,
    int ephemeralGib,
    int swapMib,
    double rxtxFactor,
    boolean isPublic,
    Optional<String> description,
    Map<String, String> extraSpecs,
    Set<String> access,
    Instant createdAt)
    implements CatalogEntry {
  public Flavor {
    extraSpecs = Map.copyOf(extraSpecs);
    access = Set.copyOf(access);
  }

  @Override
  public String key() {
    return id;
  }

  @Override
  public Set<String> uniqueWords() {
    return Set.of("name:" + name);
  }

  public FlavorAtBoot atBoot() {
    return new FlavorAtBoot(id, name, vcpus, ramMib, rootGib, ephemeralGib, swapMib, extraSpecs);
  }
}
