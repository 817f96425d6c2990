package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A block device that outlives the instances it is attached to.
 *
 * @param id a UUID
 * @param userId who made it
 * @param name empty when it has none
 * @param sizeGib GiB
 * @param image what it began with
 * @param origin the snapshot that it is made of; absent before there were such
 * @param bootable whether an instance may have it as its root disk
 * @param host on which it lies; empty until it was first given to an instance
 * @param pool whether its storage is one that several hosts have; absent before there were such
 * @param made whether it is known to lie there; else it may, or may not yet
 * @param use the instance that has it, is to get it, or may still have it
 * @param fault why it is in error, empty otherwise
 * @param files which of its files it is; absent before a volume could have another one
 * @param enlarged whether it lies there, smaller than it is to be, and no host has been asked for
 *     more yet
 * @param zone in which it was asked to lie; absent from before it could be
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
    Optional<Origin> origin,
    boolean bootable,
    Status status,
    Optional<HostId> host,
    Optional<String> pool,
    boolean made,
    Optional<Use> use,
    String fault,
    Instant createdAt,
    Instant updatedAt,
    Files files,
    boolean enlarged,
    Optional<String> zone)
    implements Stored, CborSerializable {

  /** Cinder's words. */
  public enum Status {
    /** A copy of a snapshot that is not whole yet, or one that is looked a place for. */
    CREATING("creating"),
    AVAILABLE("available"),
    /** For an instance that does not have it yet. */
    RESERVED("reserved"),
    /** It begins anew from an image, and no instance has it. */
    DOWNLOADING("downloading"),
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
   * A snapshot that a volume is made of.
   *
   * @param copied whether the volume has what was in it; till then the snapshot has to stay
   */
  public record Origin(String snapshotId, boolean copied) {}

  /**
   * A volume that begins anew from another image gets another file beside the one it has, which
   * stays until a guest is known to have the new one: what comes to nothing is as it was.
   *
   * @param current the number of the file that is the volume; the first one is 0
   * @param last the highest number there was: none is used again
   * @param by the operation that wanted the latest one
   * @param before what the volume is if nothing comes of it; empty once it is settled
   * @param old numbers of files that are to be removed
   */
  public record Files(
      int current, int last, Optional<OperationId> by, Optional<Before> before, Set<Integer> old) {
    static final Files FIRST = new Files(0, 0, Optional.empty(), Optional.empty(), Set.of());

    public Files {
      old = Set.copyOf(old);
    }

    Files next(OperationId operation, Before whenNothingComesOfIt) {
      return new Files(
          last + 1,
          last + 1,
          Optional.of(operation),
          before.or(() -> Optional.of(whenNothingComesOfIt)),
          before.isPresent() ? with(current) : old);
    }

    /** The new one it is. */
    Files settled() {
      return before
          .map(it -> new Files(current, last, by, Optional.empty(), with(it.file())))
          .orElse(this);
    }

    Files back() {
      return before
          .map(it -> new Files(it.file(), last, by, Optional.empty(), with(current)))
          .orElse(this);
    }

    Files without(int removed) {
      var left = new HashSet<>(old);
      left.remove(removed);
      return new Files(current, last, by, before, left);
    }

    private Set<Integer> with(int one) {
      var more = new HashSet<>(old);
      more.add(one);
      return more;
    }
  }

  /**
   * What a volume was before it began anew.
   *
   * @param file its number
   * @param made whether that is known to lie there, in its full size
   */
  public record Before(
      int file,
      Optional<GuestSpec.ImageRef> image,
      Optional<Origin> origin,
      boolean bootable,
      boolean made) {}

  /**
   * An instance's hold on the volume.
   *
   * @param attachmentId a UUID
   * @param device as the guest names it, empty before it has it
   * @param leaving whether the instance has let go, and only the host has to confirm it
   * @param deleteAfter whether the volume goes when it is free
   * @param hosts on which a guest of the instance may have it; null where the volume's own was the
   *     only one that could be
   * @param kept whether the instance counts on it though no guest has it, as while it is shelved
   */
  public record Use(
      String attachmentId,
      InstanceId instance,
      String device,
      boolean leaving,
      boolean deleteAfter,
      Instant since,
      Set<HostId> hosts,
      boolean kept) {
    public Use {
      hosts = hosts == null ? null : Set.copyOf(hosts);
    }

    static Use begin(
        String attachmentId, InstanceId instance, Optional<HostId> host, Instant since) {
      return new Use(
          attachmentId,
          instance,
          "",
          false,
          false,
          since,
          host.map(Set::of).orElseGet(Set::of),
          host.isEmpty());
    }

    Use at(String otherDevice) {
      return new Use(attachmentId, instance, otherDevice, false, deleteAfter, since, hosts, false);
    }

    Use on(Set<HostId> others, boolean isKept) {
      return new Use(attachmentId, instance, device, leaving, deleteAfter, since, others, isKept);
    }

    Use leaves(boolean isDeletedAfter) {
      return new Use(attachmentId, instance, device, true, isDeletedAfter, since, hosts, false);
    }
  }

  /** What has to be done for a volume now; each may be repeated. */
  public sealed interface Work {
    /** A place is to be found for it. */
    record Place(Optional<String> zone) implements Work {}

    /** It is to lie on this host. */
    record Make(HostId host) implements Work {}

    /** Whether the host still holds a claim of the instance, and so maybe a guest with it. */
    record AskIfGone(HostId host, InstanceId instance) implements Work {}

    /** What is in the volume of this id is to be copied on this host. */
    record Copy(HostId host, String volumeId) implements Work {}

    /** A file that it was is to be removed from this host. */
    record RemoveFile(HostId host, int file) implements Work {}

    /** It is to be removed from this host. */
    record Remove(HostId host) implements Work {}
  }

  public Volume {
    metadata = Map.copyOf(metadata);
    pool = pool == null ? Optional.empty() : pool;
    origin = origin == null ? Optional.empty() : origin;
    files = files == null ? Files.FIRST : files;
    zone = zone == null ? Optional.empty() : zone;
    var lies = host;
    use =
        use.map(
            one ->
                one.hosts() == null
                    ? one.on(lies.map(Set::of).orElseGet(Set::of), one.kept())
                    : one);
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
        wanted.snapshotId().map(from -> new Origin(from, false)),
        wanted.image().isPresent(),
        Status.AVAILABLE,
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        "",
        now,
        now,
        Files.FIRST,
        false,
        Optional.empty());
  }

  /** The same new one, to lie in a zone if it is given a place before anybody has it. */
  public Volume inZone(Optional<String> wanted) {
    return with(it -> it.zone = wanted);
  }

  /** The same new one, which is given a place before anybody has it. */
  public Volume toBePlaced(Optional<String> inZone) {
    return with(
        it -> {
          it.status = Status.CREATING;
          it.host = Optional.empty();
          it.pool = Optional.empty();
          it.made = false;
          it.use = Optional.empty();
          it.fault = "";
          it.zone = inZone;
        });
  }

  /** A place has been found for it; the host may still refuse. */
  Volume placedOn(HostId where, Instant now) {
    return in(status, Optional.of(where), false, use, "", now);
  }

  /** That place was none. */
  Volume unplaced(Instant now) {
    return in(status, Optional.empty(), false, use, "", now);
  }

  /** The same new one with its owner's words. */
  public Volume describedAs(String words, Map<String, String> items) {
    return described(name, words, items, updatedAt);
  }

  /** A copy of this snapshot, where that lies, if it lies anywhere. */
  Volume madeOf(VolumeSnapshot snapshot) {
    var isCopy = snapshot.host().isPresent();
    return with(
        it -> {
          it.image = snapshot.image();
          it.origin = Optional.of(new Origin(snapshot.id(), !isCopy));
          it.bootable = snapshot.bootable();
          it.status = isCopy ? Status.CREATING : status;
          it.host = snapshot.host();
          it.pool = snapshot.pool();
          it.made = false;
          it.use = Optional.empty();
          it.fault = "";
          it.enlarged = false;
        });
  }

  /** The snapshot that has to be copied into it yet. */
  Optional<String> awaitedSnapshot() {
    return origin.filter(from -> !from.copied()).map(Origin::snapshotId);
  }

  @Override
  @JsonIgnore
  public VolumeRef ref() {
    return file(files.current());
  }

  /** The file of this number. */
  VolumeRef file(int number) {
    var name = "troupe-volume-" + id + (number == 0 ? "" : "." + number) + ".qcow2";
    return new VolumeRef(id, name, "qcow2");
  }

  @Override
  @JsonIgnore
  public boolean isAtRest() {
    return made || enlarged;
  }

  public boolean isUsedBy(InstanceId instance) {
    return use.filter(one -> one.instance().equals(instance)).isPresent();
  }

  @Override
  public Optional<Work> next() {
    return switch (status) {
      case CREATING -> Optional.of(host.<Work>map(Work.Make::new).orElse(new Work.Place(zone)));
      case DOWNLOADING -> host.map(Work.Make::new);
      case RESERVED ->
          made || use.filter(one -> one.hosts().isEmpty()).isPresent()
              ? removeFile()
              : host.map(Work.Make::new);
      case DETACHING ->
          use.filter(Use::leaving)
              .flatMap(
                  one ->
                      one.hosts().stream()
                          .min(Comparator.comparing(HostId::value))
                          .map(where -> new Work.AskIfGone(where, one.instance())));
      case DELETING -> removeFile().or(() -> host.map(Work.Remove::new));
      case AVAILABLE, IN_USE, ERROR -> removeFile();
    };
  }

  private Optional<Work> removeFile() {
    return host.flatMap(
        where ->
            files.old().stream()
                .min(Comparator.naturalOrder())
                .map(file -> new Work.RemoveFile(where, file)));
  }

  // ---- what becomes of it

  Volume described(String newName, String newDescription, Map<String, String> items, Instant now) {
    return with(
        it -> {
          it.name = newName;
          it.description = newDescription;
          it.metadata = items;
          it.updatedAt = now;
        });
  }

  Volume bootable(boolean is, Instant now) {
    return with(
        it -> {
          it.bootable = is;
          it.updatedAt = now;
        });
  }

  /** Larger; its storage follows when it is next given to an instance. */
  Volume sized(long gib, Instant now) {
    return with(
        it -> {
          it.sizeGib = gib;
          it.made = false;
          it.updatedAt = now;
          it.enlarged = made || enlarged;
        });
  }

  /**
   * It begins anew from this image, in a file of its own; the same however often one operation
   * wants it.
   */
  Volume reimaged(OperationId operation, GuestSpec.ImageRef from, Instant now) {
    if (files.by().equals(Optional.of(operation))) {
      return this;
    }
    if (host.isEmpty()) {
      return beginningAs(from, now);
    }
    var whenNothingComesOfIt = new Before(files.current(), image, origin, bootable, made);
    return with(
        it -> {
          it.image = Optional.of(from);
          it.origin = Optional.empty();
          it.bootable = true;
          it.status = use.isPresent() ? Status.RESERVED : Status.DOWNLOADING;
          it.made = false;
          it.fault = "";
          it.updatedAt = now;
          it.files = files.next(operation, whenNothingComesOfIt);
          it.enlarged = false;
        });
  }

  /** There is nothing of it yet. */
  private Volume beginningAs(GuestSpec.ImageRef from, Instant now) {
    return with(
        it -> {
          it.image = Optional.of(from);
          it.origin = Optional.empty();
          it.bootable = true;
          it.updatedAt = now;
        });
  }

  /** No guest has what was to be new in it: it is what it was before. */
  Volume asBefore(Instant now) {
    if (files.before().isEmpty()) {
      return this;
    }
    var before = files.before().get();
    return with(
        it -> {
          it.image = before.image();
          it.origin = before.origin();
          it.bootable = before.bootable();
          it.status = use.isPresent() ? Status.IN_USE : Status.AVAILABLE;
          it.made = before.made();
          it.updatedAt = now;
          it.files = files.back();
          it.enlarged = false;
        });
  }

  /** What is new in it is all that it is. */
  private Volume settled() {
    return withFiles(files.settled());
  }

  /** One that it was is gone. */
  Volume withoutFile(int number) {
    return withFiles(files.without(number));
  }

  private Volume withFiles(Files others) {
    return with(it -> it.files = others);
  }

  Volume reservedFor(Use by, Optional<HostId> where, Instant now) {
    return in(Status.RESERVED, host.or(() -> where), made, Optional.of(by), "", now);
  }

  /** A guest of its instance may have it on this host too. */
  Volume alsoOn(HostId where, Instant now) {
    var by = use.orElseThrow();
    if (by.hosts().contains(where) && host.isPresent()) {
      return this;
    }
    var hosts = new HashSet<>(by.hosts());
    hosts.add(where);
    return in(
        status,
        host.or(() -> Optional.of(where)),
        made,
        Optional.of(by.on(hosts, by.kept())),
        fault,
        now);
  }

  /** No guest has it on this host; of one that is being left it was perhaps the last. */
  Volume notOn(HostId where, Instant now) {
    var by = use.orElseThrow();
    var hosts = new HashSet<>(by.hosts());
    hosts.remove(where);
    var left = in(status, host, made, Optional.of(by.on(hosts, by.kept())), fault, now);
    return by.leaving() && hosts.isEmpty() ? left.free(now) : left;
  }

  /** Whether an instance that is on no host counts on it. */
  boolean isKept() {
    return use.filter(Use::kept).isPresent();
  }

  /** Its instance counts on it, and has no guest. */
  Volume keptFor(Instant now) {
    var by = use.orElseThrow();
    if (status == Status.RESERVED && by.kept()) {
      return this;
    }
    return settled().in(Status.RESERVED, host, made, Optional.of(by.on(by.hosts(), true)), "", now);
  }

  /** It lies on its host, in this pool if the host has one. */
  public Volume madeThere(Optional<String> inPool, Instant now) {
    if (status == Status.DOWNLOADING) {
      return settled().in(Status.AVAILABLE, host, true, use, "", now);
    }
    return with(
        it -> {
          it.origin = origin.map(from -> new Origin(from.snapshotId(), true));
          it.status = status == Status.CREATING ? Status.AVAILABLE : status;
          it.pool = inPool;
          it.made = true;
          it.fault = "";
          it.updatedAt = now;
          it.enlarged = false;
        });
  }

  /**
   * Its host has no room: nothing was made, it lies nowhere unless it did before. It stays an
   * instance's that counts on it. A copy of a snapshot can be nowhere else.
   */
  Volume turnedAway(boolean layThereBefore, Instant now) {
    if (files.before().isPresent()) {
      return asBefore(now);
    }
    if (awaitedSnapshot().isPresent()) {
      return in(Status.ERROR, host, false, Optional.empty(), "its host has no room", now);
    }
    var where = layThereBefore ? host : Optional.<HostId>empty();
    return isKept()
        ? in(Status.RESERVED, where, false, use.map(one -> one.on(Set.of(), true)), "", now)
        : in(Status.AVAILABLE, where, false, Optional.empty(), "", now);
  }

  @Override
  public Volume failed(String why, Instant now) {
    if (files.before().isPresent()) {
      return asBefore(now);
    }
    return use.filter(one -> one.kept() && !one.leaving()).isPresent()
        ? in(Status.RESERVED, host, made, use.map(one -> one.on(Set.of(), true)), why, now)
        : in(Status.ERROR, host, made, Optional.empty(), why, now);
  }

  Volume attachedAs(String device, Instant now) {
    var by = use.orElseThrow();
    var named = device.isEmpty() ? by.device() : device;
    return settled().in(Status.IN_USE, host, made, Optional.of(by.at(named)), "", now);
  }

  Volume beingDetached(Instant now) {
    return in(Status.DETACHING, host, made, use, "", now);
  }

  /** The instance is done with it; each host has to confirm that no guest has it. */
  Volume leaving(boolean deleteAfter, Instant now) {
    var left = use.orElseThrow().leaves(deleteAfter);
    var whole = asBefore(now);
    var volume = whole.in(Status.DETACHING, host, whole.made, Optional.of(left), "", now);
    return left.hosts().isEmpty() ? volume.free(now) : volume;
  }

  /** Nobody has it any more. */
  Volume free(Instant now) {
    var goes = use.filter(Use::deleteAfter).isPresent();
    var whole = asBefore(now);
    var otherwise = whole.awaitedSnapshot().isPresent() ? Status.CREATING : Status.AVAILABLE;
    return whole.in(
        goes ? Status.DELETING : otherwise, host, whole.made, Optional.empty(), "", now);
  }

  /** It was to go when it was free, and there are snapshots of it. */
  Volume spared(Instant now) {
    return in(Status.AVAILABLE, host, made, Optional.empty(), "", now);
  }

  /** Whether nothing of it is left anywhere once it is to go. */
  boolean isGone() {
    return status == Status.DELETING && host.isEmpty();
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
    return with(
        it -> {
          it.status = newStatus;
          it.host = where;
          it.pool = where.isEmpty() ? Optional.empty() : pool;
          it.made = isMade;
          it.use = by;
          it.fault = why;
          it.updatedAt = now;
          it.enlarged = enlarged && newStatus != Status.RESERVED;
        });
  }

  /** The same but for what {@code change} sets. */
  private Volume with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.volume();
  }

  /** What may be different in a later state of a volume. */
  private static final class Draft {
    private final Volume of;
    private String name;
    private String description;
    private long sizeGib;
    private Map<String, String> metadata;
    private Optional<GuestSpec.ImageRef> image;
    private Optional<Origin> origin;
    private boolean bootable;
    private Status status;
    private Optional<HostId> host;
    private Optional<String> pool;
    private boolean made;
    private Optional<Use> use;
    private String fault;
    private Instant updatedAt;
    private Files files;
    private boolean enlarged;
    private Optional<String> zone;

    private Draft(Volume of) {
      this.of = of;
      name = of.name;
      description = of.description;
      sizeGib = of.sizeGib;
      metadata = of.metadata;
      image = of.image;
      origin = of.origin;
      bootable = of.bootable;
      status = of.status;
      host = of.host;
      pool = of.pool;
      made = of.made;
      use = of.use;
      fault = of.fault;
      updatedAt = of.updatedAt;
      files = of.files;
      enlarged = of.enlarged;
      zone = of.zone;
    }

    private Volume volume() {
      return new Volume(
          of.id,
          of.projectId,
          of.userId,
          name,
          description,
          sizeGib,
          metadata,
          image,
          origin,
          bootable,
          status,
          host,
          pool,
          made,
          use,
          fault,
          of.createdAt,
          updatedAt,
          files,
          enlarged,
          zone);
    }
  }
}
