package io.troupe.actors.instance;

import io.troupe.drivers.spi.GuestSpec;
import java.util.Optional;

/**
 * A volume that an instance shall have.
 *
 * @param volumeId its id; also of one that is yet to be made
 * @param fresh how it is made first; empty for one that is there already
 * @param root whether the instance boots from it
 * @param deleteOnTermination whether it goes when the instance is deleted
 * @param tag the owner's word for it
 * @param pool in which it lies if several hosts have it there; absent from before there was such
 */
public record VolumeChoice(
    String volumeId,
    Optional<NewVolume> fresh,
    boolean root,
    boolean deleteOnTermination,
    Optional<String> tag,
    Optional<String> pool) {

  public VolumeChoice {
    pool = pool == null ? Optional.empty() : pool;
  }

  /** One that lies in no pool, or nowhere yet. */
  public VolumeChoice(
      String volumeId,
      Optional<NewVolume> fresh,
      boolean root,
      boolean deleteOnTermination,
      Optional<String> tag) {
    this(volumeId, fresh, root, deleteOnTermination, tag, Optional.empty());
  }

  /**
   * @param name empty for none
   * @param sizeGib GiB
   * @param image what it begins with
   * @param snapshotId the snapshot of a volume that it is made of instead; absent from before there
   *     were such
   */
  public record NewVolume(
      String name, long sizeGib, Optional<GuestSpec.ImageRef> image, Optional<String> snapshotId) {
    public NewVolume {
      snapshotId = snapshotId == null ? Optional.empty() : snapshotId;
    }

    /** Empty, or of an image. */
    public NewVolume(String name, long sizeGib, Optional<GuestSpec.ImageRef> image) {
      this(name, sizeGib, image, Optional.empty());
    }
  }
}
