package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.RebuildRequest;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.SharedPool;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operation is to bring about, beyond what its kind says: which image, which flavor, which
 * volume. It stands in the event that began the operation and stays as it is to the operation's
 * end, but for how far an image has come. Stored for ever: names stay, fields are only added.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Purpose.CreateImage.class, name = "create-image"),
  @JsonSubTypes.Type(value = Purpose.ImageOfVolumes.class, name = "image-of-volumes"),
  @JsonSubTypes.Type(value = Purpose.AttachVolume.class, name = "attach-volume"),
  @JsonSubTypes.Type(value = Purpose.DetachVolume.class, name = "detach-volume"),
  @JsonSubTypes.Type(value = Purpose.SwapVolume.class, name = "swap-volume"),
  @JsonSubTypes.Type(value = Purpose.AttachInterface.class, name = "attach-interface"),
  @JsonSubTypes.Type(value = Purpose.DetachInterface.class, name = "detach-interface"),
  @JsonSubTypes.Type(value = Purpose.Resize.class, name = "resize"),
  @JsonSubTypes.Type(value = Purpose.Migrate.class, name = "migrate"),
  @JsonSubTypes.Type(value = Purpose.LiveMigrate.class, name = "live-migrate"),
  @JsonSubTypes.Type(value = Purpose.Evacuate.class, name = "evacuate"),
  @JsonSubTypes.Type(value = Purpose.Backup.class, name = "backup"),
  @JsonSubTypes.Type(value = Purpose.Rebuild.class, name = "rebuild"),
  @JsonSubTypes.Type(value = Purpose.Shelve.class, name = "shelve"),
  @JsonSubTypes.Type(value = Purpose.Unshelve.class, name = "unshelve"),
  @JsonSubTypes.Type(value = Purpose.Adopt.class, name = "adopt"),
  @JsonSubTypes.Type(value = Purpose.Preempt.class, name = "preempt"),
  @JsonSubTypes.Type(value = Purpose.Evicted.class, name = "evicted")
})
public sealed interface Purpose {
  /** The image that the operation makes of the guest's root disk, as it is recorded at first. */
  default Optional<Image> newImage() {
    return Optional.empty();
  }

  /** How far the new image has come. */
  default ImagePhase phase() {
    return ImagePhase.COPYING;
  }

  /** The same with the new image so far. */
  default Purpose at(ImagePhase phase) {
    return this;
  }

  /** How far the image of a guest's disk has come, in this order. */
  enum ImagePhase {
    /** The disk is being copied where it lies, or that is about to begin. */
    COPYING,
    /** The copy is there and waits for the image store. */
    PENDING_UPLOAD,
    /** Bytes have come to the image store. */
    UPLOADING;

    private static ImagePhase orFirst(ImagePhase read) {
      return read == null ? COPYING : read; // of former releases
    }
  }

  /**
   * The guest's root disk as an image.
   *
   * @param image without bytes yet
   */
  record CreateImage(String imageId, Optional<Image> image, ImagePhase phase) implements Purpose {
    public CreateImage {
      phase = ImagePhase.orFirst(phase);
    }

    /** At the beginning. */
    public CreateImage(String imageId, Optional<Image> image) {
      this(imageId, image, ImagePhase.COPYING);
    }

    @Override
    public Optional<Image> newImage() {
      return image;
    }

    @Override
    public Purpose at(ImagePhase now) {
      return new CreateImage(imageId, image, now);
    }
  }

  /**
   * An image without bytes, which names snapshots of all the instance's volumes.
   *
   * @param image as it is recorded when they all are being made
   */
  record ImageOfVolumes(Image image, List<VolumeSnapshot.Wanted> snapshots) implements Purpose {
    public ImageOfVolumes {
      snapshots = List.copyOf(snapshots);
    }

    @Override
    public Optional<Image> newImage() {
      return Optional.of(image);
    }
  }

  /**
   * One more image, and no more than {@code kept} of its type.
   *
   * @param image without bytes yet; empty when none is kept
   */
  record Backup(Optional<Image> image, String type, int kept, ImagePhase phase) implements Purpose {
    public Backup {
      phase = ImagePhase.orFirst(phase);
    }

