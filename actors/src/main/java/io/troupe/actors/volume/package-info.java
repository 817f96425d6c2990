/**
 * The embedded volume service. A project's volumes are one entity, {@code VolumesActor}, so that
 * its quota is a sum over its own log. Nothing lies on any storage until a volume is first given to
 * an instance: then it is made on that instance's host, and stays there.
 *
 * <pre>
 *              Connect                 MarkAttached              BeginDetaching
 *  available ──────────► reserved ───────────────────► in-use ──────────────────► detaching
 *      ▲                    │ made on the host             ▲        guest kept it     │
 *      │                    ▼                              └──────────────────────────┤
 *      └───── Release: when the driver, or the host's own log, says that no guest has it
 * </pre>
 *
 * <p>{@code Volume} is pure: what may happen to it, and what has to be done for it next.
 */
package io.troupe.actors.volume;
