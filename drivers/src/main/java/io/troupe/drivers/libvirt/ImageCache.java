package io.troupe.drivers.libvirt;

import io.troupe.drivers.libvirt.VolumePool.Volume;
import io.troupe.drivers.spi.DriverContext.ImageReader;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * The images a host has already, so that each travels there once.
 *
 * <p>Each upload has a file of its own, {@code troupe-image-<sha512 prefix>.<upload>.<format>}, and
 * writes it front to back. The last byte is sent only after the digest of all bytes was found
 * right: so a file of full size is a complete and true image, and nothing else is ever used. That
 * holds through a crash at any moment and for controllers that upload at the same time (at worst
 * the host holds a second copy), without locks or markers, and libvirt has no way to rename a
 * volume. A complete image is never deleted here, since guests may stand on it.
 */
final class ImageCache {
  /** An unfinished upload that was not written to for so long has lost its writer. */
  private static final long ABANDONED_SECONDS = 3600;

  private static final int PREFIX_DIGITS = 32;

  private final LibvirtConnection connection;
  private final VolumePool pool;
  private final ImageReader images;
  private final ConcurrentHashMap<String, Object> uploads = new ConcurrentHashMap<>();

  ImageCache(LibvirtConnection connection, VolumePool pool, ImageReader images) {
    this.connection = connection;
    this.pool = pool;
    this.images = images;
  }

  /**
   * The image's path on the host, after it was uploaded if need be. Repeatable.
   *
   * <p>Throws an instance fault when there is no such image or its bytes are not what the reference
   * says, retryable when reading or sending broke off.
   */
  String ensure(ImageRef image, Permit permit) throws DriverException {
    if (!Set.of("raw", "qcow2").contains(image.diskFormat())) {
      throw DriverException.instanceFault("disk format is not supported: " + image.diskFormat());
    }
    if (!image.sha512().matches("[0-9a-f]{128}") || image.sizeBytes() < 1) {
      throw DriverException.instanceFault("image " + image.id() + " has no digest or no bytes");
    }
    // Within this process the second one waits and then finds the image.
    synchronized (uploads.computeIfAbsent(image.sha512(), key -> new Object())) {
      permit.check();
      String doing = "image " + image.id();
      Optional<Volume> there = connection.call(doing, connect -> complete(connect, image));
      if (there.isPresent()) {
        return there.get().path();
      }
      return upload(image, permit).path();
    }
  }

  private Optional<Volume> complete(Connect connect, ImageRef image)
      throws LibvirtException, DriverException {
    for (Volume volume : copies(connect, image)) {
      if (volume.sizeBytes() == image.sizeBytes()) {
        return Optional.of(volume);
      }
    }
    return Optional.empty();
  }

  /** All files of the image on this host, complete or not. */
  private List<Volume> copies(Connect connect, ImageRef image)
      throws LibvirtException, DriverException {
    List<Volume> found = new ArrayList<>();
    for (String name : pool.names(connect)) {
      if (name.startsWith(prefix(image)) && name.endsWith("." + image.diskFormat())) {
        pool.find(connect, name).ifPresent(found::add);
      }
    }
    return found;
  }

  private Volume upload(ImageRef image, Permit permit) throws DriverException {
    String name =
        prefix(image) + UUID.randomUUID().toString().substring(0, 8) + "." + image.diskFormat();
    try (InputStream bytes = open(image)) {
      return connection.call(
          "upload of image " + image.id(),
          connect -> {
            pool.createRaw(connect, name, true, permit.tenure());
            boolean done = false;
            try {
              write(connect, name, image, bytes, permit);
              done = true;
            } finally {
              if (!done) {
                pool.delete(connect, name, Tenure.UNFENCED); // nobody else knows it
              }
            }
            dropAbandoned(connect, image, name, permit.tenure());
            return pool.find(connect, name)
                .filter(volume -> volume.sizeBytes() == image.sizeBytes())
                .orElseThrow(
                    () ->
                        DriverException.retryable("the upload " + name + " was removed meanwhile"));
          });
    } catch (IOException e) {
      throw DriverException.retryable("image " + image.id() + " could not be closed: " + e);
    }
  }

  private InputStream open(ImageRef image) throws DriverException {
    try {
      return images.open(image.id());
    } catch (IOException e) {
      throw DriverException.instanceFault("no image " + image.id() + ": " + e.getMessage());
    }
  }

  private void write(Connect connect, String name, ImageRef image, InputStream bytes, Permit permit)
      throws LibvirtException, DriverException {
    MessageDigest digest = sha512();
    InputStream digested = new DigestInputStream(bytes, digest);
    long body = image.sizeBytes() - 1;
    try {
      onUpload(connect, name, digested, 0, body, permit);
      int seal = digested.read();
      boolean more = bytes.read() >= 0;
      if (seal < 0 || more || !HexFormat.of().formatHex(digest.digest()).equals(image.sha512())) {
        throw DriverException.instanceFault(
            "image " + image.id() + " is not what its size and SHA-512 say");
      }
      onUpload(connect, name, new ByteArrayInputStream(new byte[] {(byte) seal}), body, 1, permit);
    } catch (EOFException e) {
      throw DriverException.instanceFault(
          "image " + image.id() + " is too short: " + e.getMessage());
    } catch (IOException e) {
      throw DriverException.retryable(
          "image " + image.id() + " could not be read: " + e.getMessage());
    }
  }

  private void onUpload(
      Connect connect, String name, InputStream bytes, long offset, long length, Permit permit)
      throws LibvirtException, DriverException, IOException {
    if (length == 0) {
      return;
    }
    Optional<Optional<IOException>> outcome =
        pool.onVolume(
            connect,
            name,
            volume -> {
              try {
                VolumeStream.upload(connect, volume, bytes, offset, length, permit);
                return Optional.empty();
              } catch (IOException e) {
                return Optional.of(e);
              }
            });
    if (outcome.isEmpty()) {
      throw DriverException.retryable("the upload " + name + " was removed meanwhile");
    }
    if (outcome.get().isPresent()) {
      throw outcome.get().get();
    }
  }

  /** What dead controllers left of the same image, by the host's own clock. */
  private void dropAbandoned(Connect connect, ImageRef image, String fresh, Tenure tenure)
      throws LibvirtException, DriverException {
    List<Volume> copies = copies(connect, image);
    long now =
        copies.stream()
            .filter(volume -> volume.name().equals(fresh))
            .mapToLong(Volume::modifiedSeconds)
            .findFirst()
            .orElse(0);
    for (Volume copy : copies) {
      if (copy.sizeBytes() < image.sizeBytes()
          && now - copy.modifiedSeconds() > ABANDONED_SECONDS) {
        pool.delete(connect, copy.name(), tenure);
      }
    }
  }

  private static String prefix(ImageRef image) {
    return "troupe-image-" + image.sha512().substring(0, PREFIX_DIGITS) + ".";
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }
}
