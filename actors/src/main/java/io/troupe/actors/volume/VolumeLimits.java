package io.troupe.actors.volume;

/**
 * What a project may have; -1 is no limit.
 *
 * @param volumes how many
 * @param gigabytes GiB of all together, with snapshots
 * @param largestGib of a single one, GiB
 * @param snapshots how many; null, from a node of a former release, is no limit
 */
public record VolumeLimits(long volumes, long gigabytes, long largestGib, Long snapshots) {
  public VolumeLimits {
    snapshots = snapshots == null ? Long.valueOf(-1) : snapshots;
  }

  public VolumeLimits(long volumes, long gigabytes, long largestGib) {
    this(volumes, gigabytes, largestGib, -1L);
  }

  public VolumeLimits(long volumes, long gigabytes) {
    this(volumes, gigabytes, -1);
  }
}
