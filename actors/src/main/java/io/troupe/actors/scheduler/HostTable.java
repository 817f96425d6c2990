package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.SharedPool;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.stream.Stream;

/**
 * All hosts as the scheduler knows them: what each host said last, plus what was promised since and
 * the host has not told yet. A view, never the truth. Takes about 400 bytes per host; one thread
 * owns it.
 *
 * <pre>
 *   Placed ──consume──► promised on the host ──settle──► forgotten here:
 *                                              the host's own row counts it, or nobody does
 * </pre>
 */
public final class HostTable {
  private final Map<HostId, Host> hosts = new HashMap<>();
  private final Map<String, Map<HostId, Integer>> groups = new HashMap<>();

  /** Those that a host still has, each once. */
  private final Map<HostTopology, WeakReference<HostTopology>> topologies = new WeakHashMap<>();

  private final HostClasses classes = new HostClasses();
  private final HostTree tree = new HostTree();
  private final Habits habits = new Habits(classes);
  private final int[] values = new int[Columns.COUNT];

  public HostTable() {
    habits(SchedulerSettings.DEFAULT);
  }

  /**
   * Takes a host's word. Promises on it stay until they are settled, so settle what the row already
   * counts.
   *
   * @return false when a newer row is there already; then nothing changes
   */
  public boolean put(HostRow row) {
    Host host = hosts.get(row.id());
    if (host != null && row.version() < host.said.version()) {
      return false;
    }
    HostClass hostClass = row.hostClass();
    int classNumber;
    if (host == null) {
      classNumber = classes.enter(hostClass);
      host = new Host();
      hosts.put(row.id(), host);
    } else if (hostClass.equals(classes.get(classNumber(host)))) {
      classNumber = classNumber(host); // as a rule
    } else {
      classNumber = classes.enter(hostClass);
      classes.leave(classNumber(host));
    }
    host.said = sharing(row.of(classes.get(classNumber)), host.said);
    refresh(host, classNumber);
    return true;
  }

  /** On a topology that another host has told already, or this one before. */
  private HostRow sharing(HostRow row, HostRow former) {
    if (row.detail().parts().isEmpty()) {
      return row;
    }
    HostParts parts = row.detail().parts().get();
    HostTopology equal =
        Optional.ofNullable(former)
            .flatMap(before -> before.detail().parts())
            .map(HostParts::topology)
            .filter(parts.topology()::equals)
            .orElseGet(() -> known(parts.topology()));
    return row.with(row.detail().with(parts.sharing(equal)));
  }

  private HostTopology known(HostTopology topology) {
    return Optional.ofNullable(topologies.get(topology))
        .map(WeakReference::get)
        .orElseGet(
            () -> {
              topologies.put(topology, new WeakReference<>(topology));
              return topology;
            });
  }

  /** Forgets a host and what was promised on it. Repeatable; false when it was not there. */
  public boolean remove(HostId id) {
    Host host = hosts.remove(id);
    if (host == null) {
      return false;
    }
    leaveGroups(host.seen);
    classes.leave(classNumber(host));
    tree.remove(host);
    return true;
  }

  /** The host as the next decision sees it, with what was promised on it. */
  public Optional<HostRow> row(HostId host) {
    return Optional.ofNullable(hosts.get(host)).map(known -> known.seen);
  }

  /** Hosts that are up and have this pool, the first by name. Looks at all hosts. */
  List<HostId> upInPool(SharedPool pool, int most) {
    return hosts.values().stream()
        .map(host -> host.seen)
        .filter(row -> row.up() && row.detail().traits().contains(pool.trait()))
        .map(HostRow::id)
        .sorted(Comparator.comparing(HostId::value))
        .limit(most)
        .toList();
  }

  public Stream<HostId> ids() {
    return hosts.keySet().stream();
  }

  public int size() {
    return hosts.size();
  }

