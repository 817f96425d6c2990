/**
 * What a guest asks of a host's inside and where it goes there: {@code GuestShape} is read from
 * flavor and image, {@code HostParts} is what the host has and what its claims hold, {@code
 * Fitting} puts one into the other. Plain functions: the scheduler asks them about a few hosts, the
 * host's own actor before it grants a claim.
 *
 * <pre>
 *   extra specs, image ─► GuestShape ─┐
 *                                     ├─► Fitting ─► GuestPlacement (in the claim) ─► driver
 *   inventory, claims ──► HostParts ──┘
 * </pre>
 */
package io.troupe.actors.scheduler.topology;
