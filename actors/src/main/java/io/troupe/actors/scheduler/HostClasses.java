package io.troupe.actors.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the classes in use, small and dense, so that a column can name a host's class. */
final class HostClasses {
  /** A class and how many hosts are of it; at 0 its number is given to the next new class. */
  private static final class Entry {
    final HostClass hosts;
    final int number;
    final long version;
    int count;

    Entry(HostClass hosts, int number, long version) {
      this.hosts = hosts;
      this.number = number;
      this.version = version;
    }
  }

  private final Map<HostClass, Entry> numbers = new HashMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private long version;

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
      free.push(number);
      version++;
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

  /** How many classes have hosts. */
  int used() {
    return numbers.size();
  }

  /** Another one whenever a class has come or gone. */
  long version() {
    return version;
  }

  /** Another one when the number stands for another class than before. */
  long version(int number) {
    return entries.get(number).version;
  }

  private Entry number(HostClass hosts) {
    version++;
    if (free.isEmpty()) {
      var entry = new Entry(hosts, entries.size(), version);
      entries.add(entry);
      return entry;
    }
    var entry = new Entry(hosts, free.pop(), version);
    entries.set(entry.number, entry);
    return entry;
  }
}
