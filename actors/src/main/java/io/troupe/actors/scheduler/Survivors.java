package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.core.value.HostId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * The hosts that pass every filter of one request, without a list of them. Of a node of the tree it
 * often tells at once that none below passes, or that all do; a single host is judged when somebody
 * needs to know, by the costly filters at most once.
 */
final class Survivors {
  private final HostTable table;
  private final HostTree tree;
  private final RequestSpec request;
  private final Habits.Open open;
  private final int[] asked = new int[FilterChain.CAPACITY.size()];
  private final int[][] free = new int[FilterChain.CAPACITY.size()][];
  private final int[] hostClass;
  private final List<HostFilter.ByHost> costly = new ArrayList<>();

  /** Hosts that filters by name drop, and the only ones they keep; null when they keep any. */
  private Set<Host> dropped = Set.of();

  private Set<Host> kept;

  /** By slot what the costly filters said, once asked; null when there are none. */
  private byte[] verdicts;

  private static final byte PASSES = 1;
  private static final byte FAILS = 2;

  Survivors(HostTable table, RequestSpec request, List<HostFilter> chain, Habits.Open open) {
    this.table = table;
    this.tree = table.tree();
    this.request = request;
    this.open = open;
    this.hostClass = tree.column(Columns.CLASS);
    for (int i = 0; i < asked.length; i++) {
      asked[i] = Integer.MIN_VALUE; // until a filter of the chain asks for something
      free[i] = tree.column(Columns.FREE + i);
    }
    tree.begin();
    for (HostFilter filter : chain) {
      switch (filter) {
        case HostFilter.ByClass _ -> {} // in `open`
        case HostFilter.ByCapacity amount -> require(amount);
        case HostFilter.ByName few -> cut(few.cut(request, table));
        case HostFilter.ByHost each -> costly.add(each);
      }
    }
    if (!costly.isEmpty()) {
      verdicts = new byte[tree.slots()];
    }
    dropped.forEach(host -> tree.mark(host.slot));
    if (kept != null) {
      kept.forEach(host -> tree.mark(host.slot));
    }
  }

  private void require(HostFilter.ByCapacity filter) {
    long amount = filter.asked(request);
    if (amount > 0) {
      asked[FilterChain.CAPACITY.indexOf(filter)] = (int) Math.min(amount, 1 << 30);
    }
  }

  private void cut(HostFilter.Cut cut) {
    switch (cut) {
      case HostFilter.Cut.Drop(var hosts) -> {
        if (!hosts.isEmpty()) {
          var all = new HashSet<>(dropped);
          addAll(hosts, all);
          dropped = all;
        }
      }
      case HostFilter.Cut.Keep(var hosts) -> {
        var named = new HashSet<Host>();
        addAll(hosts, named);
        if (kept == null) {
          kept = named;
        } else {
          kept.retainAll(named);
        }
      }
    }
  }

  private void addAll(Set<HostId> ids, Set<Host> hosts) {
    for (HostId id : ids) {
      int slot = table.slot(id);
      if (slot >= 0) {
        hosts.add(tree.host(slot));
      }
    }
  }

  /** True when no host below the node passes; false says nothing. */
  boolean noneOf(int node) {
    for (int i = 0; i < asked.length; i++) {
      if (tree.most(node, Columns.FREE + i) < asked[i]) {
        return true;
      }
    }
    return !open.any(tree.least(node, Columns.CLASS), tree.most(node, Columns.CLASS))
        || kept != null && !tree.isMarked(node);
  }

  /** True when all hosts below the node pass; false says nothing. */
  boolean allOf(int node) {
    for (int i = 0; i < asked.length; i++) {
      if (tree.least(node, Columns.FREE + i) < asked[i]) {
        return false;
      }
    }
    return costly.isEmpty()
        && kept == null
        && open.all(tree.least(node, Columns.CLASS), tree.most(node, Columns.CLASS))
        && !tree.isMarked(node);
  }

  /** Whether this host passes. */
  boolean pass(int slot) {
    for (int i = 0; i < asked.length; i++) {
      if (free[i][slot] < asked[i]) {
        return false;
      }
    }
    if (!open.is(hostClass[slot])) {
      return false;
    }
    if (!dropped.isEmpty() && dropped.contains(tree.host(slot))
        || kept != null && !kept.contains(tree.host(slot))) {
      return false;
    }
    return costly.isEmpty() || passCostly(slot);
  }

