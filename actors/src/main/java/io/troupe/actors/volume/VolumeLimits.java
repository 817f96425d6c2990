package io.troupe.actors.volume;

/**
 * What a project may have; -1 is no limit.
 *
 * @param volumes how many
 * @param gigabytes GiB of all together
 */
public record VolumeLimits(long volumes, long gigabytes) {
  public static final VolumeLimits NONE = new VolumeLimits(-1, -1);
}
