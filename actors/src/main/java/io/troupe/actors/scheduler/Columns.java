package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.weigher.WeigherList;
import java.util.Arrays;

/**
 * What every decision reads of every host, each amount in an array of its own: a loop over one
 * array compiles to vector instructions, a loop over objects does not. Slots are dense.
 */
final class Columns {
  /** Per capacity filter what can still be claimed. */
  final int[][] free = new int[FilterChain.CAPACITY.size()][];

  /** Per load weigher its raw value, not below 0 for those that start there. */
  final int[][] raw = new int[WeigherList.LOAD.size()][];

  int[] hostClass;
  int[] nameHash;

  /** Scratch of one decision: −1 where the host is out, 0 where it is in. */
  int[] out;

  /** Scratch of one decision: raw values of a group weigher; all 0 between decisions. */
  int[] group;

  Columns(int slots) {
    Arrays.setAll(free, i -> new int[slots]);
    Arrays.setAll(raw, i -> new int[slots]);
    hostClass = new int[slots];
    nameHash = new int[slots];
    out = new int[slots];
    group = new int[slots];
  }

  int slots() {
    return out.length;
  }

  void grow(int slots) {
    Arrays.setAll(free, i -> Arrays.copyOf(free[i], slots));
    Arrays.setAll(raw, i -> Arrays.copyOf(raw[i], slots));
    hostClass = Arrays.copyOf(hostClass, slots);
    nameHash = Arrays.copyOf(nameHash, slots);
    out = new int[slots];
    group = new int[slots];
  }

  void load(int slot, HostRow host, int classNumber) {
    for (int i = 0; i < free.length; i++) {
      free[i][slot] = FilterChain.CAPACITY.get(i).free(host);
    }
    for (int i = 0; i < raw.length; i++) {
      var weigher = WeigherList.LOAD.get(i);
      int value = weigher.raw(host);
      raw[i][slot] = weigher.fromZero() ? Math.max(value, 0) : value;
    }
    hostClass[slot] = classNumber;
    nameHash[slot] = host.id().value().hashCode();
  }
}
