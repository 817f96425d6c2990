package io.troupe.drivers.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/**
 * What a driver gets from the node that runs it.
 *
 * @param images opens an image's bytes by image id
 * @param imageSink takes the bytes of an image that a driver makes
 * @param events takes what the hypervisor reports by itself; returns at once, may be called from
 *     any thread
 */
public record DriverContext(
    ImageReader images, ImageWriter imageSink, Consumer<GuestEvent> events) {

  /** Without an image store to write to: snapshots fail. */
  public DriverContext(ImageReader images, Consumer<GuestEvent> events) {
    this(images, ImageWriter.NONE, events);
  }

  /** The image store as a driver sees it. */
  @FunctionalInterface
  public interface ImageReader {
    /**
     * The image's bytes from the start; the caller closes the stream. Throws when there is no such
     * image.
     */
    InputStream open(String imageId) throws IOException;
  }

  /** The image store as a driver sees it that has made an image. */
  @FunctionalInterface
  public interface ImageWriter {
    ImageWriter NONE =
        (imageId, content) -> {
          throw new IOException("there is no image store to write to");
        };

    /**
     * The image has the bytes that {@code content} writes; when that throws, it has none. Called
     * once for each attempt, and a later one replaces the bytes of an earlier one.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such image, or no longer
     * @throws IOException when the store cannot take it now
     */
    void write(String imageId, Content content) throws IOException, DriverException;

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Content {
      void to(OutputStream bytes) throws IOException, DriverException;
    }
  }
}
