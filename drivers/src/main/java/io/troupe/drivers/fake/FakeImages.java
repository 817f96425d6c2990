package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The image store as a fake hypervisor uses it. */
final class FakeImages {
  private static final int BYTES_READ = 512;

  private final DriverContext context;
  private final Set<String> cached = ConcurrentHashMap.newKeySet();

  FakeImages(DriverContext context) {
    this.context = context;
  }

  /** A real hypervisor copies the image once; this one only sees that it could. */
  void cache(GuestSpec.ImageRef image) throws DriverException {
    if (cached.contains(image.sha512())) {
      return;
    }
    try (var bytes = context.images().open(image.id())) {
      bytes.readNBytes(BYTES_READ);
    } catch (IOException e) {
      throw new DriverException(
          new DriverFailure(
              DriverFailure.Kind.INSTANCE_FAULT, "image " + image.id() + " cannot be read: " + e),
          e);
    }
    cached.add(image.sha512());
  }

  /** The image is the guest's root disk, on which nothing was ever written. */
  DriverResult snapshot(FakeGuest guest, String imageId, boolean quiesced) throws DriverException {
    var virtualSizeBytes = guest.size().diskGib() << 30;
    var disk = FakeDisk.qcow2(virtualSizeBytes);
    try {
      context.imageSink().write(imageId, bytes -> bytes.write(disk));
    } catch (NoSuchFileException e) {
      throw DriverException.instanceFault("no image " + imageId + " to write to");
    } catch (IOException e) {
      throw DriverException.retryable("image " + imageId + ": " + e.getMessage());
    }
    return new DriverResult.SnapshotTaken("qcow2", disk.length, virtualSizeBytes, quiesced);
  }
}
