package io.troupe.actors.volume;

import io.troupe.actors.Answer;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.instance.VolumePlace;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * One project's volumes without their actor; what is made lies on its host at once, in the pool
 * that all hosts have if there is one.
 */
public final class VolumeDesk {
  private static final VolumeLimits UNLIMITED = new VolumeLimits(-1, -1, -1);

  private final Supplier<Instant> clock;
  private final Optional<String> pool;
  private VolumesState state = VolumesState.EMPTY;

  public VolumeDesk(Supplier<Instant> clock, Optional<String> pool) {
    this.clock = clock;
    this.pool = pool;
  }

  public void create(String id, String projectId) {
    var wanted = new VolumeChoice.NewVolume("", 1, Optional.empty());
    put(Volume.fresh(id, projectId, "alice", wanted, clock.get()).bootable(true, clock.get()));
  }

  public StepOutcome.Result connect(
      InstanceId instance, VolumeChoice choice, Optional<HostId> host) {
    var attachment = "attachment of " + choice.volumeId() + " to " + instance;
    return connected(rules().connect(instance, choice, host, pool, attachment, Optional.empty()));
  }

  private Volume made(Volume volume) {
    return volume.next().filter(Volume.Work.Make.class::isInstance).isEmpty()
        ? volume
        : volume.madeThere(pool, clock.get());
  }

  /** All of the instance's on one host, when no other host but {@code beside} has a claim of it. */
  public StepOutcome.Result connectAll(
      InstanceId instance, HostId host, Set<HostId> beside, BiPredicate<HostId, InstanceId> gone) {
    for (Volume volume : countedOn(instance)) {
      if (!VolumeRules.isSeenFrom(volume, host, pool)) {
        return new StepOutcome.VolumeRefused(VolumeRules.elsewhere(volume, host));
      }
      for (HostId other : volume.use().orElseThrow().hosts()) {
        if (!other.equals(host) && !beside.contains(other)) {
          if (!gone.test(other, instance)) {
            return new StepOutcome.DriverFailed(
                new DriverFailure(DriverFailure.Kind.RETRYABLE, "a guest may still be there"));
          }
          put(state.volume(volume.id()).orElseThrow().notOn(other, clock.get()));
        }
      }
    }
    var places = new HashMap<String, VolumePlace>();
    for (Volume volume : countedOn(instance)) {
      var here = made(volume.alsoOn(host, clock.get()));
      put(here);
      places.put(here.id(), new VolumePlace(here.host(), here.pool()));
    }
    return new StepOutcome.VolumesConnected(places);
  }

  public StepOutcome.Result markAll(InstanceId instance, Map<String, String> devices) {
    countedOn(instance)
        .forEach(
            volume -> put(volume.attachedAs(devices.getOrDefault(volume.id(), ""), clock.get())));
    return new StepOutcome.Done("");
  }

  /** Whole when the actor goes on. */
  public StepOutcome.Result snap(VolumeSnapshot.Wanted wanted) {
    return kept(rules().snapshot(wanted));
  }

  public StepOutcome.Result giveUp(String snapshotId) {
    return kept(rules().changeSnapshot(snapshotId, new VolumeChange.GiveUp()));
  }

