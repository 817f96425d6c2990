/**
 * The rebalancer's plans against the cloud as it is: what the hosts say is gathered, a plan is made
 * of it ({@link io.troupe.actors.scheduler.rebalance}), and on request its moves are begun, a few
 * at a time, as the live migrations that anybody could ask for.
 *
 * <pre>
 *   HostView, Aggregate, InstanceView ──► FleetSnapshot ──► Rebalancer.plan
 *                                                                │
 *   RebalanceRun (catalog) ◄──► RebalanceRunner ── LiveMigrate ──► Instances
 *                                     ▲ look, again and again
 *                               RebalanceActor (one in the cluster)
 * </pre>
 */
package io.troupe.actors.rebalance;
