package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PreemptionSettings;
import io.troupe.config.SchedulerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which preemptible instances have to leave which host, so that a request fits that fits nowhere.
 *
 * <p>Goal: as few as possible; among equally many those of the lowest priorities, the highest of
 * them compared first; then the least RAM; then the lot of the host under the seed. Hard: each of
 * them yields to the request, the host lacks vCPUs, RAM or disk, and passes every filter without
 * them.
 *
 * <p>Method: for each host the lacking amounts, and the least number of instances that could cover
 * them. Hosts with the smallest such number come first, and all sets of that size are tried, then
 * of the next, until no host can do with as few as the best has. A set that covers what is lacking
 * is put to the filters only if it would be better than the best. Choosing sets is a cover problem
 * with three dimensions; the number of tries is bounded, and beyond it the best so far counts.
 *
 * <p>For instance: 3 vCPUs lack, and instances of 1, 1, 2 and 4 vCPUs may go. One is enough, the
 * last; two are not looked at then.
 *
 * <p>Runs when a request was refused, or when somebody asks why: no ordinary decision pays for it.
 */
final class Preempting {
  /** Sets begun; some tens of milliseconds. */
  private static final int TRIES = 200_000;

  /** What it costs to ask the filters, in tries. */
  private static final int ASKING = 50;

  private static final int DIMENSIONS = FilterChain.CAPACITY.size();

  private final HostTable table;
  private final RequestSpec request;
  private final SchedulerSettings rules;
  private final PreemptionSettings settings;
  private final long seed;
  private final List<HostFilter> chain;
  private final List<Site> sites = new ArrayList<>();
  private int tries = TRIES;
  private Found best;

  /**
   * A host that lacks something.
   *
   * @param yielding those that may go, the least important first
   * @param lacking by place in {@link FilterChain#CAPACITY}; 0 where enough is free
   * @param least instances that have to go at least
   */
  private record Site(Host host, List<PreemptibleClaim> yielding, long[] lacking, int least) {
    HostRow row() {
      return host.seen;
    }
  }

  /**
   * @param priorities the highest first
   */
  private record Found(
      HostRow row, List<PreemptibleClaim> victims, int[] priorities, long ramMib, long lot) {
    private static final Comparator<Found> ORDER =
        Comparator.<Found>comparingInt(found -> found.victims.size())
            .thenComparing(Found::priorities, Arrays::compare)
            .thenComparingLong(Found::ramMib)
            .thenComparingLong(Found::lot)
            .thenComparing(found -> found.row.id().value());

    boolean isBetterThan(Found other) {
      return other == null || ORDER.compare(this, other) < 0;
    }
  }

  private Preempting(HostTable table, RequestSpec request, SchedulerSettings settings, long seed) {
    this.table = table;
    this.request = request;
    this.rules = settings;
    this.settings = settings.preemption();
    this.seed = seed;
    chain = FilterChain.of(request, table, settings);
    Importance own = Importance.of(request.extraSpecs());
    for (Host host : table.hosts()) {
      site(host, own).ifPresent(sites::add);
    }
    sites.sort(
        Comparator.comparingInt(Site::least)
            .thenComparingLong(site -> Ranking.lot(site.row().id(), seed))
            .thenComparing(site -> site.row().id().value()));
  }

  /**
   * Empty when nothing helps, when it is switched off, or when the request is preemptible itself.
   *
   * @param settings as they are in effect
   */
  static Optional<Preemption> plan(
      HostTable table, RequestSpec request, SchedulerSettings settings, long seed) {
    if (!settings.preemption().on() || Importance.of(request.extraSpecs()).preemptible()) {
      return Optional.empty();
    }
    return new Preempting(table, request, settings, seed).plan();
  }

  private Optional<Preemption> plan() {
    for (Site site : sites) {
      int most = best == null ? settings.maxVictims() : best.victims().size();
      if (site.least() > most || tries <= 0) {
        break;
      }
      for (int size = site.least(); size <= Math.min(most, site.yielding().size()); size++) {
        search(site, size, 0, site.lacking(), new ArrayList<>());
        if (best != null && best.victims().size() == size) {
          break;
        }
      }
    }
    return Optional.ofNullable(best)
        .map(
            found ->
                new Preemption(
                    found.row().id(),
                    found.victims().stream()
                        .map(one -> new Preemption.Victim(one.instance(), one.generation()))
                        .toList(),
                    settings.mode(),
                    settings.graceMillis()));
  }

