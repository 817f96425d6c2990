/**
 * Which guests to move to which hosts so that the fleet comes nearer to a goal, every rule kept at
 * each step. Pure: nothing is moved here.
 *
 * <pre>
 *   HostRow, Guest ──► Rebalancer.plan ──► Scheduling.decide (the same filters) ──► RebalancePlan
 *        Goal, Budget ──┘
 * </pre>
 */
package io.troupe.actors.scheduler.rebalance;
