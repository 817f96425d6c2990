package io.troupe.actors.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;

/**
 * Keeps image bytes by image id. Blocking: call it from a thread that may wait.
 *
 * <ul>
 *   <li>An image is there as a whole or not at all, whatever crashes in between.
 *   <li>What is kept never changes; new bytes need the old ones to be deleted first.
 *   <li>What is kept has reached the disk when {@link Draft#keepAs} returns.
 * </ul>
 */
public interface ImageStore {

  /**
   * Reads {@code bytes} to its end and holds it as a draft that nobody can open by an image's id.
   *
   * @param maxBytes how many bytes are taken at most
   * @throws IOException when reading or writing fails; then nothing is left of it
   */
  Received receive(InputStream bytes, long maxBytes) throws IOException;

  /**
   * The image's bytes from the start; the caller closes the stream.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such image
   */
  InputStream open(String imageId) throws IOException;

  /** The image's bytes are gone. True when there were some. Readers that are at it may finish. */
  boolean delete(String imageId) throws IOException;

  /** What came of {@link #receive}. Only a draft takes up space. */
  sealed interface Received permits Draft, TooLarge, StoreFull {}

  /** There were more than {@code maxBytes} bytes. */
  record TooLarge(long maxBytes) implements Received {}

  /** The store has no room left for them. */
  record StoreFull(String message) implements Received {}

  /** Received bytes that are not yet an image. Closing a draft that was not kept discards it. */
  non-sealed interface Draft extends Received, Closeable {
    long sizeBytes();

    /** Lower-case hexadecimal; so is {@link #sha512}. */
    String md5();

    String sha512();

    /** The bytes, to look into; the caller closes the channel. */
    SeekableByteChannel read() throws IOException;

    /** Makes it the bytes of this image. False, and no change, when the image has bytes already. */
    boolean keepAs(String imageId) throws IOException;
  }
}
