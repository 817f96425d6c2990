package io.troupe.actors.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Hosts that are alike stand together, so that most of them can be judged without being looked at.
 *
 * <p>Goal: the best of a million hosts, and the exact ends of every weigher's scale, for the price
 * of some dozens of hosts. Method: a k-d tree over the columns (Bentley 1975) whose leaves are
 * pages of at most {@link #PAGE} hosts. Every node knows the least and the most of each column
 * below it. From these a search can tell that none below passes, that all below pass, or that none
 * below can be better than what it has already (branch and bound). A host whose numbers change
 * moves to where they belong; a full page is divided, where it matters most for weights; an empty
 * one is given up. One change costs a walk down and a walk up. Pages that were divided while their
 * hosts were alike tell nothing once they differ, so after as many changes as there are hosts a
 * part is built anew: one more insertion for a change.
 *
 * <pre>
 *                    free RAM ≤ 40 GiB?                    a node: least and most of each column
 *                   yes /          \ no
 *           zone east? …           instances ≤ 7? …
 *           /      \               /         \
 *       [page]    [page]        [page]      [page]         a page: 64 slots of every column
 * </pre>
 *
 * <p>Which host stands where never shows in an answer, only in how soon it comes. One thread owns
 * it.
 */
final class HostTree {
  /** Hosts in a page at most: enough for loops without calls, few enough to be looked at all. */
  static final int PAGE = 64;

  /** Where a node's row has what; it begins with the least of each column. */
  static final int MOST = Columns.COUNT;

  private static final int PARENT = 2 * Columns.COUNT;
  private static final int LEFT = PARENT + 1;
  private static final int RIGHT = PARENT + 2;

  /** The column that divides, and the value up to which hosts are on the left. */
  private static final int BY = PARENT + 3;

  private static final int AT = PARENT + 4;

  /** Of a leaf its page, otherwise −1. */
  private static final int ITS_PAGE = PARENT + 5;

  private static final int ROW = PARENT + 6;
  private static final int NONE = -1;

  /** Hosts that are built anew at once at most: a few milliseconds. */
  private static final int AT_ONCE = 8192;

  /** Classes of fewer hosts than this are mixed in pages, or each page would be nearly empty. */
  private static final int CLASS_OF_ITS_OWN = 32;

  private final Columns columns = new Columns(PAGE);
  private Host[] hosts = new Host[PAGE];
  private int[] counts = new int[1];
  private int[] leaves = {NONE};
  private int[] freePages = {0};
  private int freePagesCount = 1;

  private int[] nodes = new int[ROW];
  private int[] marks = new int[1];
  private int[] freeNodes = {0};
  private int freeNodesCount = 1;

  private int root = NONE;
  private int size;
  private int serial;
  private int sizeWhenBuilt = PAGE;
  private int changes;
  private int classes;
  private double[] weights = new double[Columns.FREE];
  private int search;

  // ---- changes

  /**
   * The host's numbers from now on.
   *
   * @param values one per column, but for the serial number
   * @param classesInUse of all hosts
   */
  void put(Host host, int[] values, int classesInUse) {
    classes = classesInUse;
    if (host.slot == NONE) {
      values[Columns.SERIAL] = serial++;
      insert(root == NONE ? plant() : root, host, values);
      if (++size >= 2 * sizeWhenBuilt) {
        build(); // what was divided while it was small was divided without knowing the rest
      }
      return;
    }
    int slot = host.slot;
    values[Columns.SERIAL] = columns.get(Columns.SERIAL)[slot];
    int leaf = leafOf(root, values);
    if (leaf == leaves[slot / PAGE]) {
      change(leaf, slot, values);
    } else {
      take(slot);
      insert(root, host, values);
    }
    if (++changes >= Math.clamp(size, PAGE, AT_ONCE)) {
      changes = 0;
      build(partAround(leaves[host.slot / PAGE]));
    }
  }

  void remove(Host host) {
    take(host.slot);
    host.slot = NONE;
    size--;
  }

  /**
   * What a unit of each weigher by load weighs, roughly, so that pages are divided where it
   * matters. After a change the whole tree is built anew.
   */
  void attend(double[] multipliers) {
    if (!Arrays.equals(weights, multipliers)) {
      weights = multipliers.clone();
      build();
    }
  }

  private void insert(int node, Host host, int[] values) {
    int leaf = leafOf(node, values);
    if (counts[page(leaf)] == PAGE) {
      divide(leaf);
      leaf = leafOf(leaf, values);
    }
    int slot = page(leaf) * PAGE + counts[page(leaf)]++;
    columns.set(slot, values);
    hosts[slot] = host;
    host.slot = slot;
    stretch(leaf, values);
  }

  private void change(int leaf, int slot, int[] values) {
    boolean changed = false;
    for (int c = 0; c < Columns.COUNT; c++) {
      int before = columns.get(c)[slot];
      int now = values[c];
      if (before != now) {
        columns.get(c)[slot] = now;
        changed |= settle(leaf, c, before, now);
      }
    }
    if (changed) {
      lift(parent(leaf));
    }
  }

  /** Brings a leaf's ends of a column up to date; false when they are as before. */
  private boolean settle(int leaf, int column, int before, int now) {
    int row = leaf * ROW;
    int least = nodes[row + column];
    int most = nodes[row + MOST + column];
    if (before == least || before == most) {
      measure(leaf, column);
    } else {
      nodes[row + column] = Math.min(least, now);
      nodes[row + MOST + column] = Math.max(most, now);
    }
    return nodes[row + column] != least || nodes[row + MOST + column] != most;
  }

  /** The last host of the page takes the slot. */
  private void take(int slot) {
    int page = slot / PAGE;
    int leaf = leaves[page];
    int last = page * PAGE + --counts[page];
    int[] gone = new int[Columns.COUNT];
    columns.get(slot, gone);
    if (slot != last) {
      columns.copy(last, slot);
      hosts[slot] = hosts[last];
      hosts[slot].slot = slot;
    }
    hosts[last] = null;
    if (counts[page] == 0) {
      fell(leaf);
      return;
    }
    boolean changed = false;
    for (int c = 0; c < Columns.COUNT; c++) {
      int row = leaf * ROW;
      if (gone[c] == nodes[row + c] || gone[c] == nodes[row + MOST + c]) {
        int least = nodes[row + c];
        int most = nodes[row + MOST + c];
        measure(leaf, c);
        changed |= least != nodes[row + c] || most != nodes[row + MOST + c];
      }
    }
    if (changed) {
      lift(parent(leaf));
    }
    join(leaf);
  }

  // ---- the tree's shape

  private int plant() {
    root = newNode(NONE);
    nodes[root * ROW + ITS_PAGE] = newPage(root);
    clear(root);
    return root;
  }

  private int leafOf(int from, int[] values) {
    int node = from;
    while (nodes[node * ROW + ITS_PAGE] == NONE) {
      int row = node * ROW;
      node = values[nodes[row + BY]] <= nodes[row + AT] ? nodes[row + LEFT] : nodes[row + RIGHT];
    }
    return node;
  }

  /** Makes two leaves of a full one, each with at least one host. */
  private void divide(int leaf) {
    int by = divisor(leaf);
    int page = page(leaf);
    int at = middle(columns.get(by), page * PAGE);
    int left = newNode(leaf);
    int right = newNode(leaf);
    nodes[left * ROW + ITS_PAGE] = page;
    leaves[page] = left;
    int other = newPage(right);
    nodes[right * ROW + ITS_PAGE] = other;
    int[] column = columns.get(by);
    int kept = 0;
    for (int slot = page * PAGE; slot < (page + 1) * PAGE; slot++) {
      int to = column[slot] <= at ? page * PAGE + kept++ : other * PAGE + counts[other]++;
      if (to != slot) {
        columns.copy(slot, to);
        hosts[to] = hosts[slot];
        hosts[to].slot = to;
      }
    }
    Arrays.fill(hosts, page * PAGE + kept, (page + 1) * PAGE, null);
    counts[page] = kept;
    int row = leaf * ROW;
    nodes[row + ITS_PAGE] = NONE;
    nodes[row + BY] = by;
    nodes[row + AT] = at;
    nodes[row + LEFT] = left;
    nodes[row + RIGHT] = right;
    for (int c = 0; c < Columns.COUNT; c++) {
      measure(left, c);
      measure(right, c);
    }
  }

  /**
   * The column to divide by: classes first, since most requests shut whole ones out; then what
   * spreads the weights most; then what is left, and lots before all else.
   */
  private int divisor(int leaf) {
    if (spread(leaf, Columns.CLASS) > 0 && size >= (long) CLASS_OF_ITS_OWN * classes) {
      return Columns.CLASS;
    }
    int widest = NONE;
    double width = 0;
    for (int c = 0; c < Columns.FREE; c++) {
      long all = Math.max(1, (long) most(root, c) - Math.min(0, least(root, c)));
      double share = spread(leaf, c) * (weights[c] / all);
      if (share > width) {
        width = share;
        widest = c;
      }
    }
    if (widest != NONE) {
      return widest;
    }
    if (spread(leaf, Columns.PLACE) > 0) {
      return Columns.PLACE;
    }
    for (int c = 0; c < Columns.SERIAL; c++) {
      if (spread(leaf, c) > 0) {
        return c;
      }
    }
    return Columns.SERIAL;
  }

  private long spread(int node, int column) {
    return (long) most(node, column) - least(node, column);
  }

  /** The median, or the next lower value if none of a full page is above it. */
  private static int middle(int[] column, int first) {
    int[] sorted = Arrays.copyOfRange(column, first, first + PAGE);
    Arrays.sort(sorted);
    int i = PAGE / 2 - 1;
    while (sorted[i] == sorted[PAGE - 1]) {
      i--;
    }
    return sorted[i];
  }

  /** Takes a leaf without hosts out; its sibling takes the place of their parent. */
  private void fell(int leaf) {
    int parent = parent(leaf);
    freePage(page(leaf));
    freeNode(leaf);
    if (parent == NONE) {
      root = NONE;
      return;
    }
    int left = nodes[parent * ROW + LEFT];
    replace(parent, left == leaf ? nodes[parent * ROW + RIGHT] : left);
    freeNode(parent);
  }

  private void replace(int node, int by) {
    int above = parent(node);
    nodes[by * ROW + PARENT] = above;
    if (above == NONE) {
      root = by;
      return;
    }
    int row = above * ROW;
    nodes[row + (nodes[row + LEFT] == node ? LEFT : RIGHT)] = by;
    lift(above);
  }

  /** Makes one leaf of two that are half empty together. */
  private void join(int leaf) {
    int parent = parent(leaf);
    if (parent == NONE) {
      return;
    }
    int left = nodes[parent * ROW + LEFT];
    int right = nodes[parent * ROW + RIGHT];
    if (page(left) == NONE
        || page(right) == NONE
        || counts[page(left)] + counts[page(right)] > PAGE / 2) {
      return;
    }
    int page = page(left);
    int other = page(right);
    for (int slot = other * PAGE; slot < other * PAGE + counts[other]; slot++) {
      int to = page * PAGE + counts[page]++;
      columns.copy(slot, to);
      hosts[to] = hosts[slot];
      hosts[to].slot = to;
      hosts[slot] = null;
    }
    freePage(other);
    freeNode(left);
    freeNode(right);
    nodes[parent * ROW + ITS_PAGE] = page; // its ends hold for the same hosts
    leaves[page] = parent;
  }

  private void build() {
    if (root != NONE) {
      build(root);
    }
    sizeWhenBuilt = Math.max(PAGE, size);
    changes = 0;
  }

  /** In an order that chance gives, for then a page's median is near that of all to come. */
  private void build(int node) {
    var below = new ArrayList<Host>();
    var values = new ArrayList<int[]>();
    clearOut(node, below, values);
    nodes[node * ROW + ITS_PAGE] = newPage(node);
    clear(node);
    for (int i = 0; i < below.size(); i++) {
      int other = i + (int) Long.remainderUnsigned(Lots.mix(i), below.size() - i);
      Collections.swap(below, i, other);
      Collections.swap(values, i, other);
      insert(node, below.get(i), values.get(i));
    }
  }

  /** Leaves nothing below the node. */
  private void clearOut(int node, List<Host> found, List<int[]> values) {
    int page = page(node);
    if (page == NONE) {
      int left = left(node);
      int right = right(node);
      clearOut(left, found, values);
      clearOut(right, found, values);
      freeNode(left);
      freeNode(right);
      return;
    }
    for (int slot = page * PAGE; slot < page * PAGE + counts[page]; slot++) {
      int[] its = new int[Columns.COUNT];
      columns.get(slot, its);
      found.add(hosts[slot]);
      values.add(its);
      hosts[slot] = null;
    }
    freePage(page);
  }

  /** The highest node above the leaf that has no more hosts below it than are built at once. */
  private int partAround(int leaf) {
    int part = leaf;
    int count = counts[page(leaf)];
    while (parent(part) != NONE) {
      int above = parent(part);
      int other = left(above) == part ? right(above) : left(above);
      count += countBelow(other, AT_ONCE - count);
      if (count > AT_ONCE) {
        break;
      }
      part = above;
    }
    return part;
  }

  /** Stops at more than {@code most}. */
  private int countBelow(int node, int most) {
    int page = page(node);
    if (page != NONE) {
      return counts[page];
    }
    int count = countBelow(left(node), most);
    return count > most ? count : count + countBelow(right(node), most - count);
  }

  // ---- the ends of the columns

  private void clear(int leaf) {
    int row = leaf * ROW;
    Arrays.fill(nodes, row, row + MOST, Integer.MAX_VALUE);
    Arrays.fill(nodes, row + MOST, row + 2 * MOST, Integer.MIN_VALUE);
  }

  private void measure(int leaf, int column) {
    int page = page(leaf);
    int[] values = columns.get(column);
    int least = Integer.MAX_VALUE;
    int most = Integer.MIN_VALUE;
    for (int slot = page * PAGE; slot < page * PAGE + counts[page]; slot++) {
      least = Math.min(least, values[slot]);
      most = Math.max(most, values[slot]);
    }
    nodes[leaf * ROW + column] = least;
    nodes[leaf * ROW + MOST + column] = most;
  }

  private void stretch(int leaf, int[] values) {
    boolean changed = true;
    for (int node = leaf; node != NONE && changed; node = parent(node)) {
      changed = false;
      int row = node * ROW;
      for (int c = 0; c < Columns.COUNT; c++) {
        if (values[c] < nodes[row + c]) {
          nodes[row + c] = values[c];
          changed = true;
        }
        if (values[c] > nodes[row + MOST + c]) {
          nodes[row + MOST + c] = values[c];
          changed = true;
        }
      }
    }
  }

  private void lift(int from) {
    boolean changed = true;
    for (int node = from; node != NONE && changed; node = parent(node)) {
      changed = false;
      int row = node * ROW;
      int left = nodes[row + LEFT] * ROW;
      int right = nodes[row + RIGHT] * ROW;
      for (int c = 0; c < MOST; c++) {
        int least = Math.min(nodes[left + c], nodes[right + c]);
        int most = Math.max(nodes[left + MOST + c], nodes[right + MOST + c]);
        changed |= least != nodes[row + c] || most != nodes[row + MOST + c];
        nodes[row + c] = least;
        nodes[row + MOST + c] = most;
      }
    }
  }

  // ---- room

  private int newNode(int parent) {
    if (freeNodesCount == 0) {
      int had = marks.length;
      int more = had + had / 2 + 2;
      nodes = Arrays.copyOf(nodes, more * ROW);
      marks = Arrays.copyOf(marks, more);
      freeNodes = Arrays.copyOf(freeNodes, more);
      for (int node = more - 1; node >= had; node--) {
        freeNodes[freeNodesCount++] = node;
      }
    }
    int node = freeNodes[--freeNodesCount];
    nodes[node * ROW + PARENT] = parent;
    marks[node] = 0;
    return node;
  }

  private void freeNode(int node) {
    freeNodes[freeNodesCount++] = node;
  }

  private int newPage(int leaf) {
    if (freePagesCount == 0) {
      int had = counts.length;
      int more = had + had / 4 + 1;
      columns.grow(more * PAGE);
      hosts = Arrays.copyOf(hosts, more * PAGE);
      counts = Arrays.copyOf(counts, more);
      leaves = Arrays.copyOf(leaves, more);
      freePages = Arrays.copyOf(freePages, more);
      for (int page = more - 1; page >= had; page--) {
        freePages[freePagesCount++] = page;
      }
    }
    int page = freePages[--freePagesCount];
    counts[page] = 0;
    leaves[page] = leaf;
    return page;
  }

  private void freePage(int page) {
    freePages[freePagesCount++] = page;
  }

  // ---- for searches

  /** The node above all, or −1 when there are no hosts. */
  int root() {
    return root;
  }

  /** The leaf's page, or −1 when the node has other nodes below. */
  int page(int node) {
    return nodes[node * ROW + ITS_PAGE];
  }

  int left(int node) {
    return nodes[node * ROW + LEFT];
  }

  int right(int node) {
    return nodes[node * ROW + RIGHT];
  }

  private int parent(int node) {
    return nodes[node * ROW + PARENT];
  }

  /** The lowest number of the column among the hosts below the node. */
  int least(int node, int column) {
    return nodes[node * ROW + column];
  }

  int most(int node, int column) {
    return nodes[node * ROW + MOST + column];
  }

  /** Hosts in a page; their slots are {@code page × PAGE} and the following. */
  int count(int page) {
    return counts[page];
  }

  int[] column(int column) {
    return columns.get(column);
  }

  Host host(int slot) {
    return hosts[slot];
  }

  /** All slots are below this. */
  int slots() {
    return hosts.length;
  }

  /** The number of a new search, under which nodes can be marked. */
  int begin() {
    if (++search == Integer.MAX_VALUE) {
      Arrays.fill(marks, 0);
      search = 1;
    }
    return search;
  }

  /** Marks every node that has the slot below it. */
  void mark(int slot) {
    for (int node = leaves[slot / PAGE];
        node != NONE && marks[node] != search;
        node = parent(node)) {
      marks[node] = search;
    }
  }

  boolean isMarked(int node) {
    return marks[node] == search;
  }
}
