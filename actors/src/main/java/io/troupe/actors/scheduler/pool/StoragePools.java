package io.troupe.actors.scheduler.pool;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.PoolCapacity;
import io.troupe.config.PoolSettings;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.SharedPool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which pools there are, from what hosts tell of themselves. Looks at all hosts. */
public final class StoragePools {
  private StoragePools() {}

  /** All of them, by name; those that are shared first where names are equal. */
  public static List<StoragePool> of(Stream<HostRow> hosts, PoolSettings settings) {
    return of(hosts, settings, _ -> true);
  }

  /** Those that several hosts may have, by name. */
  public static Map<String, StoragePool> shared(Stream<HostRow> hosts, PoolSettings settings) {
    var pools = new HashMap<String, StoragePool>();
    of(hosts, settings, Optional::isPresent).forEach(pool -> pools.put(pool.name(), pool));
    return pools;
  }

  private static List<StoragePool> of(
      Stream<HostRow> hosts, PoolSettings settings, Predicate<Optional<String>> wanted) {
    var byTraits = new IdentityHashMap<Set<String>, Optional<String>>(); // hosts share the sets
    var shared = new TreeMap<String, List<HostRow>>();
    var pools = new ArrayList<StoragePool>();
    hosts.forEach(
        host -> {
          var name = byTraits.computeIfAbsent(host.detail().traits(), StoragePools::name);
          if (wanted.test(name)) {
            name.ifPresentOrElse(
                pool -> shared.computeIfAbsent(pool, _ -> new ArrayList<>()).add(host),
                () -> pools.add(of(host.id().value(), false, List.of(host), settings)));
          }
        });
    shared.forEach((name, rows) -> pools.add(of(name, true, rows, settings)));
    pools.sort(Comparator.comparing(StoragePool::name).thenComparing(pool -> !pool.shared()));
    return List.copyOf(pools);
  }

  private static Optional<String> name(Set<String> traits) {
    return SharedPool.among(traits).map(SharedPool::name);
  }

  /** The pool as one host alone sees it. */
  public static StoragePool asSeenBy(HostRow host, PoolSettings settings) {
    var name = name(host.detail().traits());
    return of(name.orElse(host.id().value()), name.isPresent(), List.of(host), settings);
  }

  private static StoragePool of(
      String name, boolean shared, List<HostRow> hosts, PoolSettings settings) {
    var members =
        hosts.stream()
            .sorted(Comparator.comparing((HostRow host) -> host.id().value()))
            .map(StoragePools::member)
            .toList();
    return new StoragePool(
        name,
        shared,
        members,
        Optional.ofNullable(settings.capacities().get(name))
            .orElseGet(() -> new PoolCapacity.Gib(most(hosts))),
        hosts.stream().mapToLong(host -> host.reserved().diskGib()).max().orElse(0),
        hosts.stream().mapToLong(host -> host.claimed().diskGib()).sum(),
        hosts.stream().mapToLong(host -> host.detail().volumesGib()).sum(),
        hosts.stream().mapToInt(host -> host.detail().volumes()).sum());
  }

  private static long most(List<HostRow> hosts) {
    return hosts.stream().mapToLong(host -> host.total().diskGib()).max().orElse(0);
  }

  private static StoragePool.Member member(HostRow host) {
    String state =
        !host.enabled()
            ? "disabled"
                + (host.disabledReason().isEmpty() ? "" : " (" + host.disabledReason() + ")")
            : host.up() ? "" : "down";
    return new StoragePool.Member(
        host.id(), host.availabilityZone(), state, host.claimed().diskGib());
  }

  /** Of the hosts of a pool that may make the volume the one with the least on it. */
  static Optional<HostId> maker(StoragePool pool, VolumeRequest request) {
    return pool.members().stream()
        .filter(StoragePool.Member::open)
        .filter(
            member ->
                request.availabilityZone().filter(zone -> !zone.equals(member.zone())).isEmpty())
        .filter(member -> !request.tried().contains(member.host()))
        .min(
            Comparator.comparing(StoragePool.Member::provisionedGib)
                .thenComparing(member -> member.host().value()))
        .map(StoragePool.Member::host);
  }
}
