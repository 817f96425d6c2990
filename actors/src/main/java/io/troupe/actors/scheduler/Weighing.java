package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.weigher.HostWeigher;
import io.troupe.actors.scheduler.weigher.Scale;
import io.troupe.actors.scheduler.weigher.WeigherList;
import java.util.HashSet;
import java.util.Set;

/** One weigher in one decision: its scale over the survivors is known, hosts can be weighed. */
abstract sealed class Weighing {
  final HostTree tree;

  /** The raw value that weighs nothing. */
  final int low;

  /** What each unit above weighs: by class, or the same for all when {@link #uniform}. */
  private final double[] perUnit;

  private final boolean uniform;
  private final double least;
  private final double most;

  private Weighing(HostTree tree, Scale scale, Habits.Multiplier multiplier) {
    this.tree = tree;
    this.low = scale.low();
    this.uniform = multiplier.byClass() == null;
    perUnit = uniform ? new double[] {multiplier.usual()} : multiplier.byClass().clone();
    double fewest = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < perUnit.length; c++) {
      perUnit[c] = scale.perUnit(perUnit[c]);
      fewest = Math.min(fewest, perUnit[c]);
      most = Math.max(most, perUnit[c]);
    }
    this.least = fewest;
    this.most = most;
  }

  static Weighing of(
      HostWeigher weigher,
      Habits.Multiplier multiplier,
      RequestSpec request,
      HostTable table,
      Survivors survivors) {
    return switch (weigher) {
      case HostWeigher.ByLoad load -> {
        int column = Columns.RAW + WeigherList.LOAD.indexOf(load);
        int low = load.fromZero() ? 0 : survivors.lowest(column);
        var scale = new Scale(low, survivors.highest(column));
        yield new OfLoad(table.tree(), column, scale, multiplier);
      }
      case HostWeigher.ByGroup members ->
          OfGroup.of(members, multiplier, request, table, survivors);
      case HostWeigher.ByHost each -> OfHost.of(each, multiplier, request, table, survivors);
    };
  }

  /** Where all survivors have the same it adds nothing. */
  boolean matters() {
    return least != 0 || most != 0;
  }

  /** No host below the node weighs more. */
  abstract double bound(int node);

  /** Adds what the hosts of a page weigh. */
  abstract void add(double[] weights, int leaf, int first, int count);

  /** The most that values from {@code from} to {@code to} can weigh below the node. */
  final double bound(int node, int from, int to) {
    double few = least;
    double many = most;
    if (!uniform && tree.least(node, Columns.CLASS) == tree.most(node, Columns.CLASS)) {
      few = perUnit[tree.least(node, Columns.CLASS)];
      many = few;
    }
    int down = from - low;
    int up = to - low;
    return few == many
        ? Math.max(down * few, up * few)
        : Math.max(Math.max(down * few, up * few), Math.max(down * many, up * many));
  }

  final double perUnit(int slot) {
    return uniform ? perUnit[0] : perUnit[tree.column(Columns.CLASS)[slot]];
  }

  /** By a column of the tree. */
  private static final class OfLoad extends Weighing {
    private final int column;
    private final int[] raw;

    OfLoad(HostTree tree, int column, Scale scale, Habits.Multiplier multiplier) {
      super(tree, scale, multiplier);
      this.column = column;
      this.raw = tree.column(column);
    }

    @Override
    double bound(int node) {
      return bound(node, tree.least(node, column), tree.most(node, column));
    }

    @Override
    void add(double[] weights, int leaf, int first, int count) {
      if (super.uniform) {
        add(weights, raw, first, count, low, super.perUnit[0]);
      } else {
        for (int i = 0; i < count; i++) {
          weights[i] += (raw[first + i] - low) * perUnit(first + i);
        }
      }
    }

    private static void add(
        double[] weights, int[] raw, int first, int count, int low, double perUnit) {
      for (int i = 0; i < count; i++) {
        weights[i] += (raw[first + i] - low) * perUnit;
      }
    }
  }

  /** By members of the request's group: the same raw value for all hosts but a few. */
  private static final class OfGroup extends Weighing {
    private final HostWeigher.ByGroup weigher;
    private final String group;
    private final int none;
    private final int lowest;
    private final int highest;

    private OfGroup(
        HostTree tree,
        HostWeigher.ByGroup weigher,
        String group,
        int lowest,
        int highest,
        Scale scale,
        Habits.Multiplier multiplier) {
      super(tree, scale, multiplier);
      this.weigher = weigher;
      this.group = group;
      this.none = weigher.raw(0);
      this.lowest = lowest;
      this.highest = highest;
    }

    static Weighing of(
        HostWeigher.ByGroup weigher,
        Habits.Multiplier multiplier,
        RequestSpec request,
        HostTable table,
        Survivors survivors) {
      HostTree tree = table.tree();
      String group = request.group().orElseThrow().id();
      int none = weigher.raw(0);
      int lowest = none; // of all hosts with members, for bounds
      int highest = none;
      int low = Integer.MAX_VALUE; // of those that pass, for the scale
      int high = Integer.MIN_VALUE;
      Set<Host> members = new HashSet<>();
      for (var entry : table.groupMembers(group).entrySet()) {
        int slot = table.slot(entry.getKey());
        int raw = weigher.raw(entry.getValue());
        members.add(tree.host(slot));
        lowest = Math.min(lowest, raw);
        highest = Math.max(highest, raw);
        if (survivors.pass(slot)) {
          low = Math.min(low, raw);
          high = Math.max(high, raw);
        }
      }
      if (survivors.otherThan(members)) {
        low = Math.min(low, none);
        high = Math.max(high, none);
      }
      members.forEach(host -> tree.mark(host.slot));
      return new OfGroup(tree, weigher, group, lowest, highest, new Scale(low, high), multiplier);
    }

    @Override
    double bound(int node) {
      return tree.isMarked(node) ? bound(node, lowest, highest) : bound(node, none, none);
    }

    @Override
    void add(double[] weights, int leaf, int first, int count) {
      boolean marked = tree.isMarked(leaf);
      for (int i = 0; i < count; i++) {
        int raw = marked ? weigher.raw(tree.host(first + i).seen.members(group)) : none;
        weights[i] += (raw - low) * perUnit(first + i);
      }
    }
  }

  /** By a number that nobody knows before he has asked about each survivor. */
  private static final class OfHost extends Weighing {
    private final int[] raw;
    private final Scale scale;

    private OfHost(HostTree tree, int[] raw, Scale scale, Habits.Multiplier multiplier) {
      super(tree, scale, multiplier);
      this.raw = raw;
      this.scale = scale;
    }

    static Weighing of(
        HostWeigher.ByHost weigher,
        Habits.Multiplier multiplier,
        RequestSpec request,
        HostTable table,
        Survivors survivors) {
      HostTree tree = table.tree();
      int[] raw = new int[tree.slots()];
      int[] ends = {Integer.MAX_VALUE, Integer.MIN_VALUE};
      survivors.forEach(
          slot -> {
            raw[slot] = weigher.floored(request, tree.host(slot).seen);
            ends[0] = Math.min(ends[0], raw[slot]);
            ends[1] = Math.max(ends[1], raw[slot]);
          });
      var scale = new Scale(weigher.fromZero() ? 0 : ends[0], ends[1]);
      return new OfHost(tree, raw, scale, multiplier);
    }

    @Override
    double bound(int node) {
      return bound(node, scale.low(), scale.high());
    }

    @Override
    void add(double[] weights, int leaf, int first, int count) {
      for (int i = 0; i < count; i++) {
        weights[i] += (raw[first + i] - low) * perUnit(first + i);
      }
    }
  }
}
