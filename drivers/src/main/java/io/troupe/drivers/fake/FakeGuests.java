package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a {@link GuestLog} adds up to: the guests and volumes of each host and the highest epoch it
 * has seen. A host that nothing was ever done on costs nothing. Not thread-safe.
 */
final class FakeGuests {
  /** Spawns of destroyed guests are counted this far back, so that a long run stays bounded. */
  private static final int ENDED_SPAWNS_KEPT = 10_000;

  private record SpawnKey(InstanceId instance, long generation) {}

  private static final class Host {
    private long epoch;
    private final Map<String, FakeGuest> guests = new HashMap<>();

    /** Generations of the guests that may arrive, by their names. */
    private final Map<String, Long> awaited = new HashMap<>();

    /** Size of each, GiB. */
    private final Map<String, Long> volumes = new HashMap<>();
  }

  private final Map<String, Host> hosts = new HashMap<>();
  private final Map<SpawnKey, Integer> endedSpawns =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SpawnKey, Integer> eldest) {
          return size() > ENDED_SPAWNS_KEPT;
        }
      };
  private int living;
  private int volumes;
  private int awaited;

  void apply(FakeChange change) {
    var host = hosts.computeIfAbsent(change.host(), name -> new Host());
    host.epoch = Math.max(host.epoch, change.epoch());
    switch (change) {
      case FakeChange.Kept(_, var guest, _) -> kept(host, guest);
      case FakeChange.Gone(_, var name, _) -> gone(host, name);
      case FakeChange.VolumeKept(_, var id, var gib, _) -> {
        volumes += host.volumes.put(id, gib) == null ? 1 : 0;
      }
      case FakeChange.VolumeGone(_, var id, _) -> {
        volumes -= host.volumes.remove(id) == null ? 0 : 1;
      }
      case FakeChange.Moved(_, var to, var guest, _) -> {
        gone(host, guest.name());
        kept(hosts.computeIfAbsent(to, name -> new Host()), guest);
      }
      case FakeChange.Awaited(_, var name, var generation, _) -> await(host, name, generation);
      case FakeChange.EpochRaised _ -> {}
    }
  }

  private void await(Host host, String name, long generation) {
    awaited -= host.awaited.remove(name) == null ? 0 : 1;
    if (generation > 0) {
      host.awaited.put(name, generation);
      awaited++;
    }
  }

  private void kept(Host host, FakeGuest guest) {
    await(host, guest.name(), 0);
    var former = Optional.ofNullable(host.guests.put(guest.name(), guest));
    living += former.isPresent() ? 0 : 1;
    former.filter(it -> it.generation() != guest.generation()).ifPresent(this::ended);
  }

  private void gone(Host host, String name) {
    var former = Optional.ofNullable(host.guests.remove(name));
    living -= former.isPresent() ? 1 : 0;
    former.ifPresent(this::ended);
  }

  private void ended(FakeGuest guest) {
    guest
        .instance()
        .ifPresent(it -> endedSpawns.merge(new SpawnKey(it, guest.generation()), 1, Integer::sum));
  }

  void clear() {
    hosts.clear();
    endedSpawns.clear();
    living = 0;
    volumes = 0;
    awaited = 0;
  }

  /** The highest epoch the host has seen; 0 before the first. */
  long epoch(String host) {
    var known = hosts.get(host);
    return known == null ? 0 : known.epoch;
  }

  Optional<FakeGuest> find(String host, String name) {
    return Optional.ofNullable(hosts.get(host)).map(known -> known.guests.get(name));
  }

  /** Which guest of this name may arrive at the host; 0 when none may. */
  long awaited(String host, String name) {
    var known = hosts.get(host);
    return known == null ? 0 : known.awaited.getOrDefault(name, 0L);
  }

  List<FakeGuest> on(String host) {
    var known = hosts.get(host);
    return known == null ? List.of() : List.copyOf(known.guests.values());
  }

  /** The size of a volume, GiB; empty when the host has none of this id. */
  Optional<Long> volume(String host, String id) {
    return Optional.ofNullable(hosts.get(host)).map(known -> known.volumes.get(id));
  }

  /** Names of the hosts that keep a volume of this id. */
  List<String> hostsOfVolume(String id) {
    return hosts.entrySet().stream()
        .filter(host -> host.getValue().volumes.containsKey(id))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** All guests that have this volume, on whichever host. */
  List<FakeGuest> having(String volumeId) {
    return hosts.values().stream()
        .flatMap(host -> host.guests.values().stream())
        .filter(guest -> guest.has(volumeId))
        .toList();
  }

  /** Names of the hosts that have a guest of this name. */
  List<String> hostsOf(String name) {
    return hosts.entrySet().stream()
        .filter(host -> host.getValue().guests.containsKey(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How often a guest was made for this instance and generation, over all hosts. */
  int spawns(InstanceId instance, long generation) {
    var name = FakeGuest.nameOf(instance);
    var alive =
        hosts.values().stream()
            .flatMap(host -> Stream.ofNullable(host.guests.get(name)))
            .filter(guest -> guest.generation() == generation)
            .count();
    return (int) alive + endedSpawns.getOrDefault(new SpawnKey(instance, generation), 0);
  }

  /** How many lines {@link #everything} has. */
  int size() {
    return hosts.size() + living + volumes + awaited;
  }

  /** The fewest changes that lead here; each carries its host's present epoch. */
  Stream<FakeChange> everything() {
    return hosts.entrySet().stream()
        .flatMap(
            entry -> {
              var host = entry.getKey();
              var epoch = entry.getValue().epoch;
              return Stream.of(
                      Stream.<FakeChange>of(new FakeChange.EpochRaised(host, epoch)),
                      entry.getValue().volumes.entrySet().stream()
                          .<FakeChange>map(
                              volume ->
                                  new FakeChange.VolumeKept(
                                      host, volume.getKey(), volume.getValue(), epoch)),
                      entry.getValue().guests.values().stream()
                          .<FakeChange>map(guest -> new FakeChange.Kept(host, guest, epoch)),
                      entry.getValue().awaited.entrySet().stream()
                          .<FakeChange>map(
                              guest ->
                                  new FakeChange.Awaited(
                                      host, guest.getKey(), guest.getValue(), epoch)))
                  .flatMap(changes -> changes);
            });
  }
}
