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
 * @param transfers holds bytes on their way from one host to another
 * @param events takes what the hypervisor reports by itself; returns at once, may be called from
 *     any thread
 */
public record DriverContext(
    ImageReader images, ImageWriter imageSink, Transfers transfers, Consumer<GuestEvent> events) {

  /** Without an image store to write to: snapshots fail, as does moving a guest that is off. */
  public DriverContext(ImageReader images, Consumer<GuestEvent> events) {
    this(images, ImageWriter.NONE, events);
  }

  /** Without a place for bytes on their way: moving a guest that is off fails. */
  public DriverContext(ImageReader images, ImageWriter imageSink, Consumer<GuestEvent> events) {
    this(images, imageSink, Transfers.NONE, events);
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

  /**
   * Bytes on their way from one host to another, whose connections may be at different nodes. Keys
   * are tokens that a driver makes.
   */
  public interface Transfers {
    Transfers NONE =
        new Transfers() {
          @Override
          public InputStream open(String key) throws IOException {
            throw new IOException("there is no place for transfers");
          }

          @Override
          public void write(String key, ImageWriter.Content content) throws IOException {
            throw new IOException("there is no place for transfers");
          }

          @Override
          public void drop(String key) {}
        };

    /**
     * The bytes from the start; the caller closes the stream.
     *
     * @throws java.nio.file.NoSuchFileException when there are none of this key
     */
    InputStream open(String key) throws IOException;

    /**
     * The key has the bytes that {@code content} writes, all or none; earlier ones are replaced.
     */
    void write(String key, ImageWriter.Content content) throws IOException, DriverException;

    /** There are no bytes of this key. */
    void drop(String key) throws IOException;
  }
}
