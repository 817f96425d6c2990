package io.troupe.config;

/**
 * What a project may have of volumes; -1 is no limit.
 *
 * @param volumes how many
 * @param gigabytes GiB of all together, with snapshots
 * @param largestGib of a single one, GiB
 * @param snapshots how many of them
 */
public record VolumeSettings(long volumes, long gigabytes, long largestGib, long snapshots) {
  /** Cinder's defaults. */
  public static final VolumeSettings DEFAULT = new VolumeSettings(10, 1000, -1, 10);
}
