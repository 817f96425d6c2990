package io.troupe.actors.volume;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.Volume.Status;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What may happen to a project's volumes. Pure: the volumes, the limits and the time come in. A
 * refusal says why in Cinder's words where clients match them.
 */
public record VolumeRules(VolumesState state, VolumeLimits limits, Instant now) {

  /** A new volume; the same one however often it is asked for. */
  public Answer<Volume> create(Volume volume) {
    var there = state.volume(volume.id());
    if (there.isPresent()) {
      return Answer.of(there.get());
    }
    var refusal = tooLarge(volume.sizeGib()).or(() -> overQuota(1, volume.sizeGib()));
    if (refusal.isPresent()) {
      return Answer.refuse(refusal.get());
    }
    return volume.origin().isEmpty()
        ? Answer.of(volume)
        : ofSnapshot(volume, volume.origin().get().snapshotId());
  }

  private Answer<Volume> ofSnapshot(Volume volume, String snapshotId) {
    var from = state.snapshot(snapshotId);
    if (from.isEmpty()) {
      return Answer.refuse(new Rejection.NotFound("Snapshot", snapshotId));
    }
    if (from.get().status() != VolumeSnapshot.Status.AVAILABLE) {
      return Answer.refuse(
          invalid(
              "Invalid snapshot: Originating snapshot status must be one of 'available' values"));
    }
    if (volume.sizeGib() < from.get().sizeGib()) {
      return Answer.refuse(
          invalid(
              ("Invalid input received: Volume size '%d'GB cannot be smaller than the snapshot size"
                      + " %dGB. They must be >= original snapshot size.")
                  .formatted(volume.sizeGib(), from.get().sizeGib())));
    }
    return Answer.of(volume.madeOf(from.get()));
  }

  private Optional<Rejection> tooLarge(long gib) {
    return limits.largestGib() >= 0 && gib > limits.largestGib()
        ? Optional.of(
            invalid(
                "Requested volume size %d is larger than maximum allowed limit %d."
                    .formatted(gib, limits.largestGib())))
        : Optional.empty();
  }

  private Optional<Rejection> overQuota(int volumes, long gib) {
    var count = state.volumes().size();
    if (volumes > 0 && limits.volumes() >= 0 && count + volumes > limits.volumes()) {
      return Optional.of(new Rejection.QuotaExceeded("volumes", volumes, count, limits.volumes()));
    }
    var used = state.gigabytes();
    return limits.gigabytes() >= 0 && used + gib > limits.gigabytes()
        ? Optional.of(new Rejection.QuotaExceeded("gigabytes", gib, used, limits.gigabytes()))
        : Optional.empty();
  }

  /** What an owner asks of one; 404 when there is none. */
  public Answer<Volume> change(String id, VolumeChange change) {
    return find(id, volume -> change(volume, change));
  }

  private Answer<Volume> change(Volume volume, VolumeChange change) {
    return switch (change) {
      case VolumeChange.Describe(var name, var description, var metadata) ->
          Answer.of(
              volume.described(
                  name.orElse(volume.name()),
                  description.orElse(volume.description()),
                  metadata.orElse(volume.metadata()),
                  now));
      case VolumeChange.SetBootable(var bootable) -> Answer.of(volume.bootable(bootable, now));
      case VolumeChange.Extend(var gib) -> extend(volume, gib);
      case VolumeChange.Reimage(var operation, var image) -> reimage(volume, operation, image);
      case VolumeChange.Delete(), VolumeChange.GiveUp() -> delete(volume);
    };
  }

  /** One that no instance has. */
  private Answer<Volume> reimage(Volume volume, OperationId operation, GuestSpec.ImageRef image) {
    return volume.status() != Status.AVAILABLE
        ? Answer.refuse(notAvailable(volume))
        : anew(volume, operation, image);
  }