  private boolean passCostly(int slot) {
    if (verdicts[slot] == 0) {
      verdicts[slot] = PASSES;
      HostRow host = tree.host(slot).seen;
      for (HostFilter.ByHost filter : costly) {
        if (filter.judge(request, host) instanceof Verdict.Fail) {
          verdicts[slot] = FAILS;
          break;
        }
      }
    }
    return verdicts[slot] == PASSES;
  }

  /** Looks at every host that may be one of them. */
  void forEach(IntConsumer slots) {
    if (tree.root() >= 0) {
      forEach(tree.root(), slots);
    }
  }

  private void forEach(int node, IntConsumer slots) {
    if (noneOf(node)) {
      return;
    }
    int page = tree.page(node);
    if (page < 0) {
      forEach(tree.left(node), slots);
      forEach(tree.right(node), slots);
      return;
    }
    int first = page * HostTree.PAGE;
    for (int slot = first; slot < first + tree.count(page); slot++) {
      if (pass(slot)) {
        slots.accept(slot);
      }
    }
  }

  /** How many there are, but 2 for more. */
  int atMostTwo() {
    return tree.root() < 0 ? 0 : atMostTwo(tree.root());
  }

  private int atMostTwo(int node) {
    if (noneOf(node)) {
      return 0;
    }
    int page = tree.page(node);
    if (page < 0) {
      if (allOf(node)) {
        return 2; // at least one on each side
      }
      int left = atMostTwo(tree.left(node));
      return left == 2 ? 2 : Math.min(2, left + atMostTwo(tree.right(node)));
    }
    int found = 0;
    int first = page * HostTree.PAGE;
    for (int slot = first; slot < first + tree.count(page) && found < 2; slot++) {
      if (pass(slot)) {
        found++;
      }
    }
    return found;
  }

  /** The highest number of the column among them; there must be one. */
  int highest(int column) {
    int root = tree.root();
    int most = tree.most(root, column);
    return tree.least(root, column) == most
        ? most
        : highest(root, column, tree.column(column), Integer.MIN_VALUE);
  }

  private int highest(int node, int column, int[] values, int best) {
    if (tree.most(node, column) <= best || noneOf(node)) {
      return best;
    }
    if (allOf(node)) {
      return tree.most(node, column);
    }
    int page = tree.page(node);
    if (page < 0) {
      int left = tree.left(node);
      int right = tree.right(node);
      boolean leftFirst = tree.most(left, column) >= tree.most(right, column);
      int better = highest(leftFirst ? left : right, column, values, best);
      return highest(leftFirst ? right : left, column, values, better);
    }
    int found = best;
    int first = page * HostTree.PAGE;
    for (int slot = first; slot < first + tree.count(page); slot++) {
      if (values[slot] > found && pass(slot)) {
        found = values[slot];
      }
    }
    return found;
  }

  /** The lowest number of the column among them; there must be one. */
  int lowest(int column) {
    int root = tree.root();
    int least = tree.least(root, column);
    return tree.most(root, column) == least
        ? least
        : lowest(root, column, tree.column(column), Integer.MAX_VALUE);
  }

  private int lowest(int node, int column, int[] values, int best) {
    if (tree.least(node, column) >= best || noneOf(node)) {
      return best;
    }
    if (allOf(node)) {
      return tree.least(node, column);
    }
    int page = tree.page(node);
    if (page < 0) {
      int left = tree.left(node);
      int right = tree.right(node);
      boolean leftFirst = tree.least(left, column) <= tree.least(right, column);
      int better = lowest(leftFirst ? left : right, column, values, best);
      return lowest(leftFirst ? right : left, column, values, better);
    }
    int found = best;
    int first = page * HostTree.PAGE;
    for (int slot = first; slot < first + tree.count(page); slot++) {
      if (values[slot] < found && pass(slot)) {
        found = values[slot];
      }
    }
    return found;
  }

  /** Whether one of them is not among these hosts. */
  boolean otherThan(Set<Host> members) {
    return tree.root() >= 0 && otherThan(tree.root(), members);
  }

  private boolean otherThan(int node, Set<Host> members) {
    if (noneOf(node)) {
      return false;
    }
    int page = tree.page(node);
    if (page < 0) {
      return otherThan(tree.left(node), members) || otherThan(tree.right(node), members);
    }
    int first = page * HostTree.PAGE;
    for (int slot = first; slot < first + tree.count(page); slot++) {
      if (!members.contains(tree.host(slot)) && pass(slot)) {
        return true;
      }
    }
    return false;
  }
}
