package io.troupe.actors.host;

/**
 * A host in one word, as the Compute API says it of a server's host ({@code host_status}, since
 * 2.16).
 */
public enum HostStatus {
  /** Nobody has seen the host. */
  UNKNOWN,
  /** Its hypervisor does not answer, or an administrator says so. */
  DOWN,
  /** It answers and takes no new instances: it or its connection is disabled. */
  MAINTENANCE,
  UP;

  /**
   * @param up whether the hypervisor answers and nobody forced it down
   * @param enabled by its connection and by the administrator
   */
  public static HostStatus of(boolean up, boolean enabled) {
    if (!up) {
      return DOWN;
    }
    return enabled ? UP : MAINTENANCE;
  }
}
