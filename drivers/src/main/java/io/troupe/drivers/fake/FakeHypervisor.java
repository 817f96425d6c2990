package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.PastEpoch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The guests of a fake hypervisor, apart from any connection to it, and the fences around them: a
 * lower epoch than a host has seen and a lower generation than a guest has recorded are refused.
 * Every change is one step that no other gets in between, written to the {@link SharedState} (if
 * there is one) before it holds. With such a state the hypervisor is outside of all the processes
 * that are connected to it, and its fences hold between them.
 */
final class FakeHypervisor {
  /** Begins the key of one that is kept in a directory. */
  private static final String STATE = "state ";

  /** All of this process, by what connections name them with. */
  private static final Map<String, FakeHypervisor> ALL = new HashMap<>();

  /** What becomes of a guest. It may be called only once and must not wait. */
  @FunctionalInterface
  interface Change {
    Optional<FakeGuest> of(Optional<FakeGuest> guest) throws DriverException;
  }

  private final String key;
  private final FakeGuests guests = new FakeGuests();
  private final Optional<SharedState> state;
  private final Turns turns;
  private final List<Consumer<GuestEvent>> connections = new CopyOnWriteArrayList<>();
  private final FakeMigrations migrations = new FakeMigrations();
  private volatile boolean cutOff;

  private FakeHypervisor(String key, Optional<Path> directory) throws DriverException {
    this.key = key;
    this.state =
        directory.isPresent()
            ? Optional.of(SharedState.open(directory.get(), guests))
            : Optional.empty();
    this.turns = new Turns(state);
  }

  /**
   * The hypervisor that the connection means, made at first use. From now on {@code events} gets
   * what others of this process change; what other processes change is found only by asking.
   */
  static FakeHypervisor connect(
      ConnectionSpec connection, Optional<Path> state, Consumer<GuestEvent> events)
      throws DriverException {
    var directory = state.isPresent() ? Optional.of(SharedState.directory(state.get())) : state;
    var name =
        Optional.ofNullable(connection.uri().getRawAuthority())
            .orElse("connection " + connection.id());
    return connect(directory.map(path -> STATE + path).orElse(name), directory, events);
  }

  private static FakeHypervisor connect(
      String key, Optional<Path> directory, Consumer<GuestEvent> events) throws DriverException {
    FakeHypervisor known;
    synchronized (ALL) {
      known = ALL.get(key);
      if (known == null) {
        known = new FakeHypervisor(key, directory);
        ALL.put(key, known);
      }
      known.connections.add(events);
    }
    var connected = false;
    try {
      known.alone(() -> true);
      connected = true;
      return known;
    } finally {
      if (!connected) {
        known.disconnect(events);
      }
    }
  }

  /** The last one out closes the state. */
  void disconnect(Consumer<GuestEvent> events) {
    synchronized (ALL) {
      connections.remove(events);
      // One that cannot be reached is kept, or the next attempt would find a reachable one.
      if (connections.isEmpty() && state.isPresent() && !cutOff) {
        ALL.remove(key);
        turns.close();
      }
    }
  }

  /** A short visit of another fake hypervisor to this one. */
  record Visit(FakeHypervisor hypervisor, Consumer<GuestEvent> visitor) implements AutoCloseable {
    @Override
    public void close() {
      hypervisor.disconnect(visitor);
    }
  }

  /**
   * Another hypervisor of this process or one that is kept in a directory, by its {@link #key}.
   *
   * @throws DriverException {@code HOST_FAULT} when it cannot be reached from here
   */
  static Visit reach(String key) throws DriverException {
    requireKnown(key);
    var directory =
        key.startsWith(STATE)
            ? Optional.of(Path.of(key.substring(STATE.length())))
            : Optional.<Path>empty();
    Consumer<GuestEvent> nobody = event -> {};
    try {
      return new Visit(connect(key, directory, nobody), nobody);
    } catch (DriverException e) {
      throw DriverException.hostFault("the destination: " + e.failure().message());
    }
  }

