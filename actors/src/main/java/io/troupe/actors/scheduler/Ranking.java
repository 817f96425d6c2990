package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import java.util.ArrayList;
import java.util.List;

/**
 * The best few of many hosts. Higher weight first; equal weights are ordered by a number that the
 * seed and the host's name give, so neither a name nor a slot is preferred over many decisions, and
 * any decision can be repeated; equal numbers by name.
 */
final class Ranking {
  private final HostTable table;
  private final long seed;
  private final int[] slots;
  private final double[] weights;
  private final long[] lots;
  private int found;

  Ranking(HostTable table, int places, long seed) {
    this.table = table;
    this.seed = seed;
    slots = new int[places];
    weights = new double[places];
    lots = new long[places];
  }

  /** A host below this weight has no place. */
  double bar() {
    return found < slots.length ? Double.NEGATIVE_INFINITY : weights[found - 1];
  }

  void offer(int slot, double weight) {
    long lot = lot(seed, table.columns().nameHash[slot]);
    if (found == slots.length && !precedes(slot, weight, lot, found - 1)) {
      return;
    }
    int place = found < slots.length ? found++ : found - 1;
    while (place > 0 && precedes(slot, weight, lot, place - 1)) {
      slots[place] = slots[place - 1];
      weights[place] = weights[place - 1];
      lots[place] = lots[place - 1];
      place--;
    }
    slots[place] = slot;
    weights[place] = weight;
    lots[place] = lot;
  }

  private boolean precedes(int slot, double weight, long lot, int place) {
    if (weight != weights[place]) {
      return weight > weights[place];
    }
    if (lot != lots[place]) {
      return lot < lots[place];
    }
    return name(slot).compareTo(name(slots[place])) < 0;
  }

  private String name(int slot) {
    return table.seen(slot).id().value();
  }

  /** Best first, the first one drawn from the {@code subset} best by the seed. */
  List<Candidate> candidates(int subset, int most) {
    var ranked = new ArrayList<Candidate>(found);
    for (int i = 0; i < found; i++) {
      ranked.add(new Candidate(table.seen(slots[i]).id(), weights[i]));
    }
    return draw(ranked, subset, most, seed);
  }

  static List<Candidate> draw(List<Candidate> ranked, int subset, int most, long seed) {
    var order = new ArrayList<>(ranked);
    int among = Math.min(subset, order.size());
    if (among > 1) {
      order.addFirst(order.remove((int) Long.remainderUnsigned(mix(seed), among)));
    }
    return List.copyOf(order.subList(0, Math.min(most, order.size())));
  }

  /** The number that places a host among its equals. */
  static long lot(HostId host, long seed) {
    return lot(seed, host.value().hashCode());
  }

  private static long lot(long seed, int nameHash) {
    return mix(seed + nameHash * 0x9E3779B97F4A7C15L);
  }

  /**
   * SplitMix64's finaliser (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
   */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