  private StepOutcome.Result kept(Answer<VolumeSnapshot> answer) {
    return switch (answer) {
      case Answer.Accepted<VolumeSnapshot>(var snapshot) -> {
        put(snapshot);
        yield new StepOutcome.Done("");
      }
      case Answer.Rejected<VolumeSnapshot>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  public StepOutcome.Result reimaged(
      String id, InstanceId instance, OperationId operation, GuestSpec.ImageRef image) {
    return state.isBeingCopied(id)
        ? new StepOutcome.DriverFailed(
            new DriverFailure(DriverFailure.Kind.RETRYABLE, "a snapshot is being made"))
        : connected(rules().reimaged(id, instance, operation, image));
  }

  public StepOutcome.Result asBefore(String id, InstanceId instance) {
    return connected(rules().asBefore(id, instance));
  }

  private StepOutcome.Result connected(Answer<Volume> answer) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) -> {
        var made = made(volume);
        put(made);
        yield new StepOutcome.VolumeConnected(
            made.ref(),
            made.use().orElseThrow().attachmentId(),
            made.sizeGib(),
            new VolumePlace(made.host(), made.pool()));
      }
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  public StepOutcome.Result keepAll(InstanceId instance) {
    countedOn(instance).forEach(volume -> put(volume.keptFor(clock.get())));
    return new StepOutcome.Done("");
  }

  public StepOutcome.Result release(String id, InstanceId instance) {
    return state.volume(id).filter(volume -> volume.isUsedBy(instance)).isEmpty()
        ? new StepOutcome.Done("")
        : step(rules().released(id, instance));
  }

  private List<Volume> countedOn(InstanceId instance) {
    return state.usedBy(instance).stream()
        .filter(volume -> volume.use().filter(Volume.Use::leaving).isEmpty())
        .toList();
  }

  public StepOutcome.Result attached(String id, InstanceId instance, String device) {
    return step(rules().attached(id, instance, device));
  }

  public StepOutcome.Result beginDetaching(String id, InstanceId instance) {
    return step(rules().beginDetaching(id, instance));
  }

  public StepOutcome.Result detached(String id, InstanceId instance) {
    return state.volume(id).filter(volume -> volume.isUsedBy(instance)).isEmpty()
        ? new StepOutcome.Done("")
        : step(rules().detached(id, instance));
  }

  public StepOutcome.Result releaseAll(InstanceId instance, List<String> deleteAfter) {
    for (Volume volume : state.usedBy(instance)) {
      if (volume.use().filter(Volume.Use::leaving).isEmpty()) {
        put(volume.leaving(deleteAfter.contains(volume.id()), clock.get()));
      }
    }
    return new StepOutcome.Done("");
  }

  /**
   * What the actor does again and again.
   *
   * @param gone whether the host has no claim of the instance
   * @param needed whether the instance, asked about a volume that is reserved for it, wants it
   */
  public void goOn(BiPredicate<HostId, InstanceId> gone, BiPredicate<InstanceId, String> needed) {
    for (VolumeSnapshot snapshot : List.copyOf(state.snapshots())) {
      switch (snapshot.next().orElse(null)) {
        case Volume.Work.Copy _ -> put(snapshot.copied(pool, clock.get()));
        case Volume.Work.Remove _ ->
            state =
                state.evolve(new VolumeEvent.SnapshotsChanged(List.of(), List.of(snapshot.id())));
        case null, default -> {}
      }
    }
    for (Volume volume : List.copyOf(state.volumes())) {
      var use = volume.use();
      if (volume.status() == Volume.Status.RESERVED
          && use.filter(one -> needed.test(one.instance(), volume.id())).isEmpty()
          && use.isPresent()) {
        detached(volume.id(), use.get().instance());
        continue;
      }
      switch (volume.next().orElse(null)) {
        case Volume.Work.AskIfGone(var host, var instance) when gone.test(host, instance) ->
            put(volume.notOn(host, clock.get()));
        case Volume.Work.RemoveFile(_, var file) -> put(volume.withoutFile(file));
        case Volume.Work.Remove _ ->
            state = state.evolve(new VolumeEvent.VolumesChanged(List.of(), List.of(volume.id())));
        case null, default -> {}
      }
    }
  }

  public Collection<VolumeSnapshot> snapshots() {
    return state.snapshots();
  }

  public Collection<Volume> volumes() {
    return state.volumes();
  }

  private VolumeRules rules() {
    return new VolumeRules(state, UNLIMITED, clock.get());
  }

  private StepOutcome.Result step(Answer<Volume> answer) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) -> {
        put(volume);
        yield new StepOutcome.Done("");
      }
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  private void put(VolumeSnapshot snapshot) {
    state =
        state.evolve(
            snapshot.isGone()
                ? new VolumeEvent.SnapshotsChanged(List.of(), List.of(snapshot.id()))
                : new VolumeEvent.SnapshotsChanged(List.of(snapshot), List.of()));
  }

  private void put(Volume volume) {
    state = state.evolve(new VolumeEvent.VolumesChanged(List.of(volume), List.of()));
  }
}