  /** Throws a host fault when there is no such hypervisor, or no way to it. */
  static void requireKnown(String key) throws DriverException {
    synchronized (ALL) {
      var known = ALL.get(key);
      if (known == null ? !key.startsWith(STATE) : known.cutOff) {
        throw DriverException.hostFault("the destination cannot be reached: " + key);
      }
    }
  }

  /** By which {@link #reach} finds it. */
  String key() {
    return key;
  }

  FakeMigrations migrations() {
    return migrations;
  }

  void cutOff(boolean cut) {
    cutOff = cut;
  }

  void requireReachable() throws DriverException {
    if (cutOff) {
      throw DriverException.retryable("the fake hypervisor cannot be reached");
    }
  }

  List<FakeGuest> guests(String host) throws DriverException {
    return inTurn(() -> true, () -> guests.on(host));
  }

  /** The target's guest, as {@link #update} finds it. */
  Optional<FakeGuest> look(GuestTarget target) throws DriverException {
    return inTurn(
        () -> target.epoch() <= guests.epoch(target.host()),
        () -> {
          admit(target);
          var found = guests.find(target.host(), FakeGuest.nameOf(target.instance()));
          if (found.isPresent()) {
            requireOwned(found.get(), target);
          }
          return found;
        });
  }

  /**
   * The target's guest after {@code change}.
   *
   * @throws DriverException when a fence refuses the target, the change refuses the guest, or the
   *     state cannot be written; then nothing has changed
   */
  Optional<FakeGuest> update(
      GuestTarget target, Consumer<GuestEvent> origin, Instant at, Change change)
      throws DriverException {
    return alone(() -> changed(target, origin, at, change));
  }

  private Optional<FakeGuest> changed(
      GuestTarget target, Consumer<GuestEvent> origin, Instant at, Change change)
      throws DriverException {
    admit(target);
    var name = FakeGuest.nameOf(target.instance());
    var before = guests.find(target.host(), name);
    if (before.isPresent()) {
      requireOwned(before.get(), target);
    }
    var after = change.of(before);
    if (!after.equals(before)) {
      store(target.host(), name, after, target.epoch());
      if (powerOf(before) != powerOf(after)) {
        var event = after.or(() -> before).orElseThrow();
        publish(target.host(), event, powerOf(after), "changed from elsewhere", at, origin);
      }
    }
    return after;
  }

  /**
   * The target's guest is gone, and none of its generation or an older one may arrive any more.
   *
   * @throws DriverException as {@link #update}
   */
  void destroy(GuestTarget target, Consumer<GuestEvent> origin, Instant at) throws DriverException {
    alone(
        () -> {
          changed(target, origin, at, guest -> Optional.empty());
          var name = FakeGuest.nameOf(target.instance());
          var awaited = guests.awaited(target.host(), name);
          if (awaited > 0 && awaited <= target.generation()) {
            write(new FakeChange.Awaited(target.host(), name, 0, target.epoch()));
          }
          return true;
        });
  }

  /**
   * The volume is there and has at least this size.
   *
   * @param common whether all hosts keep their volumes in one place
   * @throws DriverException when the target's epoch is past or the state cannot be written
   */
  void keepVolume(GuestTarget target, String id, long gib, boolean common) throws DriverException {
    alone(
        () -> {
          keep(target, id, gib, common);
          return true;
        });
  }

  private void keep(GuestTarget target, String id, long gib, boolean common)
      throws DriverException {
    admit(target);
    var keeper = keeper(target.host(), id, common).orElse(target.host());
    if (guests.volume(keeper, id).filter(has -> has >= gib).isEmpty()) {
      var epoch = Math.max(guests.epoch(keeper), keeper.equals(target.host()) ? target.epoch() : 0);
      write(new FakeChange.VolumeKept(keeper, id, gib, epoch));
    }
  }

  /**
   * The volume {@code to} is there, and has at least this size and that of {@code from}.
   *
   * @throws DriverException as {@link #keepVolume}, and when neither of them is there
   */
  void copyVolume(GuestTarget target, String from, String to, long gib, boolean common)
      throws DriverException {
    alone(
        () -> {
          if (keeper(target.host(), to, common).isEmpty()) {
            requireSeen(target.host(), from, common);
          }
          keep(target, to, Math.max(gib, sizeGib(target.host(), from, common)), common);
          return true;
        });
  }

