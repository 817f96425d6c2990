/**
 * The one place that knows on which host an affinity group lives. The scheduler proposes a host
 * from what it has seen, and may have seen too little (a promise it forgot, a fail-over, an
 * alternate); so a host that is about to take a member asks the group first, and the group writes
 * down its host before it agrees. Anti-affinity needs no such place: there each host alone can tell
 * whether one more member is one too many.
 *
 * <pre>
 *   MakeClaim ─▶ HostActor B ── Join(B) ─▶ ServerGroupActor ── free, or B already ─▶ Joined ─▶ B claims
 *                                              │ A is written down
 *                                              ├─ CountMembers ─▶ HostActor A ─▶ 0: write down B, Joined
 *                                              └───────────────────────────────▶ 1 or more: Elsewhere(A)
 * </pre>
 */
package io.troupe.actors.group;
