package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The guests of a fake hypervisor, apart from any connection to it, and the fences around them: a
 * lower epoch than a host has seen and a lower generation than a guest has recorded are refused.
 * Every change is one step under one lock, written to the {@link GuestLog} (if there is one) before
 * it holds. A host that nothing was ever done on costs nothing.
 */
final class FakeHypervisor {
  /** All of this process, by what connections name them with. */
  private static final Map<String, FakeHypervisor> ALL = new HashMap<>();

  /** Spawns of destroyed guests are counted this far back, so that a long run stays bounded. */
  private static final int ENDED_SPAWNS_KEPT = 10_000;

  /** The log is rewritten when it has this many lines more than four for each guest. */
  private static final int LOG_SLACK_LINES = 250_000;

  /** What becomes of a guest. It may be called only once and must not wait. */
  @FunctionalInterface
  interface Change {
    Optional<FakeGuest> of(Optional<FakeGuest> guest) throws DriverException;
  }

  private record SpawnKey(InstanceId instance, long generation) {}

  private static final class Host {
    private long epoch = Long.MIN_VALUE;
    private final Map<String, FakeGuest> guests = new HashMap<>();
  }

  private final String key;
  private final Optional<GuestLog> log;
  private final Map<String, Host> hosts = new HashMap<>();
  private final List<Consumer<GuestEvent>> connections = new ArrayList<>();
  private final Map<SpawnKey, Integer> endedSpawns =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SpawnKey, Integer> eldest) {
          return size() > ENDED_SPAWNS_KEPT;
        }
      };
  private int living;
  private boolean cutOff;

  private FakeHypervisor(String key, Optional<Path> state) throws DriverException {
    this.key = key;
    if (state.isPresent()) {
      var opened = GuestLog.open(state.get(), this::replay);
      this.log = Optional.of(opened);
      try {
        opened.rewrite(everything());
      } catch (IOException e) {
        opened.close();
        throw unwritable(e);
      }
    } else {
      this.log = Optional.empty();
    }
  }

  /**
   * The hypervisor that the connection means, made at first use. From now on {@code events} gets
   * what others than itself change.
   */
  static FakeHypervisor connect(
      ConnectionSpec connection, Optional<Path> state, Consumer<GuestEvent> events)
      throws DriverException {
    var name =
        Optional.ofNullable(connection.uri().getRawAuthority())
            .orElse("connection " + connection.id());
    var key = state.map(path -> "state " + path.toAbsolutePath().normalize()).orElse(name);
    synchronized (ALL) {
      var known = ALL.get(key);
      if (known == null) {
        known = new FakeHypervisor(key, state);
        ALL.put(key, known);
      }
      synchronized (known) {
        known.requireReachable();
        known.connections.add(events);
      }
      return known;
    }
  }

  /** The last one out closes the log, so that another process can have it. */
  void disconnect(Consumer<GuestEvent> events) {
    synchronized (ALL) {
      synchronized (this) {
        connections.remove(events);
        // One that cannot be reached is kept, or the next attempt would find a reachable one.
        if (connections.isEmpty() && log.isPresent() && !cutOff) {
          ALL.remove(key);
          log.get().close();
        }
      }
    }
  }

  synchronized void cutOff(boolean cut) {
    cutOff = cut;
  }

  synchronized List<FakeGuest> guests(String host) throws DriverException {
    requireReachable();
    var known = hosts.get(host);
    return known == null ? List.of() : List.copyOf(known.guests.values());
  }

  /**
   * The target's guest after {@code change}.
   *
   * @throws DriverException when a fence refuses the target, the change refuses the guest, or the
   *     log cannot be written; then nothing has changed
   */
  synchronized Optional<FakeGuest> update(
      GuestTarget target, Consumer<GuestEvent> origin, Instant at, Change change)
      throws DriverException {
    requireReachable();
    var host = hosts.computeIfAbsent(target.host(), name -> new Host());
    admit(target, host);
    var name = FakeGuest.nameOf(target.instance());
    var before = Optional.ofNullable(host.guests.get(name));
    if (before.isPresent() && before.get().instance().isEmpty()) {
      throw DriverException.hostFault(name + " on " + target.host() + " is not a guest of ours");
    }
    if (before.isPresent() && before.get().generation() > target.generation()) {
      throw DriverException.instanceFault(
          name
              + " belongs to generation "
              + before.get().generation()
              + ", the command to "
              + target.generation());
    }
    var after = change.of(before);
    if (!after.equals(before)) {
      store(target.host(), name, after);
      if (powerOf(before) != powerOf(after)) {
        var event = after.or(() -> before).orElseThrow();
        publish(target.host(), event, powerOf(after), "changed from elsewhere", at, origin);
      }
    }
    return after;
  }

  /** Ends a running guest of an instance without anybody having asked, and tells everybody. */
  synchronized void endByItself(
      InstanceId instance, FakeGuest.Happening how, String reason, Instant at)
      throws DriverException {
    var name = FakeGuest.nameOf(instance);
    for (var each : hosts.entrySet()) {
      var guest = each.getValue().guests.get(name);
      if (guest != null && guest.runs()) {
        var ended = guest.ended(how, at);
        store(each.getKey(), name, Optional.of(ended));
        publish(each.getKey(), ended, ended.power(), reason, at, nobody -> {});
        return;
      }
    }
    throw DriverException.instanceFault(name + " runs on no host");
  }

  synchronized void put(String host, FakeGuest guest) throws DriverException {
    hosts.computeIfAbsent(host, name -> new Host());
    store(host, guest.name(), Optional.of(guest));
  }

  /** How often a guest was made for this instance and generation, over all hosts. */
  synchronized int spawns(InstanceId instance, long generation) {
    var name = FakeGuest.nameOf(instance);
    var alive =
        hosts.values().stream()
            .map(host -> host.guests.get(name))
            .filter(guest -> guest != null && guest.generation() == generation)
            .count();
    return (int) alive + endedSpawns.getOrDefault(new SpawnKey(instance, generation), 0);
  }

  synchronized void requireReachable() throws DriverException {
    if (cutOff) {
      throw DriverException.retryable("the fake hypervisor cannot be reached");
    }
  }

  private void admit(GuestTarget target, Host host) throws DriverException {
    if (target.epoch() < host.epoch) {
      throw DriverException.retryable(
          target.host()
              + " has seen epoch "
              + host.epoch
              + ", the command is of "
              + target.epoch());
    }
    if (target.epoch() > host.epoch) {
      write(new FakeChange.EpochRaised(target.host(), target.epoch()));
      host.epoch = target.epoch();
    }
  }

  private void store(String hostName, String name, Optional<FakeGuest> guest)
      throws DriverException {
    write(
        guest
            .<FakeChange>map(it -> new FakeChange.Kept(hostName, it))
            .orElseGet(() -> new FakeChange.Gone(hostName, name)));
    keep(hosts.get(hostName), name, guest);
  }

  private void keep(Host host, String name, Optional<FakeGuest> guest) {
    var former = guest.isPresent() ? host.guests.put(name, guest.get()) : host.guests.remove(name);
    living += (guest.isPresent() ? 1 : 0) - (former == null ? 0 : 1);
    var madeAnew =
        former != null && (guest.isEmpty() || guest.get().generation() != former.generation());
    if (madeAnew && former.instance().isPresent()) {
      endedSpawns.merge(
          new SpawnKey(former.instance().get(), former.generation()), 1, Integer::sum);
    }
  }

  private void write(FakeChange change) throws DriverException {
    if (log.isEmpty()) {
      return;
    }
    try {
      log.get().append(change);
      if (log.get().appended() > LOG_SLACK_LINES + 4L * living) {
        log.get().rewrite(Stream.concat(everything(), Stream.of(change)));
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static DriverException unwritable(IOException e) {
    return DriverException.hostFault("cannot write the fake hypervisor's state: " + e);
  }

  private void replay(FakeChange change) {
    switch (change) {
      case FakeChange.Kept(var host, var guest) ->
          keep(hosts.computeIfAbsent(host, name -> new Host()), guest.name(), Optional.of(guest));
      case FakeChange.Gone(var host, var name) ->
          keep(hosts.computeIfAbsent(host, it -> new Host()), name, Optional.empty());
      case FakeChange.EpochRaised(var host, var epoch) ->
          hosts.computeIfAbsent(host, name -> new Host()).epoch = epoch;
    }
  }

  private Stream<FakeChange> everything() {
    return hosts.entrySet().stream()
        .flatMap(
            host ->
                Stream.concat(
                    Stream.of(new FakeChange.EpochRaised(host.getKey(), host.getValue().epoch)),
                    host.getValue().guests.values().stream()
                        .map(guest -> new FakeChange.Kept(host.getKey(), guest))));
  }

  private static PowerState powerOf(Optional<FakeGuest> guest) {
    return guest.map(FakeGuest::power).orElse(PowerState.NOSTATE);
  }

  private void publish(
      String host,
      FakeGuest guest,
      PowerState power,
      String reason,
      Instant at,
      Consumer<GuestEvent> origin) {
    var instance = guest.instance();
    if (instance.isPresent()) {
      var event = new GuestEvent(host, instance.get(), guest.generation(), power, reason, at);
      connections.stream().filter(each -> each != origin).forEach(each -> each.accept(event));
    }
  }
}
