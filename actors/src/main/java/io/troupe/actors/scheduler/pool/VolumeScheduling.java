package io.troupe.actors.scheduler.pool;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PoolSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Where a volume may lie. Pure: the same pools, request, settings and seed give the same answer.
 */
public final class VolumeScheduling {
  /** Pools named in an answer; whoever is refused by all of them asks again. */
  static final int CANDIDATES = 3;

  private VolumeScheduling() {}

  /** The best pools, or why there is none. */
  public static VolumeDecision decide(
      List<StoragePool> pools, VolumeRequest request, PoolSettings settings, long seed) {
    var passed = new ArrayList<StoragePool>();
    var refusals = new ArrayList<PoolExplanation.Refusal>();
    for (StoragePool pool : pools) {
      refusal(pool, request, settings).ifPresentOrElse(refusals::add, () -> passed.add(pool));
    }
    if (passed.isEmpty()) {
      var told = refusals.stream().limit(PoolExplanation.TOLD_AT_MOST).toList();
      return new VolumeDecision.NoValidBackend(new PoolExplanation(pools.size(), told));
    }
    return new VolumeDecision.Placed(
        ranked(passed, settings, seed).stream()
            .limit(CANDIDATES)
            .map(one -> candidate(one, request))
            .toList());
  }

  private static PoolCandidate candidate(Weighed one, VolumeRequest request) {
    return new PoolCandidate(
        one.pool().name(), StoragePools.maker(one.pool(), request).orElseThrow(), one.weight());
  }

  /** Why one pool alone does not do; empty when it does. */
  public static Optional<PoolExplanation.Refusal> refusal(
      StoragePool pool, VolumeRequest request, PoolSettings settings) {
    for (PoolFilter filter : filters(settings)) {
      if (filter.judge(request, pool) instanceof Verdict.Fail why) {
        return Optional.of(new PoolExplanation.Refusal(pool.name(), filter.name(), why));
      }
    }
    return Optional.empty();
  }

  /**
   * Why a pool may not promise so many GiB more, as its owner asks at the last moment; empty when
   * it may. Nothing more than is there already always may.
   */
  public static Optional<PoolExplanation> tooLittle(
      StoragePool pool, long gib, PoolSettings settings) {
    var filter = new PoolFilter.CapacityFilter(settings);
    return gib > 0
            && filter.judge(new VolumeRequest("", gib, Optional.empty(), Set.of()), pool)
                instanceof Verdict.Fail why
        ? Optional.of(
            new PoolExplanation(
                1, List.of(new PoolExplanation.Refusal(pool.name(), filter.name(), why))))
        : Optional.empty();
  }

  /** In this order; the last one compares numbers, so its reason says most. */
  private static List<PoolFilter> filters(PoolSettings settings) {
    return List.of(
        new PoolFilter.ServiceFilter(),
        new PoolFilter.AvailabilityZoneFilter(),
        new PoolFilter.RetryFilter(),
        new PoolFilter.CapacityFilter(settings));
  }

  private record Weighed(StoragePool pool, double weight) {}

  /** Equal ones by lot, so that schedulers that begin alike do not all fill the same pool. */
  private static List<Weighed> ranked(List<StoragePool> pools, PoolSettings settings, long seed) {
    var sums = new double[pools.size()];
    for (PoolWeigher weigher : PoolWeigher.of(settings)) {
      var parts = weigher.weigh(pools);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += parts.get(i);
      }
    }
    var lots = new HashMap<StoragePool, Long>();
    var random = new SplittableRandom(seed);
    pools.forEach(pool -> lots.put(pool, random.nextLong()));
    var all = new ArrayList<Weighed>();
    for (int i = 0; i < sums.length; i++) {
      all.add(new Weighed(pools.get(i), sums[i]));
    }
    all.sort(
        Comparator.comparing((Weighed one) -> -one.weight())
            .thenComparing(one -> lots.get(one.pool())));
    return all;
  }
}
