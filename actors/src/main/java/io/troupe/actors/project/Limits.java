package io.troupe.actors.project;

/**
 * What a project's instances may use at most; -1 is no limit. RAM in MiB.
 *
 * @param groupMembers instances each server group may have
 */
public record Limits(long instances, long cores, long ramMib, long groupMembers) {
  /** Of a project that is not there: nothing. */
  public static final Limits NOTHING = new Limits(0, 0, 0, 0);

  public static Limits of(QuotaLimits limits) {
    return new Limits(
        limits.get("instances"),
        limits.get("cores"),
        limits.get("ram"),
        limits.get("server_group_members"));
  }
}
