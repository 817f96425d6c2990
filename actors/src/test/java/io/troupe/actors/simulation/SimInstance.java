package io.troupe.actors.simulation;

import io.troupe.actors.instance.DeadlinePassed;
import io.troupe.actors.instance.Decision;
import io.troupe.actors.instance.Effect;
import io.troupe.actors.instance.InstanceEvent;
import io.troupe.actors.instance.InstanceInput;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.ReclaimDue;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An instance with a journal but without an actor. It does what {@code InstanceActor} does: events
 * that may wait are not written until the next one that may not, so a crash takes them away.
 */
final class SimInstance {
  private static final long ENTITY_ANSWER = 5_000;
  private static final long DRIVER_ANSWER = 10_000;

  private final World world;
  private final InstanceId id;
  private final String name;
  private final List<InstanceEvent> journal = new ArrayList<>();
  private InstanceState written;
  private InstanceState ahead;
  private List<InstanceEvent> waiting = new ArrayList<>();
  private int incarnation;
  private boolean everAdopted;

  /** What a host has given back with the guest that it removed. */
  private record Left(OperationId operation, HostId host, long generation) {}

  private Optional<Left> left = Optional.empty();
  private boolean down;

  SimInstance(World world, InstanceId id) {
    this.world = world;
    this.id = id;
    this.name = id.toString();
    this.written = InstanceState.absent(id);
    this.ahead = written;
  }

  InstanceState state() {
    return ahead;
  }

  InstanceId id() {
    return id;
  }

  /** Whether an adoption has succeeded once. */
  boolean everAdopted() {
    everAdopted |=
        ahead.trails().stream()
            .filter(trail -> trail.action().equals("adopt"))
            .anyMatch(trail -> trail.finishedAt().isPresent() && trail.error().isEmpty());
    return everAdopted;
  }

  boolean busy() {
    return down || ahead.operation().isPresent();
  }

  void crash() {
    if (down) {
      return;
    }
    world.trace("crash", () -> name + " loses " + waiting.size() + " events");
    down = true;
    incarnation++;
    left = Optional.empty();
    waiting = new ArrayList<>();
    world.after(1 + world.upTo(3_000), this::recover);
  }

  private void recover() {
    down = false;
    ahead = InstanceState.absent(id);
    for (InstanceEvent event : journal) {
      ahead = ahead.evolve(event);
    }
    if (!ahead.equals(written)) {
      throw new AssertionError("replay differs from live: " + ahead + " " + written);
    }
    settle();
  }

  void command(UserCommand command) {
    if (!down) {
      world.trace("user", () -> command.getClass().getSimpleName() + " " + name);
      handle(world.completed(command, ahead));
    }
  }

  /** As the node's waker does, now and then. */
  void wake() {
    handle(new ReclaimDue(new OperationId("req-reclaim-" + world.now().toEpochMilli())));
  }

  void confirmClaim(SimHost host, long generation) {
    if (!down) {
      var stands = ahead.standsBy(host.id(), generation);
      var foreign = ahead.leavesItsGuestAlone();
      var atRest = ahead.operation().isEmpty();
      world.send(
          name, host.id().value(), () -> host.confirmed(id, generation, stands, foreign, atRest));
    }
  }

  void handle(InstanceInput input) {
    if (down) {
      return;
    }
    switch (ahead.decide(input, world.now(), world.settings())) {
      case Decision.Accept(var events) -> commit(events);
      case Decision.Reject(var reason) -> {
        if (!(input instanceof UserCommand)) {
          throw new AssertionError("refused " + input + ": " + reason);
        }
      }
      case Decision.AskAgain(var after, var why) -> {
        world.trace("again", () -> name + " " + why);
        later(after.toMillis(), this::perform);
      }
    }
  }

  private void commit(List<InstanceEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    waiting.addAll(events);
    events.forEach(event -> world.trace("event", () -> name + " " + event));
    var unwritten = ahead.unwritten(events);
    if (unwritten.isPresent()) {
      ahead = unwritten.get();
    } else {
      if (world.fault(0.01)) {
        crash();
        return;
      }
      var toWrite =
          waiting.size() == 1
              ? waiting.getFirst()
              : new InstanceEvent.Several(waiting, waiting.getLast().at());
      waiting = new ArrayList<>();
      journal.add(toWrite);
      written = written.evolve(toWrite);
      ahead = written;
    }
    if (world.fault(0.01)) {
      crash();
      return;
    }
    settle();
  }

  private void settle() {
    ahead
        .operation()
        .ifPresent(
            operation -> {
              var left = Duration.between(world.now(), operation.deadline()).toMillis();
              later(Math.max(0, left) + 1, () -> handle(new DeadlinePassed(operation.id())));
              perform();
            });
  }

  /** A timer: it does not outlive the incarnation. */
  private void later(long millis, Runnable what) {
    var mine = incarnation;
    world.after(
        millis,
        () -> {
          if (mine == incarnation && !down) {
            what.run();
          }
        });
  }

  // ---- asking

  private void perform() {
    if (ahead.next(world.settings()) instanceof Effect.Ask ask) {
      put(ask);
    }
  }

