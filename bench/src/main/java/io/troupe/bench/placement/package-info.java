/**
 * Placements through the actors: scheduler, hosts and their journal as a node runs them, in this
 * process and without HTTP, instances or a cluster.
 *
 * <pre>
 *   Tenant ──Place──► SchedulerActor ──Decision──► Tenant ──MakeClaim──► HostActor ──► journal
 *                          ▲                                                │
 *                          └───────── DeltaPostActor ◄──────────────────────┘
 * </pre>
 */
package io.troupe.bench.placement;
