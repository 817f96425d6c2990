package io.troupe.actors.scheduler.pool;

import io.troupe.core.value.HostId;

/**
 * A pool that may take the volume.
 *
 * @param host of the pool's that is to make it
 * @param weight the sum of all weighers, higher is better
 */
public record PoolCandidate(String pool, HostId host, double weight) {}
