package io.troupe.actors.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the classes in use, small and dense, so that a column can name a host's class. */
final class HostClasses {
  /** A class and how many hosts are of it; at 0 its number is given to the next new class. */
  private static final class Entry {
    final HostClass hosts;
    final int number;
    int count;

    Entry(HostClass hosts, int number) {
      this.hosts = hosts;
      this.number = number;
    }
  }

  private final Map<HostClass, Entry> numbers = new HashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  /** The class's number, for one more host. */
  int enter(HostClass hosts) {
    Entry entry = numbers.computeIfAbsent(hosts, this::number);
    entry.count++;
    return entry.number;
  }

  /** One host less; the number is free again after the last. */
  void leave(int number) {
    Entry entry = entries.get(number);
    if (--entry.count == 0) {
      numbers.remove(entry.hosts);
    }
  }

  HostClass get(int number) {
    return entries.get(number).hosts;
  }

  boolean inUse(int number) {
    return entries.get(number).count > 0;
  }

  /** All numbers are below this. */
  int size() {
    return entries.size();
  }

  private Entry number(HostClass hosts) {
    for (int i = 0; i < entries.size(); i++) {
      if (!inUse(i)) {
        var entry = new Entry(hosts, i);
        entries.set(i, entry);
        return entry;
      }
    }
    var entry = new Entry(hosts, entries.size());
    entries.add(entry);
    return entry;
  }
}
