package io.troupe.actors.simulation;

import static java.util.stream.Collectors.toCollection;

import io.troupe.actors.Examples;
import io.troupe.actors.host.Claim;
import io.troupe.actors.host.Holding;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.instance.Eviction;
import io.troupe.actors.instance.GuestReported;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A host with its log but without an actor. It does what {@code HostActor} does. */
final class SimHost {
  private static final FleetSettings SETTINGS =
      new FleetSettings(5_000, 15_000, 1, 1, 1, 0, 0, 0, "zone-1");

  private record Waiting(InstanceId instance, OperationId operation, String command) {}

  private record Asked(long question, Optional<Long> leaves, Consumer<StepOutcome.Result> asker) {}

  private final World world;
  private final HostId id;
  final SimHypervisor hypervisor;

  private HostState state;
  private int incarnation;
  private boolean up = true;
  private boolean epochIsOurs;
  private final Map<Waiting, Asked> waiting = new HashMap<>();
  private long questions;
  private final Set<InstanceId> building = new HashSet<>();
  private Set<InstanceId> touched = new HashSet<>();
  private Set<InstanceId> touchedBefore = Set.of();
  private final Set<InstanceId> shown = new HashSet<>();
  private final Map<InstanceId, Long> standing = new HashMap<>();
  private static final int ASK_ANYWAY = 12;

  /** ms; an answer may be lost. */
  private static final long DRIVER_ANSWER = HostActor.RUN_ANSWER.plusSeconds(10).toMillis();

  private int comparisons;

  /**
   * @param room how many instances fit
   */
  SimHost(World world, HostId id, int room) {
    this.world = world;
    this.id = id;
    this.hypervisor = new SimHypervisor(world, this);
    this.state =
        HostState.UNKNOWN.evolve(
            new HostEvent.Discovered(
                new ConnectionId("c-" + id),
                inPool(Examples.inventory(id, room, room * 1024L, room), world.pool)));
  }

  private static HostInventory inPool(HostInventory seen, Optional<SharedPool> pool) {
    return new HostInventory(
        seen.name(),
        seen.hypervisorType(),
        seen.hypervisorVersion(),
        seen.architecture(),
        seen.guestType(),
        seen.total(),
        seen.address(),
        pool.map(SharedPool::trait).map(Set::of).orElse(Set.of()),
        seen.details());
  }

  HostId id() {
    return id;
  }

  HostState state() {
    return state;
  }

  HostRow row() {
    return state.row(
        id,
        0,
        new HostState.Surroundings("zone-1", Map.of(), true, "", up),
        building.size(),
        SETTINGS);
  }

  void crash() {
    world.trace("crash", id::toString);
    incarnation++;
    up = false;
    epochIsOurs = false;
    waiting.clear();
    building.clear();
    touched.clear();
    touchedBefore = Set.of();
    shown.clear();
    standing.clear();
  }

  private void persist(HostEvent event) {
    world.trace("event", () -> id + " " + event);
    if (event instanceof HostEvent.Released(var instance)) {
      standing.remove(instance);
      shown.remove(instance);
    }
    state = state.evolve(event);
  }

  // ---- claims

  void makeClaim(RequestSpec spec, long generation, Consumer<StepOutcome.Result> reply) {
    if (!up && state.claim(spec.instance()).filter(one -> !one.condemned()).isPresent()) {
      reply.accept(failure(DriverFailure.Kind.RETRYABLE, "the hypervisor does not answer"));
      return;
    }
    var refusal =
        up ? state.refusal(spec, generation, row()) : Optional.of("the hypervisor does not answer");
    if (refusal.isPresent()) {
      world.trace(id.value(), () -> "refuses " + spec.instance() + ": " + refusal.get());
      reply.accept(new StepOutcome.ClaimRefused(refusal.get()));
      return;
    }
    building.add(spec.instance());
    var claim =
        new Claim(
            spec.instance(),
            generation,
            spec.resources(),
            spec.group(),
            false,
            holding(spec),
            false);
    if (state.claim(spec.instance()).filter(claim::equals).isEmpty()) {
      persist(new HostEvent.Claimed(claim));
    }
    reply.accept(new StepOutcome.Claimed("zone-1"));
  }

