package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.weigher.WeigherList;
import java.util.Arrays;

/**
 * What a decision reads of a host, as whole numbers within ±2^30 but for the last two: each in an
 * array of its own, so that a loop over one array reads nothing else.
 */
final class Columns {
  /** Raw values of the weighers by load, not below 0 for those that start there. */
  static final int RAW = 0;

  /** What can still be claimed, per filter by capacity. */
  static final int FREE = RAW + WeigherList.LOAD.size();

  /** Number of the host's class. */
  static final int CLASS = FREE + FilterChain.CAPACITY.size();

  /** The host's place among its equals ({@link Lots}). */
  static final int PLACE = CLASS + 1;

  /** Of no meaning, and never the same for two hosts: what else is equal can still be divided. */
  static final int SERIAL = PLACE + 1;

  static final int COUNT = SERIAL + 1;

  private final int[][] columns = new int[COUNT][];

  Columns(int slots) {
    Arrays.setAll(columns, c -> new int[slots]);
  }

  int[] get(int column) {
    return columns[column];
  }

  int slots() {
    return columns[0].length;
  }

  void grow(int slots) {
    Arrays.setAll(columns, c -> Arrays.copyOf(columns[c], slots));
  }

  void set(int slot, int[] values) {
    for (int c = 0; c < COUNT; c++) {
      columns[c][slot] = values[c];
    }
  }

  void get(int slot, int[] values) {
    for (int c = 0; c < COUNT; c++) {
      values[c] = columns[c][slot];
    }
  }

  void copy(int from, int to) {
    for (int[] column : columns) {
      column[to] = column[from];
    }
  }

  /** Writes what the row says into {@code values}; class and serial are the caller's. */
  static void load(int[] values, HostRow host) {
    for (int i = 0; i < WeigherList.LOAD.size(); i++) {
      var weigher = WeigherList.LOAD.get(i);
      int value = weigher.raw(host);
      values[RAW + i] = weigher.fromZero() ? Math.max(value, 0) : value;
    }
    for (int i = 0; i < FilterChain.CAPACITY.size(); i++) {
      values[FREE + i] = FilterChain.CAPACITY.get(i).free(host);
    }
    values[PLACE] = Lots.place(host.id());
  }
}
