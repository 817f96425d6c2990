/**
 * Hosts are emptied for maintenance. What is to be done and what has become of it is one record in
 * the catalog; one actor of the cluster looks at each drained host again and again, and what it
 * sees and what is written say what comes next. When its node dies, the next one finds the record
 * and goes on: an operation that may or may not have been begun is sent again under its id.
 *
 * <pre>
 *   HTTP, JMX ──► Drains ──► HostDrain (catalog) ◄── write ──┐
 *                                 │                          │
 *   DrainActor, every second ──► DrainRunner ──► Look ──► Draining.next ──► LiveMigrate, Migrate … ──► Instances
 * </pre>
 */
package io.troupe.actors.drain;