  private Optional<Site> site(Host host, Importance own) {
    HostRow row = host.seen;
    if (row.detail().preemptible().isEmpty()) {
      return Optional.empty();
    }
    var lacking = new long[DIMENSIONS];
    boolean lacks = false;
    for (int i = 0; i < DIMENSIONS; i++) {
      HostFilter.ByCapacity filter = FilterChain.CAPACITY.get(i);
      long asked = filter.asked(request);
      lacking[i] = asked == 0 ? 0 : Math.max(0, asked - filter.free(row));
      lacks |= lacking[i] > 0;
    }
    if (!lacks || !isOfClass(row)) {
      return Optional.empty();
    }
    var yielding =
        row.detail().preemptible().stream()
            .filter(claim -> claim.priority() < own.priority())
            .sorted(
                Comparator.comparingInt(PreemptibleClaim::priority)
                    .thenComparingLong(claim -> claim.amount().ramMib())
                    .thenComparing(PreemptibleClaim::instance))
            .toList();
    int least = least(yielding, lacking);
    return least > settings.maxVictims() || least > yielding.size()
        ? Optional.empty()
        : Optional.of(new Site(host, yielding, lacking, least));
  }

  /** Whom a host is for does not depend on who is there. */
  private boolean isOfClass(HostRow row) {
    for (HostFilter filter : chain) {
      if (filter instanceof HostFilter.ByClass
          && filter.judge(request, row) instanceof Verdict.Fail) {
        return false;
      }
    }
    return true;
  }

  /** The largest amounts of each dimension alone; one more than there are when all do not do. */
  private static int least(List<PreemptibleClaim> yielding, long[] lacking) {
    int least = 1;
    for (int i = 0; i < DIMENSIONS; i++) {
      int dimension = i;
      long[] amounts =
          yielding.stream().mapToLong(claim -> amount(claim, dimension)).sorted().toArray();
      long left = lacking[i];
      int count = 0;
      while (left > 0 && count < amounts.length) {
        left -= amounts[amounts.length - ++count];
      }
      least = Math.max(least, left > 0 ? amounts.length + 1 : count);
    }
    return least;
  }

  private static long amount(PreemptibleClaim claim, int dimension) {
    return FilterChain.CAPACITY.get(dimension).amount(claim.amount());
  }

  /**
   * All sets of {@code size} that begin with {@code chosen} and go on at {@code from}.
   *
   * @param lacking without those chosen
   */
  private void search(
      Site site, int size, int from, long[] lacking, List<PreemptibleClaim> chosen) {
    if (--tries <= 0) {
      return;
    }
    if (chosen.size() == size) {
      if (isCovered(lacking)) {
        consider(site, chosen);
      }
      return;
    }
    int more = size - chosen.size();
    PreemptibleClaim before = null;
    for (int i = from; i <= site.yielding().size() - more; i++) {
      PreemptibleClaim claim = site.yielding().get(i);
      if (before != null && before.isLike(claim) && request.hints().isEmpty()) {
        continue; // the same sets once more
      }
      before = claim;
      long[] left = lacking.clone();
      for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
        left[dimension] -= amount(claim, dimension);
      }
      if (canCover(site, i + 1, more - 1, left)) {
        chosen.add(claim);
        search(site, size, i + 1, left, chosen);
        chosen.removeLast();
      }
    }
  }

  private static boolean isCovered(long[] lacking) {
    return Arrays.stream(lacking).allMatch(amount -> amount <= 0);
  }

  /** Whether {@code more} of those from {@code from} on could be enough, each as the largest. */
  private static boolean canCover(Site site, int from, int more, long[] lacking) {
    for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
      if (lacking[dimension] > 0) {
        long largest = 0;
        for (int i = from; more > 0 && i < site.yielding().size(); i++) {
          largest = Math.max(largest, amount(site.yielding().get(i), dimension));
        }
        if (largest * more < lacking[dimension]) {
          return false;
        }
      }
    }
    return true;
  }

  private void consider(Site site, List<PreemptibleClaim> chosen) {
    var found =
        new Found(
            site.row(),
            List.copyOf(chosen),
            highestFirst(chosen),
            chosen.stream().mapToLong(claim -> claim.amount().ramMib()).sum(),
            Ranking.lot(site.row().id(), seed));
    if (found.isBetterThan(best)) {
      tries -= ASKING;
      if (passes(site.host(), chosen)) {
        best = found;
      }
    }
  }

  private static int[] highestFirst(List<PreemptibleClaim> chosen) {
    return chosen.stream()
        .map(PreemptibleClaim::priority)
        .sorted(Comparator.reverseOrder())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private boolean passes(Host host, List<PreemptibleClaim> gone) {
    if (request.group().isEmpty()) {
      return passes(chain, host.seen.evicting(gone));
    }
    HostRow said = host.said; // where the group is decides for all hosts, so they have to go there
    table.put(said.evicting(gone));
    try {
      return passes(FilterChain.of(request, table, rules), host.seen);
    } finally {
      table.put(said);
    }
  }

  private boolean passes(List<HostFilter> filters, HostRow row) {
    for (HostFilter filter : filters) {
      if (filter.judge(request, row) instanceof Verdict.Fail) {
        return false;
      }
    }
    return true;
  }
}
