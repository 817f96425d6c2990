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

  /** The property that names the snapshots of volumes that an image is made of, as in Nova. */
  public static final String MAPPING = "block_device_mapping";

  /** Whether it has no bytes, and servers of it have volumes made of snapshots instead. */
  public boolean ofVolumes() {
    return properties.containsKey(MAPPING) && sizeBytes.filter(size -> size == 0).isPresent();
  }

  @Override
  public String key() {
    return id;
  }

  /** The same image in another status. */
  public Image withStatus(String status, Instant at) {
    return copy(status, sizeBytes, virtualSizeBytes, md5, sha512, tags, at);
  }

  /** The same image with these tags. */
  public Image withTags(Set<String> tags, Instant at) {
    return copy(status, sizeBytes, virtualSizeBytes, md5, sha512, tags, at);
  }

  /** The same image, active with these bytes. */
  public Image activated(
      long sizeBytes, long virtualSizeBytes, String md5, String sha512, Instant at) {
    return copy(
        "active",
        Optional.of(sizeBytes),
        Optional.of(virtualSizeBytes),
        Optional.of(md5),
        Optional.of(sha512),
        tags,
        at);
  }

  private Image copy(
      String status,
      Optional<Long> sizeBytes,
      Optional<Long> virtualSizeBytes,
      Optional<String> md5,
      Optional<String> sha512,
      Set<String> tags,
      Instant updatedAt) {
    return new Image(
        id,
        name,
        owner,
        visibility,
        status,
        diskFormat,
        containerFormat,
        sizeBytes,
        virtualSizeBytes,
        md5,
        sha512,
        minDiskGib,
        minRamMib,
        isProtected,
        hidden,
        properties,
        tags,
        createdAt,
        updatedAt);
  }
}
