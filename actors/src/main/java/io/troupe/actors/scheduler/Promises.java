package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the scheduler has answered and the hosts have not yet told of themselves: it counts in the
 * table from the answer on, until its host's own word about it, another answer, or {@link #KEPT}.
 */
final class Promises {
  /** For one that its host never mentions: the instance gave up, or the host was lost. */
  static final Duration KEPT = Duration.ofSeconds(60);

  private record Promise(HostId host, Instant at) {
    boolean isOlderThan(Instant moment) {
      return at.isBefore(moment);
    }
  }

  private final HostTable table;
  private final Map<InstanceId, Promise> instances = new HashMap<>();
  private final Map<String, Promise> volumes = new HashMap<>();

  Promises(HostTable table) {
    this.table = table;
  }

  void add(RequestSpec spec, HostId host, Instant now) {
    table.consume(host, spec);
    instances.put(spec.instance(), new Promise(host, now));
  }

  void forget(InstanceId instance) {
    Promise earlier = instances.remove(instance);
    if (earlier != null) {
      table.settle(earlier.host(), instance);
    }
  }

  /** The host has told of it; one that another host is promised for stays. */
  void settle(HostId host, InstanceId instance) {
    table.settle(host, instance);
    instances.computeIfPresent(
        instance, (_, promise) -> promise.host().equals(host) ? null : promise);
  }

  /**
   * @param gib GiB that the volume needs more
   */
  void addVolume(HostId host, String volume, long gib, Instant now) {
    table.promiseVolume(host, volume, gib);
    volumes.put(volume, new Promise(host, now));
  }

  void forgetVolume(String volume) {
    Promise earlier = volumes.remove(volume);
    if (earlier != null) {
      table.settleVolume(earlier.host(), volume);
    }
  }

  /** Those that are older than {@link #KEPT}. */
  void forgetOld(Instant now) {
    Instant longAgo = now.minus(KEPT);
    olderThan(longAgo, instances).forEach(this::forget);
    olderThan(longAgo, volumes).forEach(this::forgetVolume);
  }

  private static <K> List<K> olderThan(Instant moment, Map<K, Promise> promises) {
    return promises.entrySet().stream()
        .filter(entry -> entry.getValue().isOlderThan(moment))
        .map(Map.Entry::getKey)
        .toList();
  }
}
