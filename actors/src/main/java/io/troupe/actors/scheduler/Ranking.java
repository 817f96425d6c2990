package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import java.util.ArrayList;
import java.util.List;

/**
 * The best few of many hosts. Higher weight first; equal weights are ordered by {@link Lots}; equal
 * lots by name.
 */
final class Ranking {
  private final HostTree tree;
  private final Lots lots;
  private final long seed;
  private final int[] places;
  private final int[] slots;
  private final double[] weights;
  private final long[] drawn;
  private int found;

  Ranking(HostTree tree, int places, long seed) {
    this.tree = tree;
    this.lots = new Lots(seed);
    this.seed = seed;
    this.places = tree.column(Columns.PLACE);
    slots = new int[places];
    weights = new double[places];
    drawn = new long[places];
  }

  /** A host below this weight has no place. */
  double bar() {
    return found < slots.length ? Double.NEGATIVE_INFINITY : weights[found - 1];
  }

  /**
   * Whether a host below the node may have a place.
   *
   * @param weight none of them has a higher one
   */
  boolean mayRank(int node, double weight) {
    if (found < slots.length || weight > weights[found - 1]) {
      return true;
    }
    return weight == weights[found - 1]
        && lots.least(tree.least(node, Columns.PLACE), tree.most(node, Columns.PLACE))
            <= drawn[found - 1];
  }

  void offer(int slot, double weight) {
    long lot = lots.of(places[slot]);
    if (found == slots.length && !precedes(slot, weight, lot, found - 1)) {
      return;
    }
    int place = found < slots.length ? found++ : found - 1;
    while (place > 0 && precedes(slot, weight, lot, place - 1)) {
      slots[place] = slots[place - 1];
      weights[place] = weights[place - 1];
      drawn[place] = drawn[place - 1];
      place--;
    }
    slots[place] = slot;
    weights[place] = weight;
    drawn[place] = lot;
  }

  private boolean precedes(int slot, double weight, long lot, int place) {
    if (weight != weights[place]) {
      return weight > weights[place];
    }
    if (lot != drawn[place]) {
      return lot < drawn[place];
    }
    return name(slot).compareTo(name(slots[place])) < 0;
  }

  private String name(int slot) {
    return tree.host(slot).seen.id().value();
  }

  /** Best first, the first one drawn from the {@code subset} best by the seed. */
  List<Candidate> candidates(int subset, int most) {
    var ranked = new ArrayList<Candidate>(found);
    for (int i = 0; i < found; i++) {
      ranked.add(new Candidate(tree.host(slots[i]).seen.id(), weights[i]));
    }
    return draw(ranked, subset, most, seed);
  }

  static List<Candidate> draw(List<Candidate> ranked, int subset, int most, long seed) {
    var order = new ArrayList<>(ranked);
    int among = Math.min(subset, order.size());
    if (among > 1) {
      order.addFirst(order.remove((int) Long.remainderUnsigned(Lots.mix(seed), among)));
    }
    return List.copyOf(order.subList(0, Math.min(most, order.size())));
  }

  /** The number that places a host among its equals. */
  static long lot(HostId host, long seed) {
    return new Lots(seed).of(Lots.place(host));
  }
}
