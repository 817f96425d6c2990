package io.troupe.actors.scheduler;

import io.troupe.config.SchedulerSettings;

/**
 * Where an instance may run. Pure: the same table, request, settings and seed give the same answer,
 * so a decision can be replayed, explained and simulated. The table lends its scratch columns, so
 * only its owner may call this.
 */
public final class Scheduling {
  private Scheduling() {}

  /** The best hosts, or why there is none. Does not count the instance anywhere. */
  public static Decision decide(
      HostTable table, RequestSpec request, SchedulerSettings given, long seed) {
    SchedulerSettings settings = given.effective();
    var candidates = new Plan(table, request, settings).run(seed);
    return candidates.isEmpty()
        ? new Decision.NoValidHost(new Reasons(table, request, settings).explanation())
        : new Decision.Placed(candidates, seed);
  }

  /** The same decision with what became of every host; as slow as it is thorough. */
  public static PlacementReport explain(
      HostTable table, RequestSpec request, SchedulerSettings given, long seed) {
    SchedulerSettings settings = given.effective();
    Decision decision = decide(table, request, settings, seed);
    return new Reasons(table, request, settings).report(decision, seed);
  }
}
