package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.libvirt.VolumePool.Sizes;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext.ImageWriter;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * A guest's root disk as it is at one moment, as an image that stands on nothing. Of a guest in
 * memory QEMU itself makes the copy (libvirt's backup job), while the guest goes on and its disk
 * stays as it is; of one that is off, libvirt does. The copy is a volume of the guest, travels from
 * there to the image store, and is deleted. What a crash leaves behind is that volume, which the
 * next snapshot or the guest's end takes away, and perhaps a job, which the next snapshot ends.
 */
final class RootSnapshot {
  private final LibvirtConnection connection;
  private final VolumePool pool;
  private final ImageWriter images;
  private final LiveCopy copies;

  RootSnapshot(LibvirtConnection connection, VolumePool pool, ImageWriter images) {
    this.connection = connection;
    this.pool = pool;
    this.images = images;
    this.copies = new LiveCopy(connection);
  }

  /** Repeatable: each time it is the disk of that moment. */
  DriverResult.SnapshotTaken take(
      DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit) throws DriverException {
    GuestTarget target = wanted.target();
    String imageId = wanted.imageId();
    String copy = volumes.snapshot();
    String doing = "snapshot to image " + imageId;
    copies.endLeftover(target.instance(), permit);
    connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    try {
      boolean quiesced = makeCopy(doing, wanted, volumes, permit);
      Sizes sizes = connection.call(doing, connect -> pool.freshSizes(connect, copy));
      send(doing, copy, imageId, sizes.fileBytes(), permit);
      return new DriverResult.SnapshotTaken(
          "qcow2", sizes.fileBytes(), sizes.diskBytes(), quiesced);
    } finally {
      connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    }
  }

  /** Answers whether the guest's file systems were in order at that moment. */
  private boolean makeCopy(
      String doing, DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit)
      throws DriverException {
    PowerState found = connection.onGuest(doing, wanted.target().instance(), PowerStates::of);
    return switch (found) {
      case RUNNING, PAUSED -> copyLive(doing, wanted, volumes, permit);
      case SHUTDOWN, CRASHED, NOSTATE, SUSPENDED -> {
        connection.run(
            doing,
            connect ->
                pool.createFlatCopy(
                    connect, volumes.snapshot(), volumes.rootDisk(), permit.tenure()));
        yield found == PowerState.SHUTDOWN; // what was suspended has not written out everything
      }
    };
  }

  private boolean copyLive(
      String doing, DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit)
      throws DriverException {
    String path =
        connection.call(
            doing,
            connect ->
                pool.createQcow2(
                        connect,
                        volumes.snapshot(),
                        pool.virtualSizeBytes(connect, volumes.rootDisk()),
                        permit.tenure())
                    .path());
    return copies.copy(
        doing,
        wanted.target().instance(),
        domain -> rootDevice(domain, volumes),
        path,
        wanted.quiesced(),
        permit);
  }

  /** Not always the first one: a rescued guest has its own disk behind the rescue disk. */
  private static String rootDevice(Domain domain, GuestVolumes volumes) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(0)).all("devices/disk").stream()
        .filter(
            disk ->
                disk.find("source/@file").filter(it -> it.endsWith(volumes.rootDisk())).isPresent())
        .findFirst()
        .flatMap(disk -> disk.find("target/@dev"))
        .orElseThrow(() -> new IllegalStateException("a guest without its root disk"));
  }

  private void send(String doing, String copy, String imageId, long sizeBytes, Permit permit)
      throws DriverException {
    try {
      images.write(
          imageId,
          bytes ->
              connection.run(
                  doing,
                  connect ->
                      pool.onVolume(
                          connect,
                          copy,
                          volume -> {
                            VolumeStream.download(connect, volume, sizeBytes, bytes, permit);
                            return true;
                          })));
    } catch (NoSuchFileException e) {
      throw DriverException.instanceFault("no image " + imageId + " to write to");
    } catch (IOException e) {
      throw DriverException.retryable(doing + ": " + e.getMessage());
    }
  }
}
