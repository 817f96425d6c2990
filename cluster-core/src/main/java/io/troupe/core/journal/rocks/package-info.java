/**
 * The embedded journal: events and snapshots in a RocksDB of the data directory, as plug-ins of
 * Pekko Persistence.
 *
 * <pre>
 *   persistent actors → RocksJournal ──▶ GroupWriter (one thread: what has come in meanwhile is one batch) ──▶ RocksStore
 *                       RocksSnapshots ──────────────────────────────────────────────────────────────────────▶
 * </pre>
 */
package io.troupe.core.journal.rocks;