  private void put(Effect.Ask ask) {
    var answered = new boolean[1];
    var startedAt = world.now();
    var toDriver = ask.what() instanceof Effect.RunOnHost;
    var mine = incarnation;
    var over = new boolean[1];
    Consumer<StepOutcome.Result> reply =
        result ->
            world.answer(
                () -> {
                  // What a driver says is true of this attempt: an ask takes one answer, in time.
                  if (toDriver && (over[0] || mine != incarnation)) {
                    return;
                  }
                  over[0] = true;
                  answered[0] = true;
                  if (ask.what() instanceof Effect.RunOnHost(var host, _, var leaves)
                      && leaves
                      && result instanceof StepOutcome.Guest) {
                    left = Optional.of(new Left(ask.operation(), host, ask.generation()));
                  }
                  handle(
                      new StepOutcome(
                          ask.operation(), ask.step(), ask.generation(), startedAt, result));
                });
    later(
        toDriver ? DRIVER_ANSWER : ENTITY_ANSWER,
        () -> {
          over[0] = true;
          if (!answered[0] && isCurrent(ask)) {
            perform();
          }
        });
    switch (ask.what()) {
      case Effect.ReserveQuota(_, var amount, var group, var generation) ->
          to("project", reply, () -> world.reserve(id, amount, group, generation));
      case Effect.ReleaseQuota _ -> to("project", reply, () -> world.releaseQuota(id));
      case Effect.Place(var spec, var mayPreempt) ->
          to("scheduler", reply, () -> world.place(spec, mayPreempt));
      case Effect.Preempt(var preemption, var priority) ->
          toHost(
              preemption.host(),
              one -> one.preempt(preemption, priority, id, ask.operation(), reply));
      case Effect.Permit _ -> to("scheduler", reply, world::permit);
      case Effect.MakeImage(var image) ->
          to("images", reply, () -> done(() -> world.images.make(id, image)));
      case Effect.DropImage(var image) ->
          to("images", reply, () -> done(() -> world.images.drop(image)));
      case Effect.RotateBackups(_, var type, var kept) ->
          to("images", reply, () -> done(() -> world.images.rotate(id, type, kept)));
      case Effect.AttachPort(var project, var choice, var index) ->
          to(choice.networkId(), reply, () -> world.attach(id, project, choice, index));
      case Effect.ReleasePorts(var network) ->
          to(network, reply, () -> world.releasePorts(id, network));
      case Effect.ClaimHost(var host, var generation, var spec) ->
          toHost(host, one -> one.makeClaim(spec, generation, reply));
      case Effect.ReleaseHost(var host, var generation) -> {
        if (left.equals(Optional.of(new Left(ask.operation(), host, generation)))) {
          reply.accept(new StepOutcome.Done(""));
        } else {
          toHost(host, one -> one.release(id, generation, reply));
        }
      }
      case Effect.CondemnGuest(var host, var generation, var keepsDisk) ->
          toHost(host, one -> one.condemn(id, generation, keepsDisk, reply));
      case Effect.ConnectVolume(_, _, var choice, var host) ->
          to("volumes", reply, () -> world.volumes.connect(id, choice, host));
      case Effect.MarkVolume(_, var volume, var device) ->
          to("volumes", reply, () -> world.volumes.attached(volume, id, device));
      case Effect.BeginDetaching(_, var volume) ->
          to("volumes", reply, () -> world.volumes.beginDetaching(volume, id));
      case Effect.FreeVolume(_, var volume) ->
          to("volumes", reply, () -> world.volumes.detached(volume, id));
      case Effect.ReleaseVolumes(_, var deleteAfter) ->
          to("volumes", reply, () -> world.volumes.releaseAll(id, deleteAfter));
      case Effect.ConnectVolumes(_, var host, var beside) ->
          to("volumes", reply, () -> world.volumes.connectAll(id, host, beside, world::hasNoClaim));
      case Effect.MarkVolumes(_, var devices) ->
          to("volumes", reply, () -> world.volumes.markAll(id, devices));
      case Effect.SnapVolume(_, var snapshot) ->
          to("volumes", reply, () -> world.volumes.snap(snapshot));
      case Effect.DropSnapshot(_, var snapshot) ->
          to("volumes", reply, () -> world.volumes.giveUp(snapshot));
      case Effect.ReimageVolume(_, var volume, var image) ->
          to("volumes", reply, () -> world.volumes.reimaged(volume, id, ask.operation(), image));
      case Effect.UndoReimage(_, var volume) ->
          to("volumes", reply, () -> world.volumes.asBefore(volume, id));
      case Effect.KeepVolumes _ -> to("volumes", reply, () -> world.volumes.keepAll(id));
      case Effect.ReleaseVolume(_, var volume) ->
          to("volumes", reply, () -> world.volumes.release(volume, id));
      case Effect.ReleasePort(var network, var port) ->
          to(network, reply, () -> world.releasePort(network, port));
      case Effect.RunOnHost(var host, var command, var leaves) ->
          toHost(
              host,
              one ->
                  one.run(
                      command, leaves ? Optional.of(ask.generation()) : Optional.empty(), reply));
    }
  }

  private static StepOutcome.Result done(Runnable what) {
    what.run();
    return new StepOutcome.Done("");
  }

  private boolean isCurrent(Effect.Ask ask) {
    return ahead.operation().filter(now -> now.id().equals(ask.operation())).stream()
        .anyMatch(now -> now.current().filter(ask.step()::equals).isPresent());
  }

  private void to(
      String whom, Consumer<StepOutcome.Result> reply, Supplier<StepOutcome.Result> question) {
    world.send(name, whom, () -> reply.accept(question.get()));
  }

  private void toHost(HostId host, Consumer<SimHost> message) {
    world.send(name, host.value(), () -> message.accept(world.hosts.get(host)));
  }

  @Override
  public String toString() {
    return name + (down ? " down " : " ") + ahead.vmState() + " " + ahead.operation();
  }
}