  private Answer<Volume> anew(Volume volume, OperationId operation, GuestSpec.ImageRef image) {
    if (state.isBeingCopied(volume.id())) {
      return Answer.refuse(
          invalid("A snapshot of volume %s is being made.".formatted(volume.id())));
    }
    var gib = Math.ceilDiv(image.virtualSizeBytes(), 1L << 30);
    return gib > volume.sizeGib()
        ? Answer.refuse(
            invalid(
                ("Invalid input received: Size of specified image %dGB is larger than volume size"
                        + " %dGB.")
                    .formatted(gib, volume.sizeGib())))
        : Answer.of(volume.reimaged(operation, image, now));
  }

  /**
   * The root volume of an instance begins anew; its guest has what it was until another guest is
   * made. The same however often one operation asks.
   */
  public Answer<Volume> reimaged(
      String id, InstanceId instance, OperationId operation, GuestSpec.ImageRef image) {
    return ofInstance(
        id,
        instance,
        volume ->
            volume.files().by().equals(Optional.of(operation))
                ? Answer.of(volume)
                : anew(volume, operation, image));
  }

  private Answer<Volume> extend(Volume volume, long gib) {
    if (volume.status() != Status.AVAILABLE) {
      return Answer.refuse(
          invalid(
              "Volume %s status must be '{'status': 'available'}' to extend, currently %s."
                  .formatted(volume.id(), volume.status().word())));
    }
    if (state.isBeingCopied(volume.id())) {
      return Answer.refuse(
          invalid("A snapshot of volume %s is being made.".formatted(volume.id())));
    }
    if (gib <= volume.sizeGib()) {
      return Answer.refuse(
          invalid(
              "New size for extend must be greater than current size. (current: %d, extended: %d)."
                  .formatted(volume.sizeGib(), gib)));
    }
    return tooLarge(gib)
        .or(() -> overQuota(0, gib - volume.sizeGib()))
        .<Answer<Volume>>map(Answer::refuse)
        .orElseGet(() -> Answer.of(volume.sized(gib, now)));
  }

  private Answer<Volume> delete(Volume volume) {
    return switch (volume.status()) {
      case AVAILABLE, ERROR ->
          state.hasSnapshotsOf(volume.id())
              ? Answer.refuse(
                  invalid(
                      ("Invalid volume: Volume status must be available or error and must not have"
                              + " snapshots: %s has some.")
                          .formatted(volume.id())))
              : Answer.of(volume.beingDeleted(now));
      case DELETING -> Answer.of(volume);
      case CREATING, DOWNLOADING, RESERVED, IN_USE, DETACHING ->
          Answer.refuse(
              invalid(
                  ("Invalid volume: Volume status must be available or error and must not be"
                          + " attached: %s is %s.")
                      .formatted(volume.id(), volume.status().word())));
    };
  }

  /**
   * The volume for an instance; the same answer however often it is asked. 400 when it is not free,
   * 409 when it lies where the instance's host does not see it.
   *
   * @param host empty while the instance is on none
   * @param pool that this host has, if it is known to have one
   */
  public Answer<Volume> connect(
      InstanceId instance,
      VolumeChoice choice,
      Optional<HostId> host,
      Optional<String> pool,
      String attachmentId,
      Optional<Volume> fresh) {
    var use = Volume.Use.begin(attachmentId, instance, host, now);
    if (state.volume(choice.volumeId()).isEmpty() && fresh.isPresent()) {
      return switch (create(fresh.get())) {
        case Answer.Accepted<Volume>(var made) -> reserve(made, use, host, pool);
        case Answer.Rejected<Volume> refused -> refused;
      };
    }
    return find(
        choice.volumeId(),
        volume ->
            choice.root() && !volume.bootable()
                ? Answer.refuse(
                    invalid(
                        "Block Device Mapping is Invalid: Volume %s is not bootable."
                            .formatted(volume.id())))
                : reserve(volume, use, host, pool));
  }

