/**
 * Where an instance may run. A {@link io.troupe.actors.scheduler.RequestSpec} meets the {@link
 * io.troupe.actors.scheduler.HostTable}: filters say who may take it, weighers say how gladly, and
 * the best few are the {@link io.troupe.actors.scheduler.Decision}. All of it is pure; it reserves
 * nothing, for only the host's own log can.
 *
 * <pre>
 *   HostRow ──put──► HostTable ◄──consume / settle── (the actor, after each decision)
 *                        │
 *                    HostTree: hosts that are alike stand together
 *                        │
 *   RequestSpec ──► Scheduling.decide ──► Plan: the best among the Survivors ──► Ranking
 *                        │ refused, or explain
 *                        └──► Reasons: the same rules host by host, with the values compared
 * </pre>
 */
package io.troupe.actors.scheduler;
