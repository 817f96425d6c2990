package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * A guest's root disk: a qcow2 overlay over the cached image, made by libvirt on the host. The
 * image below is only ever read.
 */
final class RootDisk {
  private RootDisk() {}

  /**
   * The disk's size in bytes: the flavor's, or the image's when the flavor says 0 GiB. Throws an
   * instance fault when the image is larger than the flavor's disk.
   */
  static long sizeBytes(GuestSpec spec) throws DriverException {
    long image = spec.image().virtualSizeBytes();
    long flavor = Math.multiplyExact(spec.size().diskGib(), 1L << 30);
    if (flavor == 0) {
      return image;
    }
    if (image > flavor) {
      throw DriverException.instanceFault(
          "image needs a disk of " + image + " bytes, the flavor's has " + flavor);
    }
    return flavor;
  }

  /** Makes the volume; its path on the host. */
  static String create(
      Connect connect,
      VolumePool pool,
      String volume,
      GuestSpec spec,
      String imagePath,
      Tenure tenure)
      throws LibvirtException, DriverException {
    return pool.createOverlay(
            connect, volume, sizeBytes(spec), imagePath, spec.image().diskFormat(), tenure)
        .path();
  }
}
