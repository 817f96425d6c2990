package io.troupe.actors.simulation;

import static io.troupe.actors.simulation.SimHost.failure;
import static io.troupe.drivers.spi.DriverFailure.Kind.HOST_FAULT;
import static io.troupe.drivers.spi.DriverFailure.Kind.INSTANCE_FAULT;
import static io.troupe.drivers.spi.DriverFailure.Kind.RETRYABLE;
import static io.troupe.drivers.spi.DriverFailure.Kind.UNSUPPORTED;
import static java.util.stream.Collectors.toSet;

import io.troupe.actors.instance.GuestReported;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One host's hypervisor behind its driver actor: commands of an instance one after the other,
 * repetitions joined, a destroy cancels what it settles. Commands fail in every way, with and
 * without effect, or hang until they are cancelled.
 */
final class SimHypervisor {
  /**
   * @param generation of its mark; {@link #UNMARKED} of a guest that Troupe did not make
   * @param rescued whether it runs from a rescue disk
   * @param foreign whether somebody else made it; it may be adopted since
   * @param volumes by their ids
   * @param macs of its network cards
   * @param root the file that it boots from; empty when that is its own disk
   */
  record Guest(
      long generation,
      PowerState power,
      boolean rescued,
      boolean foreign,
      Set<String> volumes,
      Set<String> macs,
      String root) {
    static final long UNMARKED = -1;

    Guest {
      volumes = Set.copyOf(volumes);
      macs = Set.copyOf(macs);
    }

    static Guest madeOf(long generation, PowerState power, GuestSpec spec) {
      return new Guest(
          generation,
          power,
          false,
          false,
          Stream.concat(spec.volumes().stream(), spec.rootVolume().stream())
              .map(VolumeRef::id)
              .collect(toSet()),
          spec.nics().stream().map(GuestSpec.Nic::mac).collect(toSet()),
          spec.rootVolume().map(VolumeRef::name).orElse(""));
    }

    Guest of(long other) {
      return new Guest(other, power, rescued, foreign, volumes, macs, root);
    }

    Guest rescued(boolean is) {
      return new Guest(generation, power, is, foreign, volumes, macs, root);
    }

    Guest withVolumes(Set<String> all) {
      return new Guest(generation, power, rescued, foreign, all, macs, root);
    }

    Guest withMacs(Set<String> all) {
      return new Guest(generation, power, rescued, foreign, volumes, all, root);
    }

    boolean marked() {
      return generation != UNMARKED;
    }

    Guest in(PowerState other) {
      return new Guest(generation, other, rescued, foreign, volumes, macs, root);
    }
  }

  private static final class Job {
    private DriverCommand command;
    private final List<Consumer<StepOutcome.Result>> askers = new ArrayList<>();
    private boolean running;
    private boolean hangs;
    private boolean aborted;
    private boolean over;
  }

  private final World world;
  private final SimHost host;
  private final String name;
  private final Map<InstanceId, Guest> guests = new TreeMap<>();
  private final Map<InstanceId, Deque<Job>> lanes = new HashMap<>();
  private long epoch;
  private boolean reachable = true;
  private final Map<InstanceId, Long> lost = new HashMap<>();
  private final Set<InstanceId> everLost = new HashSet<>();

  /** The generation under which a guest is on its way here. */
  private final Map<InstanceId, Long> arriving = new HashMap<>();

  SimHypervisor(World world, SimHost host) {
    this.world = world;
    this.host = host;
    this.name = "hv-" + host.id();
  }

  String name() {
    return name;
  }

  boolean reachable() {
    return reachable;
  }

  Map<InstanceId, Guest> guests() {
    return new TreeMap<>(guests);
  }

  boolean has(InstanceId id) {
    return guests.containsKey(id);
  }

  /** Somebody makes a guest without us. */
  void putForeign(InstanceId id) {
    var power = PowerState.RUNNING;
    guests.put(id, new Guest(Guest.UNMARKED, power, false, true, Set.of(), Set.of(), ""));
  }

  void cutOff() {
    world.trace(name, () -> "cut off");
    reachable = false;
    lanes.values().stream()
        .flatMap(lane -> List.copyOf(lane).stream())
        .filter(job -> !job.running)
        .toList()
        .forEach(job -> end(job, failure(RETRYABLE, "cut off")));
  }

  void reachableAgain() {
    world.trace(name, () -> "reachable again");
    reachable = true;
  }

  /** Whether somebody removed the guest behind our back. */
  boolean lost(InstanceId instance, long generation) {
    return lost.getOrDefault(instance, -1L) == generation;
  }

