package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.weigher.HostWeigher;
import io.troupe.actors.scheduler.weigher.Scale;
import io.troupe.actors.scheduler.weigher.WeigherList;
import io.troupe.config.SchedulerSettings;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * One request against the whole table, without looking at most hosts one by one.
 *
 * <p>Goal: the same candidates as asking every filter about every host, weighing every survivor and
 * sorting. Method: filters by class are asked once per class, filters by capacity are one
 * comparison in a vector loop, filters by name touch only the hosts they name; all of them mark
 * hosts in one column of masks. Then the scale of each weigher is the extreme of a masked column,
 * and weights are summed block by block, so that a block's weights stay in the processor's nearest
 * cache until the ranking has seen them.
 *
 * <p>Example: three hosts with 8, 4 and 0 GiB free, 2 asked, one of 8 down: masks 0, 0, −1 after
 * capacity, −1, 0, −1 after classes: one survivor, nothing to weigh.
 */
final class Plan {
  /** Hosts weighed at a time: 8 KiB of weights. */
  private static final int BLOCK = 1024;

  /** Classes that fit one mask of an int. */
  private static final int BITS = 32;

  private final HostTable table;
  private final Columns columns;
  private final RequestSpec request;
  private final SchedulerSettings settings;
  private final int hosts;

  Plan(HostTable table, RequestSpec request, SchedulerSettings settings) {
    this.table = table;
    this.columns = table.columns();
    this.request = request;
    this.settings = settings;
    this.hosts = table.size();
  }

  /** The candidates, best first; empty when no host passes. */
  List<Candidate> run(long seed) {
    filter(FilterChain.of(request, table, settings));
    int survivors = Scan.count(columns.out, hosts);
    if (survivors == 0) {
      return List.of();
    }
    int places = Math.max(request.candidates(), settings.hostSubsetSize());
    var ranking = new Ranking(table, Math.min(places, survivors), seed);
    rank(ranking, survivors == 1 ? List.of() : WeigherList.of(request, settings));
    return ranking.candidates(settings.hostSubsetSize(), request.candidates());
  }

  private void filter(List<HostFilter> chain) {
    closeClasses(chain);
    for (HostFilter filter : chain) {
      switch (filter) {
        case HostFilter.ByClass once -> {}
        case HostFilter.ByCapacity amount -> require(amount);
        case HostFilter.ByName few -> cut(few.cut(request, table));
        case HostFilter.ByHost each -> ask(each);
      }
    }
  }

  private void closeClasses(List<HostFilter> chain) {
    HostClasses classes = table.classes();
    int[] closed = new int[classes.size()];
    int bits = 0;
    for (int c = 0; c < closed.length; c++) {
      if (classes.inUse(c) && !open(chain, classes.get(c))) {
        closed[c] = -1;
        bits |= 1 << c;
      }
    }
    if (closed.length <= BITS) {
      Scan.close(columns.out, columns.classBit, hosts, bits);
    } else {
      Scan.close(columns.out, columns.hostClass, hosts, closed);
    }
  }

  private boolean open(List<HostFilter> chain, HostClass hostClass) {
    for (HostFilter filter : chain) {
      if (filter instanceof HostFilter.ByClass once
          && once.judge(request, hostClass) instanceof Verdict.Fail) {
        return false;
      }
    }
    return true;
  }

  private void require(HostFilter.ByCapacity filter) {
    long asked = filter.asked(request);
    if (asked > 0) {
      int column = FilterChain.CAPACITY.indexOf(filter);
      Scan.require(columns.out, columns.free[column], hosts, (int) Math.min(asked, 1 << 30));
    }
  }

  private void cut(HostFilter.Cut cut) {
    switch (cut) {
      case HostFilter.Cut.Drop(var dropped) ->
          dropped.stream().mapToInt(table::slot).filter(s -> s >= 0).forEach(this::out);
      case HostFilter.Cut.Keep(var kept) -> {
        int[] inside = kept.stream().mapToInt(table::slot).filter(s -> s >= 0 && isIn(s)).toArray();
        Arrays.fill(columns.out, 0, hosts, -1);
        Arrays.stream(inside).forEach(slot -> columns.out[slot] = 0);
      }
    }
  }

  private void ask(HostFilter.ByHost filter) {
    for (int slot = 0; slot < hosts; slot++) {
      if (isIn(slot) && filter.judge(request, table.seen(slot)) instanceof Verdict.Fail) {
        out(slot);
      }
    }
  }

