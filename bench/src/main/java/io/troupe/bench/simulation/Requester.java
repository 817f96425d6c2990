package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Scheduling;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** A scheduler with a table of its own, which hears of every change at the hosts with a delay. */
final class Requester {
  /**
   * A change at a host.
   *
   * @param settled the instance that the row counts, or that has gone, or was not let in
   */
  record Change(HostRow row, InstanceId settled) {}

  /** A host that did not grant a claim. */
  record Conflict(HostId host, String why) {}

  /**
   * What became of a request.
   *
   * @param report of the last decision; without hosts when nobody asked for reasons
   */
  record Outcome(Optional<Candidate> host, PlacementReport report, List<Conflict> conflicts) {}

  private final HostTable table = new HostTable();
  private final SchedulerSettings settings;
  private final int delay;
  private final boolean explains;
  private final Queue<Change> unheard = new ArrayDeque<>();
  private long seed;

  /**
   * @param delay changes that are on their way at any time
   * @param explains whether each decision comes with all its reasons
   */
  Requester(
      SimulatedHosts hosts, SchedulerSettings settings, int delay, boolean explains, long seed) {
    this.settings = settings;
    this.delay = delay;
    this.explains = explains;
    this.seed = seed;
    hosts.rows().forEach(table::put);
  }

  void hear(Change change) {
    unheard.add(change);
    while (unheard.size() > delay) {
      Change next = unheard.remove();
      table.put(next.row);
      table.settle(next.row.id(), next.settled);
    }
  }

  /** A decision that counts in the table until the host's own word comes. */
  PlacementReport decide(RequestSpec spec) {
    seed++;
    PlacementReport report =
        explains
            ? Scheduling.explain(table, spec, settings, seed)
            : bare(Scheduling.decide(table, spec, settings, seed));
    best(report).ifPresent(candidate -> table.consume(candidate.host(), spec));
    return report;
  }

  private static PlacementReport bare(Decision decision) {
    var removed =
        decision instanceof Decision.NoValidHost(var explanation, _)
            ? explanation
            : new io.troupe.actors.scheduler.Explanation(0, List.of());
    return new PlacementReport(decision, removed, List.of());
  }

  static Optional<Candidate> best(PlacementReport report) {
    return report.decision() instanceof Decision.Placed(var candidates, _)
        ? Optional.of(candidates.getFirst())
        : Optional.empty();
  }

  void takeBack(PlacementReport report, RequestSpec spec) {
    best(report).ifPresent(candidate -> table.settle(candidate.host(), spec.instance()));
  }

  /** As an instance does it: the best host, its alternates, and others when all refuse. */
  Outcome claim(SimulatedHosts hosts, RequestSpec asked, PlacementReport decided) {
    var conflicts = new ArrayList<Conflict>();
    RequestSpec spec = asked;
    PlacementReport report = decided;
    while (report.decision() instanceof Decision.Placed(var candidates, _)) {
      for (Candidate candidate : candidates) {
        var refusal = hosts.claim(candidate.host(), spec);
        if (refusal.isEmpty()) {
          if (!candidate.equals(candidates.getFirst())) {
            takeBack(report, spec);
          }
          return new Outcome(Optional.of(candidate), report, conflicts);
        }
        conflicts.add(new Conflict(candidate.host(), refusal.get()));
        spec = spec.excluding(candidate.host());
      }
      takeBack(report, spec);
      report = decide(spec);
    }
    return new Outcome(Optional.empty(), report, conflicts);
  }
}
