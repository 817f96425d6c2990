package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An image's record; its bytes are in the image store.
 *
 * @param visibility {@code public}, {@code private}, {@code shared} or {@code community}
 * @param status {@code queued}, {@code saving}, {@code active} …, as Glance defines them
 * @param md5 {@code checksum} of the Image API; {@code sha512} is its {@code os_hash_value}
 * @param virtualSizeBytes of the disk inside, known once active
 */
public record Image(
    String id,
    String name,
    String owner,
    String visibility,
    String status,
    String diskFormat,
    String containerFormat,
    Optional<Long> sizeBytes,
    Optional<Long> virtualSizeBytes,
    Optional<String> md5,
    Optional<String> sha512,
    int minDiskGib,
    long minRamMib,
    boolean isProtected,
    boolean hidden,
    Map<String, String> properties,
    Set<String> tags,
    Instant createdAt,
    Instant updatedAt)
    implements CatalogEntry {
  public Image {
    properties = Map.copyOf(properties);
    tags = Set.copyOf(tags);
  }

  @Override
  public String key() {
    return id;
  }
}
