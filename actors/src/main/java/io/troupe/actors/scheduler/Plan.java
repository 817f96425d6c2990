package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.weigher.HostWeigher;
import io.troupe.actors.scheduler.weigher.WeigherList;
import io.troupe.config.SchedulerSettings;
import java.util.Arrays;
import java.util.List;

/**
 * One request against the whole table, without looking at most hosts.
 *
 * <p>Goal: the same candidates as asking every filter about every host, weighing every survivor and
 * sorting. Hard constraint: the scale of each weigher spans exactly the survivors, so its ends must
 * be exact before the first host is weighed. Method: what a node of the {@link HostTree} knows of
 * its hosts answers most questions for all of them. First the ends of the scales are sought, from
 * nodes whose hosts all pass, or by looking at the hosts where a node cannot tell and may hold an
 * end. Then the best are sought: no host weighs more than its node's best number of each column
 * together, so a node that cannot come near the worst of the best so far is left alone. Sums and
 * products of a node's ends are made in the same order as those of a host, and rounding keeps
 * order, so the bound is never below a host by a rounding error.
 *
 * <p>Example: three pages with at most 8, 4 and 0 GiB free, 2 asked. The last is out, all of the
 * first pass; the scale ends at 8 without a look at the second. The best host of the first page has
 * 7, so the second, with 4 at most, is never looked at.
 */
final class Plan {
  private final HostTable table;
  private final HostTree tree;
  private final RequestSpec request;
  private final SchedulerSettings settings;
  private final double[] pageWeights = new double[HostTree.PAGE];
  private Survivors survivors;
  private Weighing[] weighings;
  private Ranking ranking;

  Plan(HostTable table, RequestSpec request, SchedulerSettings settings) {
    this.table = table;
    this.tree = table.tree();
    this.request = request;
    this.settings = settings;
  }

  /** The candidates, best first and at most so many; empty when no host passes. */
  List<Candidate> run(long seed, int most) {
    Habits habits = table.habits(settings);
    Habits.Open open = habits.open(request, table);
    boolean alone = request.group().isEmpty();
    survivors =
        new Survivors(
            table, request, alone ? open.chain() : FilterChain.of(request, table, settings), open);
    int found = survivors.atMostTwo();
    if (found == 0) {
      return List.of();
    }
    weighings =
        found == 1
            ? new Weighing[0]
            : weighings(habits, alone ? open.weighers() : WeigherList.of(request, settings));
    int places = Math.max(most, settings.hostSubsetSize());
    ranking = new Ranking(tree, Math.min(places, table.size()), seed);
    search(tree.root());
    return ranking.candidates(settings.hostSubsetSize(), most);
  }

  private Weighing[] weighings(Habits habits, List<HostWeigher> weighers) {
    var all = new Weighing[weighers.size()];
    int used = 0;
    for (HostWeigher weigher : weighers) {
      Habits.Multiplier multiplier = habits.multiplier(weigher);
      if (multiplier.matters()) { // what is turned off costs no look at hosts
        Weighing one = Weighing.of(weigher, multiplier, request, table, survivors);
        if (one.matters()) {
          all[used++] = one;
        }
      }
    }
    return Arrays.copyOf(all, used);
  }

  private void search(int node) {
    int page = tree.page(node);
    if (page >= 0) {
      offer(node, page);
      return;
    }
    int left = tree.left(node);
    int right = tree.right(node);
    boolean leftIn = !survivors.noneOf(left);
    boolean rightIn = !survivors.noneOf(right);
    double leftBound = leftIn ? bound(left) : 0;
    double rightBound = rightIn ? bound(right) : 0;
    boolean leftFirst = !rightIn || leftIn && leftBound >= rightBound;
    if (leftFirst && leftIn && ranking.mayRank(left, leftBound)) {
      search(left);
    }
    if (rightIn && ranking.mayRank(right, rightBound)) {
      search(right);
    }
    if (!leftFirst && leftIn && ranking.mayRank(left, leftBound)) {
      search(left);
    }
  }

  /** No host below weighs more. */
  private double bound(int node) {
    double bound = 0;
    for (Weighing weighing : weighings) {
      bound += weighing.bound(node);
    }
    return bound;
  }

  private void offer(int leaf, int page) {
    int first = page * HostTree.PAGE;
    int count = tree.count(page);
    double[] weights = pageWeights;
    for (int i = 0; i < count; i++) {
      weights[i] = 0;
    }
    for (Weighing weighing : weighings) {
      weighing.add(weights, leaf, first, count);
    }
    boolean all = survivors.allOf(leaf);
    double bar = ranking.bar();
    for (int i = 0; i < count; i++) {
      if (weights[i] >= bar && (all || survivors.pass(first + i))) {
        ranking.offer(first + i, weights[i]);
        bar = ranking.bar();
      }
    }
  }
}
