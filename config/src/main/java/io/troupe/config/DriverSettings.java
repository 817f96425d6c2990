package io.troupe.config;

/**
 * Bounds on how a hypervisor connection is used.
 *
 * @param threadsPerNativeConnection commands a driver with native calls may run at once, each on a
 *     platform thread of its own; one more thread is kept for queries, so that busy commands do not
 *     make a host look dead
 * @param spawnsPerHost guests a host may be building at once
 * @param reconnectMinMillis wait before the second attempt to connect, ms; doubles with each
 *     further
 * @param reconnectMaxMillis the longest wait between two attempts to connect, ms
 * @param closeGraceMillis time for running commands to end before their connection is closed, ms
 */
public record DriverSettings(
    int threadsPerNativeConnection,
    int spawnsPerHost,
    long reconnectMinMillis,
    long reconnectMaxMillis,
    long closeGraceMillis) {

  /** 10 spawns per host is Nova's {@code max_concurrent_builds}; the others are our choice. */
  public static final DriverSettings DEFAULT = new DriverSettings(16, 10, 500, 30_000, 10_000);

  public DriverSettings {
    requireAtLeast("threadsPerNativeConnection", threadsPerNativeConnection, 1);
    requireAtLeast("spawnsPerHost", spawnsPerHost, 1);
    requireAtLeast("reconnectMinMillis", reconnectMinMillis, 1);
    requireAtLeast("reconnectMaxMillis", reconnectMaxMillis, reconnectMinMillis);
    requireAtLeast("closeGraceMillis", closeGraceMillis, 0);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
    }
  }
}