  /**
   * There is no such volume.
   *
   * @throws DriverException as {@link #keepVolume}, and when a guest has it
   */
  void removeVolume(GuestTarget target, String id, boolean common) throws DriverException {
    alone(
        () -> {
          admit(target);
          var has =
              common
                  ? guests.having(id)
                  : guests.on(target.host()).stream().filter(guest -> guest.has(id)).toList();
          if (!has.isEmpty()) {
            throw DriverException.instanceFault(
                "volume " + id + " is attached to " + has.getFirst().name());
          }
          var keeper = keeper(target.host(), id, common);
          if (keeper.isPresent()) {
            write(new FakeChange.VolumeGone(keeper.get(), id, guests.epoch(keeper.get())));
          }
          return true;
        });
  }

  /** Which host's it is, as far as {@code host} sees. */
  private Optional<String> keeper(String host, String id, boolean common) {
    return common
        ? guests.hostsOfVolume(id).stream().findFirst()
        : guests.volume(host, id).map(_ -> host);
  }

  // ---- root disks that stay when their guest goes

  private static String diskOf(GuestTarget target) {
    return "root-of-" + target.instance();
  }

  /**
   * The root disk of the target's guest stays when the guest goes, unless a newer guest of the
   * instance has it.
   *
   * @throws DriverException as {@link #update}
   */
  void keepDisk(GuestTarget target, boolean common) throws DriverException {
    var guest = look(target);
    if (guest.isEmpty() || !common || isElsewhere(target, target.generation() + 1)) {
      return;
    }
    keepVolume(target, diskOf(target), guest.get().size().diskGib(), true);
  }

  /** No root disk of the instance is kept. */
  void dropDisk(GuestTarget target, boolean common) throws DriverException {
    if (common && sees(target.host(), diskOf(target))) {
      removeVolume(target, diskOf(target), true);
    }
  }

  /** Throws an instance fault when the host does not see the root disk of an older guest. */
  void requireDisk(GuestTarget target, boolean common) throws DriverException {
    if (!common || !sees(target.host(), diskOf(target)) && !isElsewhere(target, 0)) {
      throw DriverException.instanceFault(
          "the root disk of instance " + target.instance() + " is not on " + target.host());
    }
  }

  private boolean sees(String host, String volume) throws DriverException {
    return inTurn(() -> true, () -> keeper(host, volume, true)).isPresent();
  }

  /** Whether another host has a guest of the instance, of this generation or a newer one. */
  private boolean isElsewhere(GuestTarget target, long from) throws DriverException {
    var name = FakeGuest.nameOf(target.instance());
    return inTurn(
        () -> true,
        () ->
            guests.hostsOf(name).stream()
                .filter(host -> !host.equals(target.host()))
                .flatMap(host -> guests.find(host, name).stream())
                .anyMatch(guest -> guest.generation() >= from));
  }

  /** Throws an instance fault when the host sees no such volume. */
  void requireVolume(String host, String id, boolean common) throws DriverException {
    inTurn(
        () -> true,
        () -> {
          requireSeen(host, id, common);
          return true;
        });
  }

  private void requireSeen(String host, String id, boolean common) throws DriverException {
    if (keeper(host, id, common).isEmpty()) {
      throw DriverException.instanceFault("there is no volume " + id + " on " + host);
    }
  }

  /** Throws an instance fault when what is in one volume has no room in the other. */
  void requireAsLarge(String host, String from, String to, boolean common) throws DriverException {
    inTurn(
        () -> true,
        () -> {
          var has = sizeGib(host, from, common);
          var room = sizeGib(host, to, common);
          if (has > room) {
            throw DriverException.instanceFault(
                "volume %s of %d GiB is smaller than %s of %d GiB".formatted(to, room, from, has));
          }
          return true;
        });
  }

  private long sizeGib(String host, String id, boolean common) {
    return keeper(host, id, common).flatMap(keeper -> guests.volume(keeper, id)).orElse(0L);
  }

  // ---- guests on their way

