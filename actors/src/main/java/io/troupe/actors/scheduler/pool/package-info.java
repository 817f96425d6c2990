/**
 * Where volumes go. A pool is the storage of one host, or one that several hosts share; how much is
 * promised of it is what its hosts have written down together. A decision is pure, as for
 * instances: pools in, candidates or reasons out. It reserves nothing, the host that is to make the
 * volume has the last word.
 *
 * <pre>
 *   HostTable ─▶ StoragePools ─▶ PoolFilters ─▶ PoolWeighers ─▶ PoolCandidate …
 *                                     └─ none is left ─▶ PoolExplanation: who refused which pool, and why
 * </pre>
 */
package io.troupe.actors.scheduler.pool;
