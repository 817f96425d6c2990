package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
import io.troupe.drivers.spi.VolumeRef;
import java.util.Optional;

/**
 * Volumes that belong to no guest: qcow2 files in the pool, made empty or over a cached image like
 * a root disk. Each method names an end state and may be repeated.
 */
record LooseVolumes(LibvirtConnection connection, VolumePool pool, ImageCache cache) {

  /** Throws an instance fault when the image is larger than the volume would be. */
  void create(VolumeRef volume, long sizeGib, Optional<ImageRef> image, Permit permit)
      throws DriverException {
    long bytes = Math.multiplyExact(sizeGib, 1L << 30);
    if (image.isPresent() && image.get().virtualSizeBytes() > bytes) {
      throw DriverException.instanceFault(
          "image %s needs a volume of %d bytes, %s has %d"
              .formatted(image.get().id(), image.get().virtualSizeBytes(), volume.id(), bytes));
    }
    connection.run("storage pool", pool::ensure);
    if (connection.call("volume", connect -> pool.findAnew(connect, volume.name())).isPresent()) {
      connection.run(
          "volume", connect -> pool.grow(connect, volume.name(), bytes, permit.tenure()));
      return;
    }
    if (image.isEmpty()) {
      connection.run(
          "volume", connect -> pool.createQcow2(connect, volume.name(), bytes, permit.tenure()));
      return;
    }
    String base = cache.ensure(image.get(), permit);
    permit.check();
    connection.run(
        "volume",
        connect ->
            pool.createOverlay(
                connect, volume.name(), bytes, base, image.get().diskFormat(), permit.tenure()));
  }

  /** Throws an instance fault while a domain, ours or not, has the volume. */
  void delete(VolumeRef volume, Permit permit) throws DriverException {
    connection.run(
        "volume",
        connect -> {
          var found = pool.findAnew(connect, volume.name());
          if (found.isPresent()) {
            DiskHolders.requireNone(connect, found.get().path());
            pool.delete(connect, volume.name(), permit.tenure());
          }
          pool.delete(connect, VolumeCopy.mark(volume), permit.tenure());
        });
  }
}
