/**
 * What a fleet would make of a trace of requests: the scheduler's own code and the hosts' own check
 * of claims, without actors, a cluster or a clock. Formats and figures are described in
 * docs/simulator.md.
 *
 * <pre>
 *   fleet.json ─► FleetFile ─► Fleet ─► SimulatedHosts (HostState each: the truth)
 *                                          ▲ claim      │ changes, heard late
 *   requests.jsonl ─► Trace ─► Simulation ─┴─ Requester ◄┘ (HostTable each: a view)
 *                                   │
 *                                   ├─► DecisionLog ─► decisions.jsonl
 *                                   └─► Samples ─► Summary, Chart
 * </pre>
 */
package io.troupe.bench.simulation;