  /** A guest of the instance may arrive, until it has or is destroyed. */
  void await(String host, InstanceId instance, long generation) throws DriverException {
    alone(
        () -> {
          var name = FakeGuest.nameOf(instance);
          write(new FakeChange.Awaited(host, name, generation, guests.epoch(host)));
          return true;
        });
  }

  boolean awaits(String host, InstanceId instance, long generation) throws DriverException {
    var name = FakeGuest.nameOf(instance);
    return inTurn(() -> true, () -> guests.awaited(host, name) == generation);
  }

  /** What a guest is once it has arrived. */
  @FunctionalInterface
  interface Arrival {
    FakeGuest of(FakeGuest guest) throws DriverException;
  }

  /**
   * The source's guest is on a host of {@code to} and no longer here. Within one hypervisor that is
   * one step; between two the guest stands still here before it goes on there, so that it never
   * runs twice, and a repetition completes what was broken off. Nobody is told: whoever moves it
   * knows. One that is not here is a success.
   *
   * @throws DriverException when a fence refuses, here or there
   */
  void handOver(GuestTarget source, Arrival arrival, FakeHypervisor to, String toHost)
      throws DriverException {
    if (to == this) {
      alone(
          () -> {
            admit(source);
            var here = owned(source);
            if (here.isPresent()) {
              var arrived = arrival.of(here.get());
              requireAwaited(toHost, arrived);
              write(new FakeChange.Moved(source.host(), toHost, arrived, source.epoch()));
            }
            return true;
          });
      return;
    }
    var going = stopForHandOver(source, arrival);
    if (going.isPresent()) {
      var arrived = false;
      try {
        to.receive(toHost, going.get().arrived());
        arrived = true;
      } finally {
        if (!arrived) {
          goOn(source, going.get().power());
        }
      }
      alone(
          () -> {
            admit(source);
            store(source.host(), nameOf(source), Optional.empty(), source.epoch());
            return true;
          });
    }
  }

  private record Going(FakeGuest arrived, PowerState power) {}

  private Optional<Going> stopForHandOver(GuestTarget source, Arrival arrival)
      throws DriverException {
    return alone(
        () -> {
          admit(source);
          var here = owned(source);
          if (here.isEmpty()) {
            return Optional.<Going>empty();
          }
          var arrived = arrival.of(here.get());
          store(
              source.host(),
              nameOf(source),
              here.map(guest -> guest.in(PowerState.PAUSED)),
              source.epoch());
          return Optional.of(new Going(arrived, here.get().power()));
        });
  }

  private void goOn(GuestTarget source, PowerState power) throws DriverException {
    alone(
        () -> {
          admit(source);
          store(
              source.host(),
              nameOf(source),
              owned(source).map(guest -> guest.in(power)),
              source.epoch());
          return true;
        });
  }

  /** One that has arrived before is left as it is by now. */
  private void receive(String host, FakeGuest guest) throws DriverException {
    try {
      alone(
          () -> {
            var there = guests.find(host, guest.name());
            if (there.filter(it -> it.generation() == guest.generation()).isEmpty()) {
              requireAwaited(host, guest);
              store(host, guest.name(), Optional.of(guest), guests.epoch(host));
            }
            return true;
          });
    } catch (DriverException e) {
      throw DriverException.hostFault("the destination: " + e.failure().message());
    }
  }

  private void requireAwaited(String host, FakeGuest arriving) throws DriverException {
    var there = guests.find(host, arriving.name());
    if (there.filter(it -> it.generation() > arriving.generation()).isPresent()) {
      throw DriverException.hostFault(
          host + " has a guest of generation " + there.get().generation() + " already");
    }
    if (guests.awaited(host, arriving.name()) != arriving.generation()) {
      throw DriverException.hostFault(host + " does not await " + arriving.name() + " any more");
    }
  }

  private Optional<FakeGuest> owned(GuestTarget target) throws DriverException {
    var found = guests.find(target.host(), nameOf(target));
    if (found.isPresent()) {
      requireOwned(found.get(), target);
    }
    return found;
  }

  private static String nameOf(GuestTarget target) {
    return FakeGuest.nameOf(target.instance());
  }

