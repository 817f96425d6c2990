package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
import io.troupe.drivers.spi.VolumeRef;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

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
      connection.run("volume", connect -> grow(connect, volume.name(), bytes, permit.tenure()));
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

  private void grow(Connect connect, String name, long bytes, Tenure tenure)
      throws LibvirtException, DriverException {
    if (pool.virtualSizeBytes(connect, name) < bytes) {
      pool.onVolume(
          connect,
          name,
          found -> {
            tenure.require(connect);
            return found.resize(bytes, 0);
          });
    }
  }

  /** Throws an instance fault while a domain, ours or not, has the volume. */
  void delete(VolumeRef volume, Permit permit) throws DriverException {
    connection.run(
        "volume",
        connect -> {
          var found = pool.findAnew(connect, volume.name());
          if (found.isPresent()) {
            requireFree(connect, found.get().path());
            pool.delete(connect, volume.name(), permit.tenure());
          }
          pool.delete(connect, VolumeCopy.mark(volume), permit.tenure());
        });
  }

  private static void requireFree(Connect connect, String path)
      throws LibvirtException, DriverException {
    for (Domain domain : connect.listAllDomains(0)) {
      try {
        if (XmlElement.parse(domain.getXMLDesc(0)).all("devices/disk/source").stream()
            .anyMatch(source -> path.equals(source.attribute("file")))) {
          throw DriverException.instanceFault(
              "volume " + path + " is attached to " + domain.getName());
        }
      } finally {
        domain.free();
      }
    }
  }
}