  private void out(int slot) {
    columns.out[slot] = -1;
  }

  private boolean isIn(int slot) {
    return columns.out[slot] == 0;
  }

  /**
   * One weigher, ready to be added.
   *
   * @param raw its column
   * @param low the raw value that weighs nothing
   * @param perUnit what each unit above weighs, by class; all the same when {@code uniform}
   */
  private record Weighing(int[] raw, int low, double[] perUnit, boolean uniform) {
    /** Where all hosts have the same it adds nothing. */
    boolean matters() {
      return !uniform || perUnit[0] != 0;
    }
  }

  private void rank(Ranking ranking, List<HostWeigher> weighers) {
    Weighing[] weighings =
        weighers.stream()
            .filter(this::matters)
            .map(this::weighing)
            .filter(Weighing::matters)
            .toArray(Weighing[]::new);
    double[] weights = new double[Math.min(BLOCK, hosts)];
    for (int first = 0; first < hosts; first += BLOCK) {
      int length = Math.min(BLOCK, hosts - first);
      Scan.start(weights, columns.out, first, length);
      for (Weighing weighing : weighings) {
        add(weights, weighing, first, length);
      }
      offer(ranking, weights, first, length);
    }
    fillGroup(members -> 0);
  }

  /**
   * Whether it is turned on, for all hosts or by an aggregate; what is not costs no look at hosts.
   */
  private boolean matters(HostWeigher weigher) {
    if (weigher.multiplier(settings) != 0) {
      return true;
    }
    HostClasses classes = table.classes();
    for (int c = 0; c < classes.size(); c++) {
      if (classes.inUse(c) && classes.get(c).aggregateMetadata().containsKey(weigher.option())) {
        return true;
      }
    }
    return false;
  }

  private Weighing weighing(HostWeigher weigher) {
    int[] raw =
        switch (weigher) {
          case HostWeigher.ByLoad load -> columns.raw[WeigherList.LOAD.indexOf(load)];
          case HostWeigher.ByGroup members -> {
            fillGroup(members::raw);
            yield columns.group;
          }
          case HostWeigher.ByHost each -> ask(each);
        };
    int low = weigher.fromZero() ? 0 : Scan.lowest(raw, columns.out, hosts);
    var scale = new Scale(low, Scan.highest(raw, columns.out, hosts));
    return weighing(weigher, raw, scale);
  }

  private int[] ask(HostWeigher.ByHost weigher) {
    int[] raw = new int[hosts];
    for (int slot = 0; slot < hosts; slot++) {
      if (isIn(slot)) {
        raw[slot] = weigher.raw(request, table.seen(slot));
      }
    }
    return raw;
  }

  private Weighing weighing(HostWeigher weigher, int[] raw, Scale scale) {
    HostClasses classes = table.classes();
    double[] perUnit = new double[classes.size()];
    boolean uniform = true;
    double usual = scale.perUnit(weigher.multiplier(settings));
    for (int c = 0; c < perUnit.length; c++) {
      boolean own =
          classes.inUse(c) && classes.get(c).aggregateMetadata().containsKey(weigher.option());
      perUnit[c] = own ? scale.perUnit(Scale.multiplier(weigher, settings, classes.get(c))) : usual;
      uniform &= !own;
    }
    return new Weighing(raw, scale.low(), perUnit, uniform);
  }

  private void fillGroup(IntUnaryOperator value) {
    if (request.group().isPresent()) {
      var members = table.groupMembers(request.group().get().id());
      members.forEach((host, count) -> columns.group[table.slot(host)] = value.applyAsInt(count));
    }
  }

  private void add(double[] weights, Weighing weighing, int first, int length) {
    if (weighing.uniform) {
      Scan.add(weights, weighing.raw, first, length, weighing.low, weighing.perUnit[0]);
    } else {
      Scan.add(
          weights, weighing.raw, first, length, weighing.low, weighing.perUnit, columns.hostClass);
    }
  }

  private void offer(Ranking ranking, double[] weights, int first, int length) {
    int[] out = columns.out; // decides; who is out is far below the bar once that is set
    double bar = ranking.bar();
    for (int i = 0; i < length; i++) {
      if (weights[i] >= bar && out[first + i] == 0) {
        ranking.offer(first + i, weights[i]);
        bar = ranking.bar();
      }
    }
  }
}