    /** At the beginning. */
    public Backup(Optional<Image> image, String type, int kept) {
      this(image, type, kept, ImagePhase.COPYING);
    }

    @Override
    public Optional<Image> newImage() {
      return image;
    }

    @Override
    public Purpose at(ImagePhase now) {
      return new Backup(image, type, kept, now);
    }
  }

  record AttachVolume(VolumeChoice choice) implements Purpose {}

  record DetachVolume(String volumeId) implements Purpose {}

  /**
   * Another volume in the place of one.
   *
   * @param from the volume that goes
   */
  record SwapVolume(String from, VolumeChoice to) implements Purpose {}

  /**
   * @param tag the owner's word for the card
   */
  record AttachInterface(NetworkChoice choice, Optional<String> tag) implements Purpose {}

  record DetachInterface(String portId) implements Purpose {}

  /**
   * The same instance from an image once more.
   *
   * @param imageBefore what it was made of, for when the new image is refused
   */
  record Rebuild(
      RebuildRequest request,
      GuestSpec.ImageRef imageBefore,
      Map<String, String> imagePropertiesBefore)
      implements Purpose {
    public Rebuild {
      imagePropertiesBefore = Map.copyOf(imagePropertiesBefore);
    }
  }

  /**
   * The root disk as an image, and nothing else left.
   *
   * @param image without bytes yet
   */
  record Shelve(Image image, ImagePhase phase) implements Purpose {
    public Shelve {
      phase = ImagePhase.orFirst(phase);
    }

    /** At the beginning. */
    public Shelve(Image image) {
      this(image, ImagePhase.COPYING);
    }

    @Override
    public Optional<Image> newImage() {
      return Optional.of(image);
    }

    @Override
    public Purpose at(ImagePhase now) {
      return new Shelve(image, now);
    }
  }

  /**
   * The instance from the image it became.
   *
   * @param image empty while the guest is still on its host
   * @param zone pins it there from now on
   * @param host an administrator's choice, for this once
   */
  record Unshelve(Optional<GuestSpec.ImageRef> image, Optional<Zone> zone, Optional<String> host)
      implements Purpose {
    /**
     * @param name empty for any
     */
    public record Zone(Optional<String> name) {}
  }

  /**
   * Another flavor, on whichever host.
   *
   * @param sameHost whether the instance's own host is one of them
   */
  record Resize(FlavorAtBoot flavor, boolean sameHost) implements Purpose {}

  /**
   * Another host, switched off.
   *
   * @param to empty: the scheduler's choice
   */
  record Migrate(Optional<HostId> to) implements Purpose {}

  /**
   * Another host, running.
   *
   * @param to empty: the scheduler's choice
   * @param unfiltered an administrator means {@code to} whatever the filters say
   * @param storage what was insisted on; {@code UNKNOWN}: as it comes
   */
  record LiveMigrate(
      Optional<HostId> to, boolean unfiltered, MoveTicket.Storage storage, MigrationOptions options)
      implements Purpose {}

  /**
   * Another host, since its own is dead.
   *
   * @param to empty: the scheduler's choice
   * @param unfiltered an administrator means {@code to} whatever the filters say
   * @param stopped whether the guest is off in the end whatever it was
   * @param pool that both hosts' storage is: then the root disk is kept, and only a host that has
   *     it will do; empty when a new one is made, and in events of former releases
   */
  record Evacuate(
      Optional<HostId> to, boolean unfiltered, boolean stopped, Optional<SharedPool> pool)
      implements Purpose {
    public Evacuate {
      pool = pool == null ? Optional.empty() : pool;
    }
  }

  /**
   * A guest that is there, as the instance's.
   *
   * @param guest as the hypervisor calls it
   */
  record Adopt(HostId host, String guest) implements Purpose {}

  /** A boot for which others have to leave a host. It is asked for once. */
  record Preempt(Preemption preemption) implements Purpose {}

  /**
   * It leaves for somebody more important.
   *
   * @param graceMillis for the guest to switch itself off
   */
  record Evicted(long graceMillis) implements Purpose {}
}