  boolean wasEverLost(InstanceId instance) {
    return everLost.contains(instance);
  }

  boolean lostLately(InstanceId instance) {
    return lost.containsKey(instance) && !guests.containsKey(instance);
  }

  void guestChangesByItself() {
    if (guests.isEmpty()) {
      return;
    }
    var all = List.copyOf(guests.keySet());
    var instance = all.get(world.upTo(all.size()));
    var guest = guests.get(instance);
    if (world.instances.get(instance).state().moves().open().isPresent()) {
      return; // nobody touches by hand what is being moved
    }
    if (world.fault(0.1)) {
      world.trace(name, () -> instance + " is undefined by hand");
      guests.remove(instance);
      lost.put(instance, guest.generation());
      everLost.add(instance);
      if (world.fault(0.5)) {
        world.after(world.upTo(60_000), () -> definedAgain(instance, guest));
      }
      return;
    }
    var power =
        guest.power() == PowerState.RUNNING
            ? List.of(PowerState.SHUTDOWN, PowerState.CRASHED, PowerState.PAUSED).get(world.upTo(3))
            : PowerState.RUNNING;
    world.trace(name, () -> instance + " is now " + power + " by itself");
    guests.put(instance, guest.in(power));
    if (reachable && guest.marked()) {
      var report = GuestReported.seen(host.id(), guest.generation(), power, "by itself");
      world.send(name(), host.id().value(), () -> host.report(instance, report));
    }
  }

  /** By whoever had undefined it, unless something was made of the instance meanwhile. */
  private void definedAgain(InstanceId instance, Guest guest) {
    if (lost(instance, guest.generation())
        && host.isNewest(instance, guest.generation())
        && !world.instances.get(instance).busy()) {
      world.trace(name, () -> instance + " is defined again by hand");
      lost.remove(instance);
      guests.put(instance, guest.in(PowerState.SHUTDOWN));
    }
  }

  // ---- the driver actor

  void execute(DriverCommand command, Consumer<StepOutcome.Result> asker) {
    epoch = Math.max(epoch, command.target().epoch());
    var lane = lanes.computeIfAbsent(command.target().instance(), _ -> new ArrayDeque<>());
    var same = lane.stream().filter(job -> repeats(job.command, command)).findFirst();
    if (same.isPresent()) {
      if (!same.get().running) {
        same.get().command = command;
      }
      same.get().askers.add(asker);
      return;
    }
    if (!reachable) {
      asker.accept(failure(RETRYABLE, "not connected"));
      return;
    }
    if (command.goesBeside()) {
      world.after(1 + world.upTo(50), () -> asker.accept(beside(command, lane)));
      return;
    }
    if (command instanceof DriverCommand.Destroy) {
      List.copyOf(lane).stream()
          .filter(job -> isSettled(job.command, command))
          .forEach(this::cancel);
    }
    var job = new Job();
    job.command = command;
    job.askers.add(asker);
    lane.add(job);
    var left = Duration.between(world.now(), command.target().deadline()).toMillis();
    world.after(Math.max(0, left), () -> cancel(job));
    startNext(command.target().instance());
  }

  /** What is done to a migration under way does not wait for its end. */
  private StepOutcome.Result beside(DriverCommand command, Deque<Job> lane) {
    var migration =
        lane.stream()
            .filter(job -> job.running && job.command instanceof DriverCommand.LiveMigrate)
            .findFirst();
    var guest = guests.get(command.target().instance());
    if (command.target().epoch() < epoch) {
      return failure(RETRYABLE, "old epoch");
    }
    if (command instanceof DriverCommand.ForceComplete && migration.isEmpty()) {
      return failure(INSTANCE_FAULT, "no migration is under way");
    }
    migration.ifPresent(
        job -> {
          job.aborted |= command instanceof DriverCommand.AbortMigration;
          if (job.hangs) {
            job.hangs = false;
            world.after(world.upTo(500), () -> finish(job));
          }
        });
    return guest == null
        ? new StepOutcome.Guest(false, PowerState.NOSTATE)
        : new StepOutcome.Guest(true, guest.power());
  }

  private static boolean repeats(DriverCommand earlier, DriverCommand later) {
    return earlier.getClass() == later.getClass()
        && earlier.target().operation().equals(later.target().operation())
        && earlier.target().generation() == later.target().generation()
        && !earlier.isTakenBackBy(later);
  }

  private static boolean isSettled(DriverCommand earlier, DriverCommand destroy) {
    return !(earlier instanceof DriverCommand.Destroy)
        && earlier.target().generation() <= destroy.target().generation();
  }

