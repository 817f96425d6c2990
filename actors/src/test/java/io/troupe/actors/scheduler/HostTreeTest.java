package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes and goes, every node knows the ends of what is below it. */
class HostTreeTest {
  private static final long SEED = Long.getLong("scheduler.seed", System.nanoTime());
  private final HostTree tree = new HostTree();
  private final Random random = new Random(SEED);
  private final List<Host> hosts = new ArrayList<>();
  private int found;

  /** Few different values, so that pages fill with equals. */
  private int[] values(int variety) {
    int[] values = new int[Columns.COUNT];
    Arrays.setAll(values, c -> random.nextInt(variety));
    values[Columns.PLACE] = random.nextInt();
    return values;
  }

  private void put(Host host, int variety) {
    int[] values = values(variety);
    tree.put(host, values, variety);
    for (int c = 0; c < Columns.COUNT; c++) {
      assertThat(tree.column(c)[host.slot]).isEqualTo(values[c]);
    }
  }

  private void add(int variety) {
    var host = new Host();
    put(host, variety);
    hosts.add(host);
  }

  private void remove() {
    Host host = hosts.remove(random.nextInt(hosts.size()));
    tree.remove(host);
    assertThat(host.slot).isNegative();
  }

  private void check() {
    found = 0;
    if (tree.root() >= 0) {
      check(tree.root());
    }
    assertThat(found).as("seed %d", SEED).isEqualTo(hosts.size());
    hosts.forEach(host -> assertThat(tree.host(host.slot)).isSameAs(host));
  }

  /** The least of each column, then the most. */
  private int[] check(int node) {
    int[] ends = new int[2 * Columns.COUNT];
    Arrays.fill(ends, 0, Columns.COUNT, Integer.MAX_VALUE);
    Arrays.fill(ends, Columns.COUNT, ends.length, Integer.MIN_VALUE);
    int page = tree.page(node);
    if (page < 0) {
      join(ends, check(tree.left(node)));
      join(ends, check(tree.right(node)));
    } else {
      found += tree.count(page);
      assertThat(tree.count(page)).isBetween(1, HostTree.PAGE);
      for (int i = 0; i < tree.count(page); i++) {
        for (int c = 0; c < Columns.COUNT; c++) {
          int value = tree.column(c)[page * HostTree.PAGE + i];
          ends[c] = Math.min(ends[c], value);
          ends[Columns.COUNT + c] = Math.max(ends[Columns.COUNT + c], value);
        }
      }
    }
    for (int c = 0; c < Columns.COUNT; c++) {
      assertThat(tree.least(node, c)).as("seed %d", SEED).isEqualTo(ends[c]);
      assertThat(tree.most(node, c)).as("seed %d", SEED).isEqualTo(ends[Columns.COUNT + c]);
    }
    return ends;
  }

  private static void join(int[] ends, int[] others) {
    for (int c = 0; c < Columns.COUNT; c++) {
      ends[c] = Math.min(ends[c], others[c]);
      ends[Columns.COUNT + c] = Math.max(ends[Columns.COUNT + c], others[Columns.COUNT + c]);
    }
  }

  @Test
  void knowsItsEndsWhateverComesAndGoes() {
    double[] weights = new double[Columns.FREE];
    Arrays.fill(weights, 1);
    tree.attend(weights);
    for (int variety : new int[] {1, 2, 5, 1000}) {
      while (hosts.size() < 1500) {
        add(variety);
      }
      check();
      for (int i = 0; i < 3000; i++) {
        put(hosts.get(random.nextInt(hosts.size())), variety);
      }
      check();
      weights[0]++;
      tree.attend(weights);
      check();
      while (hosts.size() > variety % 3) {
        remove();
        if (hosts.size() % 500 < 3) {
          check();
        }
      }
      check();
    }
  }

  @Test
  void dividesHostsThatAreEqualInEverything() {
    int[] equal = new int[Columns.COUNT];
    for (int i = 0; i < 500; i++) {
      var host = new Host();
      tree.put(host, equal.clone(), 1);
      hosts.add(host);
    }

    check();
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 20_000})
  void dividesAnewHostsThatWereAlikeAndDiffer(int fleet) {
    double[] weights = new double[Columns.FREE];
    weights[0] = 1;
    tree.attend(weights);
    while (hosts.size() < fleet) {
      add(1);
    }

    for (int i = 0; i < 20 * fleet; i++) {
      Host host = hosts.get(i % fleet);
      int[] values = new int[Columns.COUNT];
      values[0] = (int) (i * 7919L % 1000);
      values[Columns.PLACE] = tree.column(Columns.PLACE)[host.slot];
      tree.put(host, values, 1);
    }

    check();
    assertThat(leavesThatSpan(500, tree.root())).as("seed %d", SEED).isLessThan(fleet / 500);
  }

  private int leavesThatSpan(int values, int node) {
    if (tree.page(node) >= 0) {
      return tree.most(node, 0) - tree.least(node, 0) >= values ? 1 : 0;
    }
    return leavesThatSpan(values, tree.left(node)) + leavesThatSpan(values, tree.right(node));
  }

  @Test
  void countsAMarkForOneSearchOnly() {
    for (int i = 0; i < 500; i++) {
      add(5);
    }
    tree.begin();
    tree.mark(hosts.getFirst().slot);

    assertThat(tree.isMarked(tree.root())).isTrue();
    assertThat(tree.isMarked(tree.left(tree.root())))
        .isNotEqualTo(tree.isMarked(tree.right(tree.root())));

    tree.begin();
    assertThat(tree.isMarked(tree.root())).isFalse();
  }
}
