package io.troupe.actors.image;

import io.troupe.actors.image.InspectionVerdict.Sound;
import io.troupe.actors.image.InspectionVerdict.Unsound;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import java.util.Set;

/**
 * Holds an image's bytes against its declared format. Reads the first two MiB and the last half KiB
 * at most, whatever the image claims.
 *
 * <p>Sources: the advisories on image formats (CVE-2015-7548, CVE-2022-47951, CVE-2024-32498,
 * CVE-2024-40767): each was a file that made a hypervisor open another one.
 */
public final class ImageInspection {
  /** What can be uploaded; see {@code disk_format} of the Image API for all that exist. */
  public static final Set<String> FORMATS = Set.of("raw", "qcow2");

  /** The largest cluster qcow2 knows; header and extensions stand in the first one. */
  private static final int PREFIX_BYTES = 2 << 20;

  private static final int SUFFIX_BYTES = 512;

  private ImageInspection() {}

  /**
   * @param declaredFormat {@code disk_format} as the owner gave it
   * @throws IOException when the bytes cannot be read
   */
  public static InspectionVerdict inspect(
      String declaredFormat, SeekableByteChannel image, ImageLimits limits) throws IOException {
    long size = image.size();
    if (size == 0) {
      return new Unsound("the image is empty");
    }
    ByteBuffer prefix = read(image, 0, (int) Math.min(size, PREFIX_BYTES));
    ByteBuffer suffix =
        read(image, Math.max(0, size - SUFFIX_BYTES), (int) Math.min(size, SUFFIX_BYTES));
    return switch (declaredFormat) {
      case "raw" -> inspectRaw(prefix, suffix, size, limits);
      case "qcow2" -> Qcow2Header.inspect(prefix, size, limits);
      default ->
          new Unsound("disk format " + declaredFormat + " is not supported; use raw or qcow2");
    };
  }

  private static InspectionVerdict inspectRaw(
      ByteBuffer prefix, ByteBuffer suffix, long size, ImageLimits limits) {
    Optional<String> foreign = ForeignFormats.recognise(prefix, suffix);
    if (foreign.isPresent()) {
      return new Unsound("it was declared raw, but its bytes are " + foreign.get());
    }
    if (size > limits.maxVirtualBytes()) {
      return new Unsound(
          "its size is " + size + " bytes, more than the limit of " + limits.maxVirtualBytes());
    }
    return new Sound(size);
  }

  private static ByteBuffer read(SeekableByteChannel image, long offset, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    image.position(offset);
    while (bytes.hasRemaining() && image.read(bytes) >= 0) {
      // until the part is complete
    }
    return bytes.flip().asReadOnlyBuffer();
  }
}
