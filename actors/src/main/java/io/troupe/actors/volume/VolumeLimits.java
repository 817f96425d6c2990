package io.troupe.actors.volume;

/**
 * What a project may have; -1 is no limit.
 *
 * @param volumes how many
 * @param gigabytes GiB of all together
 * @param largestGib of a single one, GiB
 */
public record VolumeLimits(long volumes, long gigabytes, long largestGib) {
  public VolumeLimits(long volumes, long gigabytes) {
    this(volumes, gigabytes, -1);
  }
}