  private Answer<Volume> reserve(
      Volume volume, Volume.Use use, Optional<HostId> host, Optional<String> pool) {
    if (host.isPresent() && !isSeenFrom(volume, host.get(), pool)) {
      return Answer.refuse(elsewhere(volume, host.get()));
    }
    var mine = volume.use().filter(one -> one.instance().equals(use.instance()) && !one.leaving());
    if (mine.isPresent() && volume.status() != Status.DETACHING) {
      var isNew = host.filter(where -> !mine.get().hosts().contains(where));
      return Answer.of(isNew.map(where -> volume.alsoOn(where, now)).orElse(volume));
    }
    var isFresh = state.volume(volume.id()).isEmpty();
    if (volume.status() != Status.AVAILABLE && !isFresh) {
      return Answer.refuse(notAvailable(volume));
    }
    return Answer.of(volume.reservedFor(use, host, now));
  }

  // ---- snapshots

  /**
   * A snapshot of a volume; the same one however often it is asked for. 400 when the volume's state
   * does not allow it.
   */
  public Answer<VolumeSnapshot> snapshot(VolumeSnapshot.Wanted wanted) {
    var there = state.snapshot(wanted.id());
    if (there.isPresent()) {
      return Answer.of(there.get());
    }
    var volume = state.volume(wanted.volumeId());
    if (volume.isEmpty()) {
      return Answer.refuse(new Rejection.NotFound("Volume", wanted.volumeId()));
    }
    return notNow(volume.get(), wanted.isForced())
        .or(() -> tooManySnapshots(volume.get().sizeGib()))
        .<Answer<VolumeSnapshot>>map(Answer::refuse)
        .orElseGet(
            () -> Answer.of(VolumeSnapshot.of(wanted, volume.get(), where(volume.get()), now)));
  }

  private static Optional<Rejection> notNow(Volume volume, boolean isForced) {
    var isReady =
        volume.status() == Status.AVAILABLE || isForced && volume.status() == Status.IN_USE;
    if (!isReady) {
      return Optional.of(
          invalid(
              "Invalid volume: Volume %s status must be %s, but current status is: %s."
                  .formatted(
                      volume.id(),
                      isForced ? "available or in-use" : "available",
                      volume.status().word())));
    }
    return volume.use().filter(one -> one.hosts().size() != 1).isPresent()
        ? Optional.of(
            invalid(
                ("Invalid volume: its server %s may have volume %s on more than one host, as while a"
                        + " move of it is not settled.")
                    .formatted(volume.use().get().instance(), volume.id())))
        : Optional.empty();
  }

  /** The copy is made where the guest is that writes, if there is one. */
  private static Optional<HostId> where(Volume volume) {
    return volume.use().map(one -> one.hosts().iterator().next()).or(volume::host);
  }

  private Optional<Rejection> tooManySnapshots(long gib) {
    var count = state.snapshots().size();
    return limits.snapshots() >= 0 && count + 1 > limits.snapshots()
        ? Optional.of(new Rejection.QuotaExceeded("snapshots", 1, count, limits.snapshots()))
        : overQuota(0, gib);
  }

  /** What an owner asks of a snapshot; 404 when there is none. */
  public Answer<VolumeSnapshot> changeSnapshot(String id, VolumeChange change) {
    return state
        .snapshot(id)
        .map(snapshot -> change(snapshot, change))
        .orElseGet(() -> Answer.refuse(new Rejection.NotFound("Snapshot", id)));
  }

  private Answer<VolumeSnapshot> change(VolumeSnapshot snapshot, VolumeChange change) {
    return switch (change) {
      case VolumeChange.Describe(var name, var description, var metadata) ->
          Answer.of(
              snapshot.described(
                  name.orElse(snapshot.name()),
                  description.orElse(snapshot.description()),
                  metadata.orElse(snapshot.metadata()),
                  now));
      case VolumeChange.GiveUp() when snapshot.status() == VolumeSnapshot.Status.CREATING ->
          Answer.of(snapshot.givenUp(now));
      case VolumeChange.Delete(), VolumeChange.GiveUp() -> delete(snapshot);
      case VolumeChange.SetBootable _, VolumeChange.Extend _, VolumeChange.Reimage _ ->
          Answer.refuse(invalid("A snapshot stays as it is."));
    };
  }

