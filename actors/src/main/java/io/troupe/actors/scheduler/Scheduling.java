package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Where an instance may run. Pure: the same table, request, settings and seed give the same answer,
 * so a decision can be replayed, explained and simulated. The table lends its scratch columns, so
 * only its owner may call this.
 */
public final class Scheduling {
  private static final ToIntFunction<HostId> NONE = _ -> 0;

  /**
   * Equals among whom the nearest is sought: a ninth of all are near in everything on three nodes.
   */
  private static final int EQUALS = 32;

  private Scheduling() {}

  /** The best hosts, or why there is none. Does not count the instance anywhere. */
  public static Decision decide(
      HostTable table, RequestSpec request, SchedulerSettings given, long seed) {
    return decide(table, request, given, seed, NONE);
  }

  /**
   * The same; of the best few that weigh the same the nearest go first.
   *
   * @param distance from whoever asks; 0 is nearest
   */
  static Decision decide(
      HostTable table,
      RequestSpec request,
      SchedulerSettings given,
      long seed,
      ToIntFunction<HostId> distance) {
    SchedulerSettings settings = given.effective();
    int most = request.candidates();
    boolean nearestFirst = distance != NONE && !wantsChance(given);
    var found =
        new Plan(table, request, settings).run(seed, nearestFirst ? Math.max(most, EQUALS) : most);
    var candidates = nearestFirst ? Candidate.nearestFirst(found, distance, most) : found;
    return candidates.isEmpty()
        ? new Decision.NoValidHost(new Reasons(table, request, settings).explanation())
        : new Decision.Placed(candidates, seed);
  }

  /** Whether an administrator wants the first to be drawn, from all or from a subset. */
  private static boolean wantsChance(SchedulerSettings settings) {
    return settings.policy() == SchedulerPolicy.CHANCE || settings.hostSubsetSize() > 1;
  }

  /**
   * The same, and where there is no host, which preemptible instances would have to leave one for
   * it. Looked at after a refusal only.
   */
  public static Decision decideOrPreempt(
      HostTable table, RequestSpec request, SchedulerSettings given, long seed) {
    return decideOrPreempt(table, request, given, seed, NONE);
  }

  /** The same; the nearest first as above. */
  static Decision decideOrPreempt(
      HostTable table,
      RequestSpec request,
      SchedulerSettings given,
      long seed,
      ToIntFunction<HostId> distance) {
    Decision decision = decide(table, request, given, seed, distance);
    return decision instanceof Decision.NoValidHost(var explanation, _)
        ? new Decision.NoValidHost(
            explanation, Preempting.plan(table, request, given.effective(), seed))
        : decision;
  }

  /**
   * Why an instance that is on {@code host} already may not be rebuilt there as {@code request}
   * says; empty when it may. A host that nobody has seen cannot be judged.
   */
  public static Optional<String> refusalToRebuild(
      HostTable table, HostId host, RequestSpec request, SchedulerSettings settings) {
    var row = table.row(host);
    if (row.isEmpty()) {
      return Optional.of("host " + host + " is not known");
    }
    for (HostFilter filter : FilterChain.ofRebuild(request, settings)) {
      if (filter.judge(request, row.get()) instanceof Verdict.Fail why) {
        return Optional.of("%s refused %s: %s".formatted(filter.name(), host, why.text()));
      }
    }
    return Optional.empty();
  }

  /**
   * Why a host that is about to grant a claim of {@code request} may not, as far as others than the
   * host have a say: the group would not be evenly spread. Empty when it may. The request's own
   * promise must not be in the table.
   */
  public static Optional<String> refusalToJoin(HostTable table, HostRow host, RequestSpec request) {
    for (HostFilter filter : FilterChain.ofJoin(request, table)) {
      if (filter.judge(request, host) instanceof Verdict.Fail why) {
        return Optional.of("%s refused %s: %s".formatted(filter.name(), host.id(), why.text()));
      }
    }
    return Optional.empty();
  }

  /** The same decision with what became of every host; as slow as it is thorough. */
  public static PlacementReport explain(
      HostTable table, RequestSpec request, SchedulerSettings given, long seed) {
    SchedulerSettings settings = given.effective();
    Decision decision = decideOrPreempt(table, request, settings, seed);
    return new Reasons(table, request, settings).report(decision, seed);
  }
}
