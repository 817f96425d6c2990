package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What was in a volume at one moment: a copy that stands on nothing, beside the volume. Of a volume
 * that lies nowhere there is nothing to copy, and the snapshot lies nowhere either.
 *
 * @param id a UUID
 * @param userId who made it
 * @param name empty when it has none
 * @param volumeId the volume that it is of
 * @param sizeGib of that volume then, GiB
 * @param image what the volume began with
 * @param bootable whether an instance may have a volume of it as its root disk
 * @param host on which it lies
 * @param pool whether its storage is one that several hosts have
 * @param fault why it is in error, empty otherwise
 */
public record VolumeSnapshot(
    String id,
    String projectId,
    String userId,
    String name,
    String description,
    String volumeId,
    long sizeGib,
    Map<String, String> metadata,
    Optional<GuestSpec.ImageRef> image,
    boolean bootable,
    Status status,
    Optional<HostId> host,
    Optional<String> pool,
    String fault,
    Instant createdAt,
    Instant updatedAt)
    implements Stored, CborSerializable {

  /** Cinder's words. */
  public enum Status {
    CREATING("creating"),
    AVAILABLE("available"),
    DELETING("deleting"),
    ERROR("error");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /**
   * As its owner asks for one.
   *
   * @param id a UUID, chosen by who asks, so that a repetition is the same one
   * @param isForced whether a volume that is in use will do
   */
  public record Wanted(
      String id,
      String userId,
      String name,
      String description,
      String volumeId,
      Map<String, String> metadata,
      boolean isForced) {
    public Wanted {
      metadata = Map.copyOf(metadata);
    }
  }

  public VolumeSnapshot {
    metadata = Map.copyOf(metadata);
  }

  /**
   * A new one of this volume.
   *
   * @param where the copy is made; empty when there is nothing to copy
   */
  static VolumeSnapshot of(Wanted wanted, Volume volume, Optional<HostId> where, Instant now) {
    return new VolumeSnapshot(
        wanted.id(),
        volume.projectId(),
        wanted.userId(),
        wanted.name(),
        wanted.description(),
        volume.id(),
        volume.sizeGib(),
        wanted.metadata(),
        volume.image(),
        volume.bootable(),
        where.isPresent() ? Status.CREATING : Status.AVAILABLE,
        where,
        where.isPresent() ? volume.pool() : Optional.empty(),
        "",
        now,
        now);
  }

  @Override
  @JsonIgnore
  public VolumeRef ref() {
    return new VolumeRef(id, "troupe-snapshot-" + id + ".qcow2", "qcow2");
  }

  @Override
  @JsonIgnore
  public boolean made() {
    return status == Status.AVAILABLE || status == Status.DELETING && fault.isEmpty();
  }

  @Override
  @JsonIgnore
  public boolean isAtRest() {
    return made();
  }

  @Override
  public Optional<Volume.Work> next() {
    return switch (status) {
      case CREATING -> host.map(where -> new Volume.Work.Copy(where, volumeId));
      case DELETING -> host.map(Volume.Work.Remove::new);
      case AVAILABLE, ERROR -> Optional.empty();
    };
  }

  /** Whether nothing of it is left anywhere once it is to go. */
  boolean isGone() {
    return status == Status.DELETING && host.isEmpty();
  }

  VolumeSnapshot described(
      String newName, String newDescription, Map<String, String> items, Instant now) {
    return new VolumeSnapshot(
        id,
        projectId,
        userId,
        newName,
        newDescription,
        volumeId,
        sizeGib,
        items,
        image,
        bootable,
        status,
        host,
        pool,
        fault,
        createdAt,
        now);
  }

  /** The copy is whole. */
  public VolumeSnapshot copied(Optional<String> inPool, Instant now) {
    return in(Status.AVAILABLE, inPool, "", now);
  }

  /** What was never whole keeps saying why: its host may still be at it. */
  VolumeSnapshot beingDeleted(Instant now) {
    return in(Status.DELETING, pool, fault, now);
  }

  /** Nobody waits for it any more; its host may still be at it. */
  VolumeSnapshot givenUp(Instant now) {
    return in(Status.DELETING, pool, "It was given up before it was whole.", now);
  }

  @Override
  public VolumeSnapshot failed(String why, Instant now) {
    return in(Status.ERROR, pool, why, now);
  }

  private VolumeSnapshot in(Status newStatus, Optional<String> inPool, String why, Instant now) {
    return new VolumeSnapshot(
        id,
        projectId,
        userId,
        name,
        description,
        volumeId,
        sizeGib,
        metadata,
        image,
        bootable,
        newStatus,
        host,
        inPool,
        why,
        createdAt,
        now);
  }
}