  private static Holding holding(RequestSpec spec) {
    var own = Importance.of(spec.extraSpecs());
    return new Holding(
        Optional.empty(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        own.preemptible() ? Optional.of(own.priority()) : Optional.empty(),
        Optional.empty());
  }

  void release(InstanceId instance, long generation, Consumer<StepOutcome.Result> reply) {
    building.remove(instance);
    if (state.claim(instance).filter(claim -> claim.generation() <= generation).isPresent()) {
      persist(new HostEvent.Released(instance));
    }
    reply.accept(new StepOutcome.Done(""));
  }

  void condemn(
      InstanceId instance, long generation, boolean keepsDisk, Consumer<StepOutcome.Result> reply) {
    var claim = state.claim(instance).filter(one -> one.generation() <= generation);
    if (claim.filter(one -> !one.condemned()).isPresent()) {
      persist(new HostEvent.Condemned(instance, keepsDisk));
      evict(instance, claim.get().generation());
    }
    reply.accept(new StepOutcome.Done(""));
  }

  /** Not answered while somebody has still to leave: it is asked again. */
  void preempt(
      Preemption preemption,
      int priority,
      InstanceId by,
      OperationId operation,
      Consumer<StepOutcome.Result> reply) {
    var yielding = state.yielding(preemption, priority);
    if (yielding.isEmpty()) {
      reply.accept(new StepOutcome.Done(""));
    }
    for (Claim claim : yielding) {
      var eviction =
          new Eviction(
              id, claim.generation(), preemption.mode(), preemption.graceMillis(), by, operation);
      world.toInstance(id, claim.instance(), one -> one.handle(eviction));
    }
  }

  private void evict(InstanceId instance, long generation) {
    if (up) {
      var operation = new OperationId("req-evict-" + instance);
      var deadline = world.now().plusSeconds(20);
      var target = new GuestTarget(instance, id.value(), generation, 0, operation, deadline);
      var keepsDisk = state.claim(instance).filter(Claim::keepsDisk).isPresent();
      run(new DriverCommand.Destroy(target, keepsDisk), Optional.of(generation), _ -> {});
    }
  }

  // ---- driver commands

  void run(DriverCommand command, Consumer<StepOutcome.Result> reply) {
    run(command, Optional.empty(), reply);
  }

  /** {@code leaves}: up to which generation the claim is given back with it. */
  void run(DriverCommand command, Optional<Long> leaves, Consumer<StepOutcome.Result> reply) {
    if (!epochIsOurs) {
      persist(new HostEvent.EpochTaken(state.epoch() + 1));
      epochIsOurs = true;
    }
    var target = command.target();
    var key = new Waiting(target.instance(), target.operation(), command.name());
    var question = ++questions;
    waiting.put(key, new Asked(question, leaves, reply));
    touched.add(target.instance());
    var mine = incarnation;
    world.after(
        DRIVER_ANSWER,
        () -> {
          if (mine == incarnation && isWaitedFor(key, question)) {
            touched.add(key.instance());
            waiting.remove(key);
          }
        });
    hypervisor.execute(
        command.withEpoch(state.epoch()),
        result -> {
          if (mine == incarnation) {
            world.send(
                hypervisor.name(), id.value(), () -> fromDriver(mine, key, question, result));
          }
        });
  }

  private boolean isWaitedFor(Waiting key, long question) {
    return waiting.containsKey(key) && waiting.get(key).question() == question;
  }

  private void fromDriver(int of, Waiting key, long question, StepOutcome.Result result) {
    if (of != incarnation) {
      return;
    }
    touched.add(key.instance());
    if (!isWaitedFor(key, question)) {
      return;
    }
    var asked = waiting.remove(key);
    building.remove(key.instance());
    if (result instanceof StepOutcome.Guest guest) {
      if (guest.present()) {
        shown.add(key.instance());
      } else {
        shown.remove(key.instance());
      }
    }
    if (result instanceof StepOutcome.Guest && asked.leaves().isPresent()) {
      release(key.instance(), asked.leaves().get(), _ -> asked.asker().accept(result));
      return;
    }
    asked.asker().accept(result);
  }

  // ---- what the hypervisor shows

  void heartbeat() {
    if (!hypervisor.reachable()) {
      up = false;
      return;
    }
    var wasUp = up;
    up = true;
    if (!wasUp) {
      evictCondemned();
    }
  }

  private void evictCondemned() {
    state.claims().stream()
        .filter(Claim::condemned)
        .toList()
        .forEach(claim -> evict(claim.instance(), claim.generation()));
  }

  /** The answer may be old when it comes, or be one to a question before the last. */
  void reconcile() {
    if (!hypervisor.reachable()) {
      return;
    }
    touchedBefore = touched;
    touched = waiting.keySet().stream().map(Waiting::instance).collect(toCollection(HashSet::new));
    var mine = incarnation;
    var comparison = ++comparisons;
    world.send(
        id.value(),
        hypervisor.name() + " lists",
        () -> {
          var guests = hypervisor.guests();
          world.send(
              hypervisor.name() + " lists",
              id.value(),
              () -> {
                if (mine == incarnation && comparison == comparisons) {
                  guestsSeen(guests);
                }
              });
        });
  }

  private void guestsSeen(Map<InstanceId, SimHypervisor.Guest> guests) {
    evictCondemned();
    for (Claim claim : state.claims()) {
      if (!claim.condemned()) {
        var there = guests.get(claim.instance());
        var guest = there != null && there.marked() ? there : null; // else it is nobody's
        if (touched.contains(claim.instance())) {
          continue;
        }
        if (guest != null) {
          shown.add(claim.instance());
          var report = GuestReported.seen(id, guest.generation(), guest.power(), "seen");
          report(claim.instance(), report);
        } else if (shown.contains(claim.instance()) || stood(claim)) {
          report(claim.instance(), GuestReported.gone(id, claim.generation(), "gone"));
        }
        if (!touchedBefore.contains(claim.instance())
            && (!stood(claim) || comparisons % ASK_ANYWAY == 0)) {
          world.toInstance(id, claim.instance(), one -> one.confirmClaim(this, claim.generation()));
        }
      }
    }
  }

  private boolean stood(Claim claim) {
    return standing.getOrDefault(claim.instance(), -1L) == claim.generation();
  }

  void report(InstanceId instance, GuestReported report) {
    if (state.claim(instance).isPresent()) {
      // through the instance's shard, where answers do not go: neither waits for the other
      world.send(
          id + " reports", instance.toString(), () -> world.instances.get(instance).handle(report));
    }
  }

  /** Whether the instance is promised to this host with this generation, and with none since. */
  boolean isNewest(InstanceId instance, long generation) {
    return state
        .claim(instance)
        .filter(claim -> claim.generation() == generation && !claim.condemned())
        .isPresent();
  }

  void confirmed(
      InstanceId instance, long generation, boolean stands, boolean foreign, boolean atRest) {
    var leftOver =
        state
            .claim(instance)
            .filter(claim -> !claim.condemned() && claim.generation() == generation);
    if (stands) {
      leftOver.filter(_ -> atRest).ifPresent(claim -> standing.put(instance, generation));
    } else if (leftOver.isPresent() && foreign) {
      persist(new HostEvent.Released(instance));
    } else if (leftOver.isPresent()) {
      persist(new HostEvent.Condemned(instance, false));
      evict(instance, generation);
    }
  }

  static StepOutcome.Result failure(DriverFailure.Kind kind, String why) {
    return new StepOutcome.DriverFailed(new DriverFailure(kind, why));
  }

  @Override
  public String toString() {
    return id + " " + List.copyOf(state.claims()) + " guests " + hypervisor.guests();
  }
}