  /** Ends a running guest of an instance without anybody having asked, and tells everybody. */
  void endByItself(InstanceId instance, FakeGuest.Happening how, String reason, Instant at)
      throws DriverException {
    var name = FakeGuest.nameOf(instance);
    var found =
        alone(
            () -> {
              for (var host : guests.hostsOf(name)) {
                var guest = guests.find(host, name).orElseThrow();
                if (guest.runs()) {
                  var ended = guest.ended(how, at);
                  store(host, name, Optional.of(ended), guests.epoch(host));
                  publish(host, ended, ended.power(), reason, at, nobody -> {});
                  return true;
                }
              }
              return false;
            });
    if (!found) {
      throw DriverException.instanceFault(name + " runs on no host");
    }
  }

  /**
   * The foreign guest of this name as the target's; see {@code DriverCommand.Adopt}. Kept under its
   * new name before the old one goes: a process that dies in between loses no guest.
   */
  FakeGuest adopt(GuestTarget target, String name) throws DriverException {
    return alone(
        () -> {
          admit(target);
          var host = target.host();
          var ours = guests.find(host, FakeGuest.nameOf(target.instance()));
          var foreign =
              guests
                  .find(host, name)
                  .filter(it -> it.instance().isEmpty())
                  .filter(it -> FakeGuest.foreignId(host, name).equals(target.instance()));
          if (ours.isPresent()) {
            requireOwned(ours.get(), target);
          }
          var guest =
              ours.or(() -> foreign)
                  .orElseThrow(
                      () ->
                          DriverException.instanceFault(
                              "no guest %s with the id %s on %s that could be adopted"
                                  .formatted(name, target.instance(), host)))
                  .adopted(target);
          store(host, guest.name(), Optional.of(guest), target.epoch());
          if (foreign.isPresent()) {
            store(host, name, Optional.empty(), target.epoch());
          }
          return guest;
        });
  }

  /** A guest that is there from the beginning; nothing on a host that had guests before. */
  void putOnce(String host, FakeGuest guest) throws DriverException {
    alone(
        () -> {
          var isNew = guests.epoch(host) == 0 && guests.find(host, guest.name()).isEmpty();
          if (isNew) {
            store(host, guest.name(), Optional.of(guest), 0);
          }
          return isNew;
        });
  }

  void put(String host, FakeGuest guest) throws DriverException {
    alone(
        () -> {
          store(host, guest.name(), Optional.of(guest), guests.epoch(host));
          return true;
        });
  }

  /** How often a guest was made for this instance and generation, over all hosts. */
  int spawns(InstanceId instance, long generation) throws DriverException {
    return alone(() -> guests.spawns(instance, generation));
  }

  /** Nobody else changes anything meanwhile, in this process or another. */
  private <T> T alone(Turns.Step<T> step) throws DriverException {
    return inTurn(() -> false, step);
  }

  private <T> T inTurn(BooleanSupplier onlyLooks, Turns.Step<T> step) throws DriverException {
    requireReachable();
    return turns.take(onlyLooks, step);
  }

  private void admit(GuestTarget target) throws DriverException {
    var seen = guests.epoch(target.host());
    if (target.epoch() < seen) {
      throw PastEpoch.refuse(target, seen);
    }
    if (target.epoch() > seen) {
      write(new FakeChange.EpochRaised(target.host(), target.epoch()));
    }
  }

  private static void requireOwned(FakeGuest guest, GuestTarget target) throws DriverException {
    if (guest.instance().isEmpty()) {
      throw DriverException.hostFault(
          guest.name() + " on " + target.host() + " is not a guest of ours");
    }
    if (guest.generation() > target.generation()) {
      throw DriverException.instanceFault(
          guest.name()
              + " belongs to generation "
              + guest.generation()
              + ", the command to "
              + target.generation());
    }
  }

  private void store(String host, String name, Optional<FakeGuest> guest, long epoch)
      throws DriverException {
    write(
        guest
            .<FakeChange>map(it -> new FakeChange.Kept(host, it, epoch))
            .orElseGet(() -> new FakeChange.Gone(host, name, epoch)));
  }

  private void write(FakeChange change) throws DriverException {
    if (state.isPresent()) {
      state.get().write(change);
    }
    guests.apply(change);
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