  private void cancel(Job job) {
    if (job.over) {
      return;
    }
    if (!job.running) {
      end(job, failure(RETRYABLE, "not begun"));
    } else if (job.hangs) {
      job.hangs = false;
      world.after(world.upTo(2_000), () -> finish(job));
    }
  }

  private void startNext(InstanceId instance) {
    var lane = lanes.get(instance);
    if (lane.isEmpty() || lane.peek().running) {
      return;
    }
    var job = lane.peek();
    var target = job.command.target();
    if (target.epoch() < epoch || !target.deadline().isAfter(world.now())) {
      end(job, failure(RETRYABLE, "old epoch or too late"));
      return;
    }
    job.running = true;
    if (job.command instanceof DriverCommand.LiveMigrate(_, var ticket, _)) {
      destination(ticket).arriving.put(instance, generation(ticket));
    }
    job.hangs = world.fault(0.05);
    if (!job.hangs) {
      world.after(1 + world.upTo(world.fault(0.1) ? 20_000 : 200), () -> finish(job));
    }
  }

  private void finish(Job job) {
    if (job.over) {
      return;
    }
    if (job.command instanceof DriverCommand.LiveMigrate) {
      finishMigration(job);
      return;
    }
    if (world.fault(0.15)) {
      var kinds = DriverFailure.Kind.values();
      var drawn = kinds[world.upTo(kinds.length)];
      var kind = drawn == UNSUPPORTED && isForGood(job.command) ? INSTANCE_FAULT : drawn;
      if (world.fault(0.4)) {
        carryOut(job.command);
      }
      end(job, failure(kind, "failed by chance"));
    } else {
      end(job, carryOut(job.command));
    }
  }

  /** One that is said to have failed has not succeeded, nor has it before. */
  private void finishMigration(Job job) {
    var isHere = guests.containsKey(job.command.target().instance());
    if (isHere && job.aborted) {
      end(job, failure(INSTANCE_FAULT, "aborted"));
    } else if (world.fault(0.05)) {
      if (world.fault(0.4)) {
        carryOut(job.command);
      }
      end(job, failure(RETRYABLE, "failed by chance"));
    } else if (isHere && world.fault(0.1)) {
      end(job, failure(world.fault(0.5) ? HOST_FAULT : INSTANCE_FAULT, "failed by chance"));
    } else {
      end(job, carryOut(job.command));
    }
  }

  /** A driver has these or it has not, it does not change its mind; here it has. */
  private static boolean isForGood(DriverCommand command) {
    return switch (command) {
      case DriverCommand.Rescue _,
          DriverCommand.Unrescue _,
          DriverCommand.AttachVolume _,
          DriverCommand.DetachVolume _,
          DriverCommand.SwapVolume _,
          DriverCommand.AttachNic _,
          DriverCommand.DetachNic _,
          DriverCommand.OfferMove _,
          DriverCommand.PrepareMove _,
          DriverCommand.SendMove _,
          DriverCommand.FinishMove _,
          DriverCommand.TakeOver _,
          DriverCommand.Resize _ ->
          true;
      default -> false;
    };
  }

  private void end(Job job, StepOutcome.Result result) {
    world.trace(
        name, () -> job.command.name() + " " + job.command.target().instance() + " " + result);
    job.over = true;
    var instance = job.command.target().instance();
    lanes.get(instance).remove(job);
    job.askers.forEach(asker -> asker.accept(result));
    startNext(instance);
  }

  // ---- the hypervisor itself, as DriverCommand promises it

