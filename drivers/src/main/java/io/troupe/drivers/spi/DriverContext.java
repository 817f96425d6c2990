package io.troupe.drivers.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * What a driver gets from the node that runs it.
 *
 * @param images opens an image's bytes by image id
 * @param events takes what the hypervisor reports by itself; returns at once, may be called from
 *     any thread
 */
public record DriverContext(ImageReader images, Consumer<GuestEvent> events) {

  /** The image store as a driver sees it. */
  @FunctionalInterface
  public interface ImageReader {
    /**
     * The image's bytes from the start; the caller closes the stream. Throws when there is no such
     * image.
     */
    InputStream open(String imageId) throws IOException;
  }
}
