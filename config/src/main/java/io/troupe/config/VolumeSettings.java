package io.troupe.config;

/**
 * What a project may have of volumes, -1 is no limit, and where they go.
 *
 * @param volumes how many
 * @param gigabytes GiB of all together, with snapshots
 * @param largestGib of a single one, GiB
 * @param snapshots how many of them
 * @param placement when a volume gets its place
 * @param pools how that is chosen
 */
public record VolumeSettings(
    long volumes,
    long gigabytes,
    long largestGib,
    long snapshots,
    VolumePlacement placement,
    PoolSettings pools) {
  /** Cinder's defaults, but for when a volume is placed. */
  public static final VolumeSettings DEFAULT =
      new VolumeSettings(10, 1000, -1, 10, VolumePlacement.ON_USE, PoolSettings.DEFAULT);
}
