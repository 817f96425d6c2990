package io.troupe.actors.simulation;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The root disks of all guests, in the storage that all hosts have: files by the generation that
 * made them, and which host says that it holds them. It forgets what a driver removes.
 */
final class SimDisks {
  private final Map<InstanceId, TreeSet<Long>> files = new HashMap<>();

  /** Of which generation the guest is, or may come to be, that each host holds files for. */
  private final Map<InstanceId, Map<HostId, Long>> holds = new HashMap<>();

  /** A guest that is made has a new one, and there is no older one. */
  void make(InstanceId instance, long generation, HostId host) {
    leave(instance, generation, host, false);
    files.computeIfAbsent(instance, _ -> new TreeSet<>()).add(generation);
    share(instance, Map.of(host, generation));
  }

  /** The guest is made on an older one; false when there is none. */
  boolean takeOver(InstanceId instance, long generation, HostId host) {
    var older = files.getOrDefault(instance, new TreeSet<>()).lower(generation);
    if (older == null) {
      return false;
    }
    var held = holds.computeIfAbsent(instance, _ -> new HashMap<>());
    held.values().removeIf(since -> since <= generation);
    held.put(host, generation);
    return true;
  }

  /** Whether a guest of this generation can have one. */
  boolean has(InstanceId instance, long generation) {
    return files.getOrDefault(instance, new TreeSet<>()).floor(generation) != null;
  }

  /** Whose there still are. */
  Set<InstanceId> owners() {
    return files.entrySet().stream()
        .filter(one -> !one.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Several hosts have a guest on the same one, or will have. */
  void share(InstanceId instance, Map<HostId, Long> generations) {
    holds.computeIfAbsent(instance, _ -> new HashMap<>()).putAll(generations);
  }

  /** No guest of this generation is at the host. */
  void leave(InstanceId instance, long generation, HostId host, boolean keepsDisk) {
    var held = holds.computeIfAbsent(instance, _ -> new HashMap<>());
    if (held.getOrDefault(host, Long.MAX_VALUE) <= generation) {
      held.remove(host);
    }
    if (!keepsDisk) {
      files
          .getOrDefault(instance, new TreeSet<>())
          .removeIf(
              file ->
                  file <= generation
                      && held.entrySet().stream()
                          .noneMatch(
                              other -> !other.getKey().equals(host) && other.getValue() >= file));
    }
  }
}