  private StepOutcome.Result carryOut(DriverCommand command) {
    var instance = command.target().instance();
    var generation = command.target().generation();
    var guest = guests.get(instance);
    if (guest != null && !guest.marked() && !(command instanceof DriverCommand.Adopt)) {
      return failure(INSTANCE_FAULT, "not a guest of ours");
    }
    if (guest != null && guest.generation() > generation) {
      return failure(INSTANCE_FAULT, "belongs to generation " + guest.generation());
    }
    return switch (command) {
      case DriverCommand.Spawn(var target, var spec, var keepsDisk) -> {
        var again = guest != null && guest.generation() == generation;
        if (!again && keepsDisk && !world.disks.takeOver(instance, generation, host.id())) {
          if (world.isAwaited(target) && !world.wasAdopted(instance)) {
            throw new AssertionError("the kept disk is gone that " + target + " is to be made on");
          }
          yield failure(INSTANCE_FAULT, "the disk is not there");
        }
        if (!again && !keepsDisk) {
          world.disks.make(instance, generation, host.id());
        }
        lost.remove(instance);
        var made = Guest.madeOf(generation, PowerState.RUNNING, spec);
        guests.put(instance, again ? guest.in(PowerState.RUNNING) : made);
        yield new StepOutcome.Guest(true, PowerState.RUNNING);
      }
      case DriverCommand.Adopt _ -> {
        if (guest == null) {
          yield noGuest();
        }
        guests.put(instance, guest.of(generation));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.OfferMove _ -> {
        if (guest == null || guest.rescued()) {
          yield failure(INSTANCE_FAULT, "cannot be moved");
        }
        yield new StepOutcome.Ticketed(MoveTicket.offered("sim", place(guest.generation())));
      }
      case DriverCommand.PrepareMove(_, _, var ticket, _, _) -> {
        world.disks.share(instance, Map.of(host.id(), generation));
        yield new StepOutcome.Ticketed(
            ticket.prepared(MoveTicket.Storage.BLOCK, place(generation)));
      }
      case DriverCommand.LiveMigrate(_, var ticket, _) -> {
        if (guest == null) {
          yield new StepOutcome.Guest(false, PowerState.NOSTATE);
        }
        if (guest.power() != PowerState.RUNNING && guest.power() != PowerState.PAUSED) {
          yield failure(INSTANCE_FAULT, "cannot migrate from " + guest.power());
        }
        var to = generation(ticket);
        var there = destination(ticket);
        var other = there.guests.get(instance);
        if (other != null && other.generation() > to) {
          yield failure(HOST_FAULT, "the destination has a newer one");
        }
        if (!there.arriving.remove(instance, to)) {
          yield failure(HOST_FAULT, "the destination has given it up");
        }
        guests.remove(instance);
        world.disks.takeOver(instance, to, there.host.id());
        there.guests.put(instance, guest.of(to));
        there.lost.remove(instance);
        yield new StepOutcome.Guest(false, PowerState.NOSTATE);
      }
      case DriverCommand.SendMove(_, var ticket) -> {
        if (guest == null || isOn(guest)) {
          yield failure(INSTANCE_FAULT, "not off");
        }
        world.transfers.add(instance + "." + ticket.destination().get("generation"));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.FinishMove(_, var spec, var ticket) -> {
        var come = guest != null && guest.generation() == generation;
        if (!come && !world.transfers.contains(instance + "." + generation)) {
          yield failure(INSTANCE_FAULT, "it has not come");
        }
        world.transfers.remove(instance + "." + generation);
        if (!come) {
          lost.remove(instance);
          guests.put(instance, Guest.madeOf(generation, PowerState.SHUTDOWN, spec));
        }
        yield new StepOutcome.Guest(true, guests.get(instance).power());
      }
      case DriverCommand.TakeOver _ -> {
        if (guest == null) {
          yield noGuest();
        }
        guests.put(instance, guest.of(generation));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.Resize _ -> {
        if (guest == null || isOn(guest)) {
          yield failure(INSTANCE_FAULT, "not off");
        }
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.Destroy(_, var keepsDisk) -> {
        world.disks.leave(instance, generation, host.id(), keepsDisk);
        world.transfers.remove(instance + "." + generation);
        arriving.computeIfPresent(instance, (_, to) -> to <= generation ? null : to);
        if (guest != null && guest.foreign() && !world.wasAdopted(instance)) {
          throw new AssertionError(instance + " removes a guest that was never adopted");
        }
        guests.remove(instance);
        yield new StepOutcome.Guest(false, PowerState.NOSTATE);
      }
      case DriverCommand.Inspect _ ->
          guest == null
              ? new StepOutcome.Guest(false, PowerState.NOSTATE)
              : new StepOutcome.Guest(true, guest.power());
      case DriverCommand.Start _, DriverCommand.Reboot _ ->
          guest == null ? noGuest() : power(instance, guest.generation(), PowerState.RUNNING);
      case DriverCommand.Pause _ -> change(guest, instance, PowerState.PAUSED, PowerState.RUNNING);
      case DriverCommand.Unpause _ ->
          change(guest, instance, PowerState.RUNNING, PowerState.PAUSED);
      case DriverCommand.Suspend _ ->
          change(guest, instance, PowerState.SUSPENDED, PowerState.RUNNING, PowerState.PAUSED);
      case DriverCommand.Resume _ ->
          change(guest, instance, PowerState.RUNNING, PowerState.SUSPENDED, PowerState.PAUSED);
      case DriverCommand.TriggerCrashDump _, DriverCommand.SetPassword _ ->
          guest == null ? noGuest() : change(guest, instance, guest.power());
      case DriverCommand.Rescue _ -> guest == null ? noGuest() : bootAs(guest, instance, true);
      case DriverCommand.Unrescue _ -> guest == null ? noGuest() : bootAs(guest, instance, false);
      case DriverCommand.Stop _ ->
          guest == null ? noGuest() : power(instance, guest.generation(), PowerState.SHUTDOWN);
      case DriverCommand.AttachVolume(_, var volume) -> {
        if (guest == null || guest.power() == PowerState.SUSPENDED) {
          yield failure(INSTANCE_FAULT, "no guest, or suspended");
        }
        var all = new TreeSet<>(guest.volumes());
        all.add(volume.id());
        guests.put(instance, guest.withVolumes(all));
        yield new StepOutcome.VolumeOnGuest("/dev/vd" + (char) ('a' + all.size()));
      }
      case DriverCommand.DetachVolume(_, var volume) -> {
        if (guest == null || guest.power() == PowerState.SUSPENDED) {
          yield failure(INSTANCE_FAULT, "no guest, or suspended");
        }
        var all = new TreeSet<>(guest.volumes());
        all.remove(volume);
        guests.put(instance, guest.withVolumes(all));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.SwapVolume(_, var from, var to) -> {
        if (guest == null || !isInMemory(guest)) {
          yield failure(INSTANCE_FAULT, "no guest, or not in memory");
        }
        if (!guest.volumes().contains(from.id()) && !guest.volumes().contains(to.id())) {
          yield failure(INSTANCE_FAULT, "has neither volume");
        }
        var all = new TreeSet<>(guest.volumes());
        all.remove(from.id());
        all.add(to.id());
        guests.put(instance, guest.withVolumes(all));
        yield new StepOutcome.VolumeOnGuest("/dev/vd" + (char) ('a' + all.size()));
      }
      case DriverCommand.AttachNic(_, var nic) -> {
        if (guest == null || guest.power() == PowerState.SUSPENDED) {
          yield failure(INSTANCE_FAULT, "no guest, or suspended");
        }
        var all = new TreeSet<>(guest.macs());
        all.add(nic.mac());
        guests.put(instance, guest.withMacs(all));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.DetachNic(_, var mac) -> {
        if (guest == null || guest.power() == PowerState.SUSPENDED) {
          yield failure(INSTANCE_FAULT, "no guest, or suspended");
        }
        var all = new TreeSet<>(guest.macs());
        all.remove(mac);
        guests.put(instance, guest.withMacs(all));
        yield new StepOutcome.Guest(true, guest.power());
      }
      case DriverCommand.Snapshot(_, var image, _) -> {
        if (guest == null) {
          yield noGuest();
        }
        yield world.images.fill(image)
            ? new StepOutcome.Done("")
            : failure(INSTANCE_FAULT, "no such image");
      }
      default -> throw new AssertionError("no operation asks here for " + command.name());
    };
  }

  private Map<String, String> place(long generation) {
    return Map.of("host", host.id().value(), "generation", Long.toString(generation));
  }

  private SimHypervisor destination(MoveTicket ticket) {
    return world.hosts.get(new HostId(ticket.destination().get("host"))).hypervisor;
  }

  private static long generation(MoveTicket ticket) {
    return Long.parseLong(ticket.destination().get("generation"));
  }

  private static boolean isOn(Guest guest) {
    return guest.power() != PowerState.SHUTDOWN && guest.power() != PowerState.CRASHED;
  }

  private static boolean isInMemory(Guest guest) {
    return guest.power() == PowerState.RUNNING || guest.power() == PowerState.PAUSED;
  }

  private StepOutcome.Result bootAs(Guest guest, InstanceId instance, boolean rescued) {
    guests.put(instance, guest.in(PowerState.RUNNING).rescued(rescued));
    return new StepOutcome.Guest(true, PowerState.RUNNING);
  }

  /** To a state that a guest comes to only from some others; in it already, nothing changes. */
  private StepOutcome.Result change(
      Guest guest, InstanceId instance, PowerState to, PowerState... from) {
    if (guest == null) {
      return noGuest();
    }
    return guest.power() == to || List.of(from).contains(guest.power())
        ? power(instance, guest.generation(), to)
        : failure(INSTANCE_FAULT, "cannot from " + guest.power());
  }

  private StepOutcome.Result power(InstanceId instance, long generation, PowerState power) {
    lost.remove(instance);
    guests.put(instance, guests.get(instance).of(generation).in(power));
    return new StepOutcome.Guest(true, power);
  }

  private static StepOutcome.Result noGuest() {
    return failure(INSTANCE_FAULT, "no such guest");
  }
}
