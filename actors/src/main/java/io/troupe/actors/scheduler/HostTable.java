package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All hosts as the scheduler knows them: what each host said last, plus what was promised since and
 * the host has not told yet. A view, never the truth. Takes about 300 bytes per host; one thread
 * owns it.
 *
 * <pre>
 *   Placed ──consume──► promised on the host ──settle──► forgotten here:
 *                                              the host's own row counts it, or nobody does
 * </pre>
 */
public final class HostTable {
  private static final int FIRST_SLOTS = 16;

  private final Map<HostId, Integer> slots = new HashMap<>();
  private final Map<HostId, Map<InstanceId, RequestSpec>> promised = new HashMap<>();
  private final Map<String, Map<HostId, Integer>> groups = new HashMap<>();
  private final HostClasses classes = new HostClasses();
  private final Columns columns = new Columns(FIRST_SLOTS);

  /** By slot: what the host said, and the same with the promised instances (often one object). */
  private HostRow[] said = new HostRow[FIRST_SLOTS];

  private HostRow[] seen = new HostRow[FIRST_SLOTS];
  private int size;

  /**
   * Takes a host's word. Promises on it stay until they are settled, so settle what the row already
   * counts.
   *
   * @return false when a newer row is there already; then nothing changes
   */
  public boolean put(HostRow row) {
    Integer known = slots.get(row.id());
    if (known != null && row.version() < said[known].version()) {
      return false;
    }
    int classNumber = classes.enter(row.hostClass());
    int slot;
    if (known == null) {
      slot = open(row.id());
    } else {
      slot = known;
      classes.leave(columns.hostClass[slot]);
    }
    said[slot] = row.of(classes.get(classNumber));
    refresh(slot, classNumber);
    return true;
  }

  /** Forgets a host and what was promised on it. Repeatable; false when it was not there. */
  public boolean remove(HostId host) {
    Integer slot = slots.get(host);
    if (slot == null) {
      return false;
    }
    promised.remove(host);
    leaveGroups(seen[slot]);
    classes.leave(columns.hostClass[slot]);
    slots.remove(host);
    size--;
    if (slot != size) {
      said[slot] = said[size];
      seen[slot] = seen[size];
      slots.put(said[slot].id(), slot);
      columns.load(slot, seen[slot], columns.hostClass[size]);
    }
    said[size] = null;
    seen[size] = null;
    return true;
  }

  /** The host as the next decision sees it, with what was promised on it. */
  public Optional<HostRow> row(HostId host) {
    return Optional.ofNullable(slots.get(host)).map(slot -> seen[slot]);
  }

  public Stream<HostId> ids() {
    return Arrays.stream(seen, 0, size).map(HostRow::id);
  }

  public int size() {
    return size;
  }

  /**
   * Counts an instance on a host from now on, before the host itself does. The same instance on the
   * same host counts once.
   *
   * @throws IllegalArgumentException when the host is not in the table
   */
  public void consume(HostId host, RequestSpec request) {
    Integer slot = slots.get(host);
    if (slot == null) {
      throw new IllegalArgumentException("no such host: " + host);
    }
    promised.computeIfAbsent(host, h -> new HashMap<>()).put(request.instance(), request);
    refresh(slot, columns.hostClass[slot]);
  }

  /**
   * Forgets a promise, because the host's own row tells the truth now or the instance gave up.
   *
   * @return false when there was none; repeatable
   */
  public boolean settle(HostId host, InstanceId instance) {
    var here = promised.getOrDefault(host, Map.of());
    if (!here.containsKey(instance)) {
      return false;
    }
    here.remove(instance);
    if (here.isEmpty()) {
      promised.remove(host);
    }
    int slot = slots.get(host);
    refresh(slot, columns.hostClass[slot]);
    return true;
  }

  /** For each host with members of the group how many; promised ones count. */
  public Map<HostId, Integer> groupMembers(String group) {
    return Collections.unmodifiableMap(groups.getOrDefault(group, Map.of()));
  }

  /** The slot of a host, or −1. */
  int slot(HostId host) {
    return slots.getOrDefault(host, -1);
  }

  HostRow seen(int slot) {
    return seen[slot];
  }

  HostClasses classes() {
    return classes;
  }

  Columns columns() {
    return columns;
  }

  private int open(HostId host) {
    if (size == said.length) {
      int more = size + size / 2;
      said = Arrays.copyOf(said, more);
      seen = Arrays.copyOf(seen, more);
      columns.grow(more);
    }
    slots.put(host, size);
    return size++;
  }

  /** Brings everything that is derived from a row and its promises up to date. */
  private void refresh(int slot, int classNumber) {
    HostRow row = said[slot];
    var here = promised.get(row.id());
    if (seen[slot] != null) {
      leaveGroups(seen[slot]);
    }
    seen[slot] = here == null ? row : row.with(here.values());
    enterGroups(seen[slot]);
    columns.load(slot, seen[slot], classNumber);
  }

  private void enterGroups(HostRow host) {
    for (var group : host.groupMembers().entrySet()) {
      groups.computeIfAbsent(group.getKey(), g -> new HashMap<>()).put(host.id(), group.getValue());
    }
  }

  private void leaveGroups(HostRow host) {
    for (String group : host.groupMembers().keySet()) {
      var hosts = groups.get(group);
      hosts.remove(host.id());
      if (hosts.isEmpty()) {
        groups.remove(group);
      }
    }
  }
}
