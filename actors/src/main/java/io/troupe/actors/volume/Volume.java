package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A block device that outlives the instances it is attached to.
 *
 * @param id a UUID
 * @param userId who made it
 * @param name empty when it has none
 * @param sizeGib GiB
 * @param image what it began with
 * @param bootable whether an instance may have it as its root disk
 * @param host on which it lies; empty until it was first given to an instance
 * @param made whether it is known to lie there; else it may, or may not yet
 * @param use the instance that has it, is to get it, or may still have it
 * @param fault why it is in error, empty otherwise
 */
public record Volume(
    String id,
    String projectId,
    String userId,
    String name,
    String description,
    long sizeGib,
    Map<String, String> metadata,
    Optional<GuestSpec.ImageRef> image,
    boolean bootable,
    Status status,
    Optional<HostId> host,
    boolean made,
    Optional<Use> use,
    String fault,
    Instant createdAt,
    Instant updatedAt)
    implements CborSerializable {

  /** Cinder's words. */
  public enum Status {
    AVAILABLE("available"),
    /** For an instance that does not have it yet. */
    RESERVED("reserved"),
    IN_USE("in-use"),
    /** On its way out of an instance, or until it is known that it is out. */
    DETACHING("detaching"),
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
   * An instance's hold on the volume.
   *
   * @param attachmentId a UUID
   * @param device as the guest names it, empty before it has it
   * @param leaving whether the instance has let go, and only the host has to confirm it
   * @param deleteAfter whether the volume goes when it is free
   */
  public record Use(
      String attachmentId,
      InstanceId instance,
      String device,
      boolean leaving,
      boolean deleteAfter,
      Instant since) {}

  /** What has to be done for a volume now; each may be repeated. */
  public sealed interface Work {
    /** It is to lie on this host. */
    record Make(HostId host) implements Work {}

    /** Whether the host still holds a claim of the instance, and so maybe a guest with it. */
    record AskIfGone(HostId host, InstanceId instance) implements Work {}

    /** It is to be removed from this host. */
    record Remove(HostId host) implements Work {}
  }

  public Volume {
    metadata = Map.copyOf(metadata);
  }

  /** A new one, which lies nowhere. */
  public static Volume fresh(
      String id, String projectId, String userId, VolumeChoice.NewVolume wanted, Instant now) {
    return new Volume(
        id,
        projectId,
        userId,
        wanted.name(),
        "",
        wanted.sizeGib(),
        Map.of(),
        wanted.image(),
        wanted.image().isPresent(),
        Status.AVAILABLE,
        Optional.empty(),
        false,
        Optional.empty(),
        "",
        now,
        now);
  }

  /** The same new one with its owner's words. */
  public Volume describedAs(String words, Map<String, String> items) {
    return described(name, words, items, updatedAt);
  }

  /** How hosts know it. */
  @JsonIgnore
  public VolumeRef ref() {
    return new VolumeRef(id, "troupe-volume-" + id + ".qcow2", "qcow2");
  }

  public boolean isUsedBy(InstanceId instance) {
    return use.filter(one -> one.instance().equals(instance)).isPresent();
  }

  /** The one thing to do for it; empty when nothing is. */
  public Optional<Work> next() {
    return switch (status) {
      case RESERVED -> made ? Optional.empty() : host.map(Work.Make::new);
      case DETACHING ->
          use.filter(Use::leaving)
              .flatMap(one -> host.map(where -> new Work.AskIfGone(where, one.instance())));
      case DELETING -> host.map(Work.Remove::new);
      case AVAILABLE, IN_USE, ERROR -> Optional.empty();
    };
  }

  // ---- what becomes of it

  Volume described(String newName, String newDescription, Map<String, String> items, Instant now) {
    return new Volume(
        id,
        projectId,
        userId,
        newName,
        newDescription,
        sizeGib,
        items,
        image,
        bootable,
        status,
        host,
        made,
        use,
        fault,
        createdAt,
        now);
  }

  Volume bootable(boolean is, Instant now) {
    return new Volume(
        id,
        projectId,
        userId,
        name,
        description,
        sizeGib,
        metadata,
        image,
        is,
        status,
        host,
        made,
        use,
        fault,
        createdAt,
        now);
  }

  /** Larger; its storage follows when it is next given to an instance. */
  Volume sized(long gib, Instant now) {
    return new Volume(
        id,
        projectId,
        userId,
        name,
        description,
        gib,
        metadata,
        image,
        bootable,
        status,
        host,
        false,
        use,
        fault,
        createdAt,
        now);
  }

  Volume reservedFor(Use by, HostId where, Instant now) {
    return in(Status.RESERVED, Optional.of(where), made, Optional.of(by), "", now);
  }

  Volume madeThere(Instant now) {
    return in(status, host, true, use, "", now);
  }

  /** Its host has no room: nothing was made, it lies nowhere unless it did before. */
  Volume turnedAway(boolean layThereBefore, Instant now) {
    var where = layThereBefore ? host : Optional.<HostId>empty();
    return in(Status.AVAILABLE, where, false, Optional.empty(), "", now);
  }

  Volume failed(String why, Instant now) {
    return in(Status.ERROR, host, false, Optional.empty(), why, now);
  }

  Volume attachedAs(String device, Instant now) {
    var by = use.orElseThrow();
    var named = device.isEmpty() ? by.device() : device;
    var attached =
        new Use(by.attachmentId(), by.instance(), named, false, by.deleteAfter(), by.since());
    return in(Status.IN_USE, host, made, Optional.of(attached), "", now);
  }

  Volume beingDetached(Instant now) {
    return in(Status.DETACHING, host, made, use, "", now);
  }

  /** The instance is done with it; its host has to confirm that no guest has it. */
  Volume leaving(boolean deleteAfter, Instant now) {
    var by = use.orElseThrow();
    var left =
        new Use(by.attachmentId(), by.instance(), by.device(), true, deleteAfter, by.since());
    return in(Status.DETACHING, host, made, Optional.of(left), "", now);
  }

  /** Nobody has it any more. */
  Volume free(Instant now) {
    var goes = use.filter(Use::deleteAfter).isPresent();
    return in(goes ? Status.DELETING : Status.AVAILABLE, host, made, Optional.empty(), "", now);
  }

  Volume beingDeleted(Instant now) {
    return in(Status.DELETING, host, made, Optional.empty(), "", now);
  }

  private Volume in(
      Status newStatus,
      Optional<HostId> where,
      boolean isMade,
      Optional<Use> by,
      String why,
      Instant now) {
    return new Volume(
        id,
        projectId,
        userId,
        name,
        description,
        sizeGib,
        metadata,
        image,
        bootable,
        newStatus,
        where,
        isMade,
        by,
        why,
        createdAt,
        now);
  }
}
