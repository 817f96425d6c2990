package io.troupe.actors.instance;

import io.troupe.drivers.spi.VolumeRef;
import java.util.Optional;

/**
 * A volume that an instance has, is about to get, or may still have.
 *
 * @param attachmentId a UUID, the volume service's
 * @param sizeGib GiB
 * @param device as the guest names it, such as {@code /dev/vdb}; foretold until the guest has it
 * @param root whether the instance boots from it
 * @param deleteOnTermination whether it goes when the instance is deleted
 * @param tag the owner's word for it
 * @param place where it lies; absent from before there was more than the server's host
 */
public record AttachedVolume(
    VolumeRef ref,
    String attachmentId,
    long sizeGib,
    String device,
    boolean root,
    boolean deleteOnTermination,
    Optional<String> tag,
    VolumePlace place) {

  public AttachedVolume {
    place = place == null ? VolumePlace.NOWHERE : place;
  }

  /** One of which it is not known where it lies. */
  public AttachedVolume(
      VolumeRef ref,
      String attachmentId,
      long sizeGib,
      String device,
      boolean root,
      boolean deleteOnTermination,
      Optional<String> tag) {
    this(ref, attachmentId, sizeGib, device, root, deleteOnTermination, tag, VolumePlace.NOWHERE);
  }

  public String id() {
    return ref.id();
  }

  AttachedVolume in(VolumeRef file) {
    return new AttachedVolume(
        file, attachmentId, sizeGib, device, root, deleteOnTermination, tag, place);
  }

  AttachedVolume at(String otherDevice) {
    return new AttachedVolume(
        ref, attachmentId, sizeGib, otherDevice, root, deleteOnTermination, tag, place);
  }

  AttachedVolume lying(VolumePlace where) {
    return new AttachedVolume(
        ref, attachmentId, sizeGib, device, root, deleteOnTermination, tag, where);
  }

  AttachedVolume deletedOnTermination(boolean goes) {
    return new AttachedVolume(ref, attachmentId, sizeGib, device, root, goes, tag, place);
  }
}