  /**
   * Counts an instance on a host from now on, before the host itself does. The same instance on the
   * same host counts once.
   *
   * @throws IllegalArgumentException when the host is not in the table
   */
  public void consume(HostId id, RequestSpec request) {
    Host host = hosts.get(id);
    if (host == null) {
      throw new IllegalArgumentException("no such host: " + id);
    }
    if (host.promised.isEmpty()) {
      host.promised = new HashMap<>();
    }
    host.promised.put(request.instance(), request);
    refresh(host, classNumber(host));
  }

  /**
   * Forgets a promise, because the host's own row tells the truth now or the instance gave up.
   *
   * @return false when there was none; repeatable
   */
  public boolean settle(HostId id, InstanceId instance) {
    Host host = hosts.get(id);
    if (host == null || !host.promised.containsKey(instance)) {
      return false;
    }
    host.promised.remove(instance);
    if (host.promised.isEmpty()) {
      host.promised = Map.of();
    }
    refresh(host, classNumber(host));
    return true;
  }

  /** The same of a volume of so many GiB, which counts as claimed disk. */
  void promiseVolume(HostId id, String volume, long gib) {
    Host host = hosts.get(id);
    if (host != null) {
      host.promisedVolumes = new HashMap<>(host.promisedVolumes);
      host.promisedVolumes.put(volume, gib);
      refresh(host, classNumber(host));
    }
  }

  void settleVolume(HostId id, String volume) {
    Host host = hosts.get(id);
    if (host != null && host.promisedVolumes.containsKey(volume)) {
      host.promisedVolumes = new HashMap<>(host.promisedVolumes);
      host.promisedVolumes.remove(volume);
      refresh(host, classNumber(host));
    }
  }

  /** All hosts as the next decision sees them. */
  public Stream<HostRow> rows() {
    return hosts.values().stream().map(host -> host.seen);
  }

  /** For each host with members of the group how many; promised ones count. */
  public Map<HostId, Integer> groupMembers(String group) {
    return Collections.unmodifiableMap(groups.getOrDefault(group, Map.of()));
  }

  Collection<Host> hosts() {
    return hosts.values();
  }

  /** The slot of a host until the next change, or −1. */
  int slot(HostId id) {
    Host host = hosts.get(id);
    return host == null ? -1 : host.slot;
  }

  int classNumber(Host host) {
    return tree.column(Columns.CLASS)[host.slot];
  }

  HostClasses classes() {
    return classes;
  }

  HostTree tree() {
    return tree;
  }

  /** What was found out about the hosts' classes under these settings. */
  Habits habits(SchedulerSettings settings) {
    if (habits.begin(settings)) {
      tree.attend(habits.importance());
    }
    return habits;
  }

  /** Brings everything that is derived from a row and its promises up to date. */
  private void refresh(Host host, int classNumber) {
    HostRow before = host.seen;
    host.seen = host.promised.isEmpty() ? host.said : host.said.with(host.promised.values());
    if (!host.promisedVolumes.isEmpty()) {
      host.seen =
          host.seen.withMoreDisk(
              host.promisedVolumes.values().stream().mapToLong(gib -> gib).sum());
    }
    if (before == null) {
      enterGroups(host.seen);
    } else if (before.groupMembers() != host.seen.groupMembers()) { // as a rule it is one object
      leaveGroups(before);
      enterGroups(host.seen);
    }
    Columns.load(values, host.seen);
    values[Columns.CLASS] = classNumber;
    tree.put(host, values, classes.used());
  }

  private void enterGroups(HostRow host) {
    for (var group : host.groupMembers().entrySet()) {
      groups.computeIfAbsent(group.getKey(), g -> new HashMap<>()).put(host.id(), group.getValue());
    }
  }

  private void leaveGroups(HostRow host) {
    for (String group : host.groupMembers().keySet()) {
      var members = groups.get(group);
      members.remove(host.id());
      if (members.isEmpty()) {
        groups.remove(group);
      }
    }
  }
}
