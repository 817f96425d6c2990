package io.troupe.actors.drain;

import io.troupe.actors.Answer;
import io.troupe.actors.Examples;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Rejection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VmState;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hosts and instances in memory, as far as a drain sees them, or a rebalancing. What instances are
 * told is done when {@link #work} is called; {@code h2} takes everything that leaves its host for
 * no host that is named.
 */
public final class DrainWorld implements Instances, Hosts {
  private static final class Guest {
    final InstanceId id;
    VmState vmState;
    VmState before;
    Optional<TaskState> task = Optional.empty();
    HostId host;
    Map<String, String> metadata;
    final List<OperationTrail> trails = new ArrayList<>();
    final List<Migration> migrations = new ArrayList<>();
    Optional<UserCommand> doing = Optional.empty();
    int fails;
    boolean refusesLive;

    Guest(InstanceId id, VmState vmState, HostId host, Map<String, String> metadata) {
      this.id = id;
      this.vmState = vmState;
      this.host = host;
      this.metadata = metadata;
    }
  }

  private final Map<InstanceId, Guest> guests = new LinkedHashMap<>();
  private final Map<HostId, Set<InstanceId>> claims = new HashMap<>();
  private final Map<HostId, Administration> decided = new HashMap<>();
  private final Set<HostId> down = new LinkedHashSet<>();

  /** Every command that has reached an instance for the first time. */
  public final List<UserCommand> begun = new ArrayList<>();

  /** What is sent to instances gets lost, and the sender hears of it. */
  public boolean isCutOff;

  /** These instances do not answer. */
  final Set<InstanceId> silent = new LinkedHashSet<>();

  // ---- what a test does

  public synchronized void put(
      int number, VmState vmState, HostId host, Map<String, String> metadata) {
    var id = Examples.instance(number);
    guests.put(id, new Guest(id, vmState, host, metadata));
    claims(host).add(id);
  }

  private Set<InstanceId> claims(HostId host) {
    return claims.computeIfAbsent(
        host, _ -> new TreeSet<>(Comparator.comparing(InstanceId::toString)));
  }

  synchronized void becomes(int number, VmState vmState, Optional<TaskState> task) {
    var guest = guests.get(Examples.instance(number));
    guest.vmState = vmState;
    guest.task = task;
  }

  public synchronized void failsNext(int number, int times) {
    guests.get(Examples.instance(number)).fails = times;
  }

  public synchronized void refusesLive(int number) {
    guests.get(Examples.instance(number)).refusesLive = true;
  }

  public synchronized void delete(int number) {
    var gone = guests.remove(Examples.instance(number));
    claims.values().forEach(all -> all.remove(gone.id));
  }

  synchronized void goesDown(HostId host, boolean isDown) {
    if (isDown) {
      down.add(host);
    } else {
      down.remove(host);
    }
  }

  /** Another resize or move by its owner: it waits on {@code h2} to be confirmed. */
  synchronized void isResizedAway(int number) {
    var guest = guests.get(Examples.instance(number));
    guest.before = guest.vmState;
    guest.vmState = VmState.RESIZED;
    guest.host = Examples.H2;
    claims(Examples.H2).add(guest.id);
    guest.migrations.add(migration(OperationId.fresh()));
  }

  synchronized VmState vmState(int number) {
    return guests.get(Examples.instance(number)).vmState;
  }

  public synchronized HostId hostOf(int number) {
    return guests.get(Examples.instance(number)).host;
  }

  synchronized Set<InstanceId> claimsOf(HostId host) {
    return Set.copyOf(claims(host));
  }

  synchronized boolean isEnabled(HostId host) {
    return decided.getOrDefault(host, Administration.USUAL).enabled();
  }

  public synchronized long underWay() {
    return guests.values().stream().filter(guest -> guest.doing.isPresent()).count();
  }

  /** Whatever is under way comes to its end. */
  public synchronized void work() {
    guests.values().forEach(this::work);
  }

  private void work(Guest guest) {
    if (guest.doing.isEmpty()) {
      return;
    }
    var command = guest.doing.get();
    guest.doing = Optional.empty();
    guest.task = Optional.empty();
    var error = Optional.<String>empty();
    if (guest.fails > 0) {
      guest.fails--;
      error = Optional.of("No valid host was found.");
    } else {
      switch (command) {
        case UserCommand.LiveMigrate(_, var to, _, _) -> {
          claims(guest.host).remove(guest.id);
          guest.host = to.orElse(Examples.H2);
          claims(guest.host).add(guest.id);
        }
        case UserCommand.Migrate(var origin, _) -> {
          guest.migrations.add(migration(origin.operation()));
          guest.before = guest.vmState;
          guest.vmState = VmState.RESIZED;
          guest.host = Examples.H2;
          claims(guest.host).add(guest.id);
        }
        case UserCommand.ConfirmResize _ -> {
          guest.vmState = guest.before;
          claims.forEach(
              (host, all) -> {
                if (!host.equals(guest.host)) {
                  all.remove(guest.id);
                }
              });
        }
        case UserCommand.Stop _ -> guest.vmState = VmState.STOPPED;
        default -> throw new AssertionError("no part of a drain: " + command);
      }
    }
    var trail = guest.trails.removeFirst();
    guest.trails.addFirst(
        new OperationTrail(
            trail.id(),
            trail.action(),
            trail.userId(),
            trail.projectId(),
            trail.startedAt(),
            trail.updatedAt(),
            Optional.of(Examples.NOW),
            error,
            List.of()));
  }

  private static Migration migration(OperationId operation) {
    return new Migration(
        operation,
        Migration.Type.MIGRATION,
        Migration.Status.FINISHED,
        Optional.of(Examples.H1),
        Optional.of(Examples.H2),
        "2",
        "2",
        "root",
        "admin",
        Examples.NOW,
        Examples.NOW);
  }

  // ---- instances

  @Override
  public synchronized CompletionStage<Answer<InstanceView>> command(
      InstanceId id, UserCommand command) {
    if (isCutOff) {
      return CompletableFuture.failedFuture(new IllegalStateException("cut off"));
    }
    var guest = guests.get(id);
    if (guest == null) {
      return refuse(new Rejection.NotFound("Instance", id.toString()));
    }
    if (guest.trails.stream().anyMatch(one -> one.id().equals(command.origin().operation()))) {
      return CompletableFuture.completedFuture(Answer.of(view(guest)));
    }
    boolean legal =
        switch (command) {
          case UserCommand.LiveMigrate _ ->
              !guest.refusesLive
                  && (guest.vmState == VmState.ACTIVE || guest.vmState == VmState.PAUSED);
          case UserCommand.Migrate _ ->
              guest.vmState == VmState.ACTIVE || guest.vmState == VmState.STOPPED;
          case UserCommand.ConfirmResize _ -> guest.vmState == VmState.RESIZED;
          case UserCommand.Stop _ -> guest.vmState == VmState.ACTIVE;
          default -> throw new AssertionError("no part of a drain: " + command);
        };
    if (!legal || guest.task.isPresent()) {
      return refuse(
          new Rejection.WrongState("move", id.toString(), "vm_state", guest.vmState.word()));
    }
    begun.add(command);
    guest.doing = Optional.of(command);
    guest.task = Optional.of(TaskState.MIGRATING);
    guest.trails.addFirst(
        new OperationTrail(
            command.origin().operation(),
            "x",
            command.origin().userId(),
            command.origin().projectId(),
            Examples.NOW,
            Examples.NOW,
            Optional.empty(),
            Optional.empty(),
            List.of()));
    return CompletableFuture.completedFuture(Answer.of(view(guest)));
  }

  private static InstanceView view(Guest guest) {
    return new InstanceView(
        guest.id,
        1,
        Examples.boot(0).withMetadata(guest.metadata),
        guest.vmState,
        guest.task,
        PowerState.RUNNING,
        Optional.ofNullable(guest.host),
        Optional.of("nova"),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Examples.NOW,
        Examples.NOW,
        Optional.empty(),
        Optional.empty(),
        guest.migrations,
        Optional.empty(),
        List.of());
  }

  @Override
  public synchronized CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    if (silent.contains(id)) {
      return CompletableFuture.failedFuture(new IllegalStateException("silent"));
    }
    return CompletableFuture.completedFuture(
        Optional.ofNullable(guests.get(id)).map(DrainWorld::view));
  }

  @Override
  public synchronized CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    return CompletableFuture.completedFuture(
        guests.containsKey(id) ? List.copyOf(guests.get(id).trails) : List.of());
  }

  @Override
  public InstanceId freshId() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<InstanceView>> check(InstanceId id, UserCommand command) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<InstanceView> all() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<InstanceView> ofProject(String projectId) {
    throw new UnsupportedOperationException();
  }

  // ---- hosts

  @Override
  public synchronized CompletionStage<Optional<HostView>> host(HostId id) {
    return CompletableFuture.completedFuture(
        claims.containsKey(id) ? Optional.of(view(id)) : Optional.empty());
  }

  synchronized void forget(HostId host) {
    claims.remove(host);
  }

  private HostView view(HostId id) {
    var own = decided.getOrDefault(id, Administration.USUAL);
    return new HostView(
        id,
        new ConnectionId("c"),
        Examples.inventory(id, 8, 8192, 100),
        1,
        1,
        1,
        Resources.NONE,
        Resources.NONE,
        List.copyOf(claims(id)),
        own.enabled(),
        own.disabledReason(),
        !down.contains(id),
        "nova",
        List.of(),
        Examples.NOW,
        false,
        0,
        List.of());
  }

  @Override
  public CompletionStage<HostStatus> status(HostId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<GuestPlace> place(HostId host, InstanceId instance, Resources size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized CompletionStage<Answer<HostView>> administer(
      HostId host, Administration.Change change) {
    decided.compute(host, (_, old) -> (old == null ? Administration.USUAL : old).changedBy(change));
    return CompletableFuture.completedFuture(Answer.of(view(host)));
  }

  @Override
  public CompletionStage<Answer<HostView>> equip(HostId host, Equipment.Change change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<HostView>> removeHost(HostId host) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<HostView>> hosts() {
    throw new UnsupportedOperationException("a drain has no business with other hosts");
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> register(
      String id, String uri, Map<String, String> options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<ConnectionView>> connections() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> connection(String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> setEnabled(
      String id, boolean enabled, String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> remove(String id) {
    throw new UnsupportedOperationException();
  }

  private static <T> CompletionStage<Answer<T>> refuse(Rejection reason) {
    return CompletableFuture.completedFuture(Answer.refuse(reason));
  }
}
