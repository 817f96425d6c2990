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
 */
public record AttachedVolume(
    VolumeRef ref,
    String attachmentId,
    long sizeGib,
    String device,
    boolean root,
    boolean deleteOnTermination,
    Optional<String> tag) {

  public String id() {
    return ref.id();
  }

  AttachedVolume at(String otherDevice) {
    return new AttachedVolume(
        ref, attachmentId, sizeGib, otherDevice, root, deleteOnTermination, tag);
  }

  AttachedVolume deletedOnTermination(boolean goes) {
    return new AttachedVolume(ref, attachmentId, sizeGib, device, root, goes, tag);
  }
}