  private Answer<VolumeSnapshot> delete(VolumeSnapshot snapshot) {
    var awaiting =
        state.volumes().stream()
            .filter(volume -> volume.status() != Status.ERROR && volume.status() != Status.DELETING)
            .filter(volume -> volume.awaitedSnapshot().filter(snapshot.id()::equals).isPresent())
            .findFirst();
    if (awaiting.isPresent()) {
      return Answer.refuse(
          invalid(
              "Invalid snapshot: volume %s is still being made of snapshot %s."
                  .formatted(awaiting.get().id(), snapshot.id())));
    }
    return switch (snapshot.status()) {
      case AVAILABLE, ERROR -> Answer.of(snapshot.beingDeleted(now));
      case DELETING -> Answer.of(snapshot);
      case CREATING ->
          Answer.refuse(
              invalid(
                  "Invalid snapshot: Volume Snapshot status must be available or error: %s is %s."
                      .formatted(snapshot.id(), snapshot.status().word())));
    };
  }

  /** A volume that would go now that it is free stays when there are snapshots of it. */
  Volume sparing(Volume volume) {
    return volume.status() == Status.DELETING
            && state.hasSnapshotsOf(volume.id())
            && state.volume(volume.id()).filter(one -> one.use().isPresent()).isPresent()
        ? volume.spared(now)
        : volume;
  }

  // ---- where volumes can be had

  /** Whether it lies there, or nowhere yet, or in a pool that the host has too. */
  static boolean isSeenFrom(Volume volume, HostId host, Optional<String> pool) {
    return volume.host().filter(lies -> !lies.equals(host)).isEmpty()
        || volume.pool().isPresent() && volume.pool().equals(pool);
  }

  static Rejection elsewhere(Volume volume, HostId host) {
    return new Rejection.Conflict(
        ("Volume %s lies on the storage of host %s%s, and the server is on host %s: it can be"
                + " attached only where that storage is.")
            .formatted(
                volume.id(),
                volume.host().map(HostId::value).orElse("?"),
                volume.pool().map(name -> " (pool " + name + ")").orElse(""),
                host));
  }

  static Rejection notAvailable(Volume volume) {
    return invalid(
        "Invalid volume: volume %s status must be available, but current status is: %s."
            .formatted(volume.id(), volume.status().word()));
  }

  /** The instance has it. */
  public Answer<Volume> attached(String id, InstanceId instance, String device) {
    return step(id, instance, volume -> volume.attachedAs(device, now));
  }

  public Answer<Volume> beginDetaching(String id, InstanceId instance) {
    return step(id, instance, volume -> volume.beingDetached(now));
  }

  /** The driver has confirmed that the guest does not have it any more. */
  public Answer<Volume> detached(String id, InstanceId instance) {
    return step(id, instance, volume -> volume.free(now));
  }

  /** No guest of the instance has what was to be new in it. */
  public Answer<Volume> asBefore(String id, InstanceId instance) {
    return step(id, instance, volume -> volume.asBefore(now));
  }

  /** The instance does not count on it any more, though a guest of it may still have it. */
  public Answer<Volume> released(String id, InstanceId instance) {
    return step(id, instance, volume -> volume.leaving(false, now));
  }

  private Answer<Volume> step(String id, InstanceId instance, UnaryOperator<Volume> then) {
    return ofInstance(id, instance, volume -> Answer.of(then.apply(volume)));
  }

  private Answer<Volume> ofInstance(
      String id, InstanceId instance, Function<Volume, Answer<Volume>> then) {
    return find(
        id,
        volume ->
            volume
                    .use()
                    .filter(use -> use.instance().equals(instance) && !use.leaving())
                    .isPresent()
                ? then.apply(volume)
                : Answer.refuse(
                    new Rejection.Conflict(
                        "Volume %s is not attached to server %s.".formatted(id, instance))));
  }

  private Answer<Volume> find(String id, Function<Volume, Answer<Volume>> then) {
    return state
        .volume(id)
        .map(then)
        .orElseGet(() -> Answer.refuse(new Rejection.NotFound("Volume", id)));
  }

  private static Rejection invalid(String message) {
    return new Rejection.Invalid("", message);
  }
}
