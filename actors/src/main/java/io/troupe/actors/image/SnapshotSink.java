package io.troupe.actors.image;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.ImageReached;
import io.troupe.actors.operation.Purpose;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where drivers put the images that they make: the store that uploads go to, by the same way, so
 * that an image is there as a whole and was looked into, or has no bytes. Blocking.
 *
 * <p>An image that is active already is left as it is: an earlier attempt has made it, whose answer
 * was lost.
 */
public final class SnapshotSink implements DriverContext.ImageWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Catalog catalog;
  private final ImageUpload uploads;
  private final Listener listener;

  /** Hears how far an image of a server has come; is not waited for. */
  @FunctionalInterface
  public interface Listener {
    void reached(InstanceId instance, ImageReached image);
  }

  public SnapshotSink(Catalog catalog, ImageUpload uploads, Listener listener) {
    this.catalog = catalog;
    this.uploads = uploads;
    this.listener = listener;
  }

  private void tell(Image image, Purpose.ImagePhase phase) {
    Optional.ofNullable(image.properties().get("instance_uuid"))
        .flatMap(InstanceId::parse)
        .ifPresent(id -> listener.reached(id, new ImageReached(image.id(), phase)));
  }

  @Override
  public void write(String imageId, Content content) throws IOException, DriverException {
    var image = find(imageId).orElseThrow(() -> new NoSuchFileException(imageId));
    if (image.status().equals(ImageUpload.ACTIVE)) {
      return;
    }
    tell(image, Purpose.ImagePhase.PENDING_UPLOAD);
    var pipe = Pipe.open();
    var whole = new AtomicBoolean();
    var received = new CompletableFuture<UploadOutcome>();
    Thread.ofVirtual()
        .name("snapshot-" + imageId)
        .start(
            () -> {
              // Closed when enough was read, so that who writes is not left hanging.
              try (var bytes =
                  new WholeBytes(
                      Channels.newInputStream(pipe.source()),
                      whole,
                      () -> tell(image, Purpose.ImagePhase.UPLOADING))) {
                received.complete(uploads.receive(imageId, bytes));
              } catch (IOException | RuntimeException e) {
                received.completeExceptionally(e);
              }
            });
    Optional<Exception> failure = Optional.empty();
    try (OutputStream out =
        new BufferedOutputStream(Channels.newOutputStream(pipe.sink()), BUFFER_BYTES)) {
      content.to(out);
      out.flush();
      whole.set(true);
    } catch (IOException | DriverException | RuntimeException e) {
      failure = Optional.of(e);
    }
    settle(imageId, received, failure);
  }

  /** The image may have been recorded at another node a moment ago. */
  private Optional<Image> find(String imageId) {
    var known = catalog.find(Image.class, imageId);
    if (known.isPresent()) {
      return known;
    }
    catalog.refresh(Image.class).toCompletableFuture().join();
    return catalog.find(Image.class, imageId);
  }

  /**
   * @param failure of who wrote. When the store did not want the bytes, that they could not be
   *     written only follows from it
   */
  private static void settle(
      String imageId, CompletableFuture<UploadOutcome> received, Optional<Exception> failure)
      throws IOException, DriverException {
    UploadOutcome outcome;
    try {
      outcome = received.join();
    } catch (CompletionException e) {
      throwAsItIs(failure.<Throwable>map(it -> it).orElse(e.getCause()));
      return;
    }
    switch (outcome) {
      case UploadOutcome.Active _ -> {}
      case UploadOutcome.WrongStatus(var status) when status.equals(ImageUpload.ACTIVE) -> {}
      case UploadOutcome.WrongStatus(var status) when status.equals(ImageUpload.SAVING) ->
          throw new IOException("somebody else is writing it");
      case UploadOutcome.WrongStatus _, UploadOutcome.DeletedMeanwhile _ ->
          throw new NoSuchFileException(imageId);
      case UploadOutcome.Rejected(var reason) -> throw new IOException("not now: " + reason);
      case UploadOutcome.TooLarge(var maxBytes) ->
          throw DriverException.instanceFault(
              "image " + imageId + " has more than the " + maxBytes + " bytes an image may have");
      case UploadOutcome.StoreFull(var message) ->
          throw DriverException.hostFault("the image store is full: " + message);
      case UploadOutcome.Refused(var reason) ->
          throw DriverException.instanceFault("image " + imageId + " is not sound: " + reason);
    }
  }

  private static void throwAsItIs(Throwable failure) throws IOException, DriverException {
    switch (failure) {
      case IOException e -> throw e;
      case DriverException e -> throw e;
      case RuntimeException e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /** An end that comes before all was written is no end. */
  private static final class WholeBytes extends FilterInputStream {
    private final AtomicBoolean whole;
    private final Runnable onFirst;
    private boolean begun;

    /**
     * @param onFirst run when the first bytes have come
     */
    WholeBytes(InputStream bytes, AtomicBoolean whole, Runnable onFirst) {
      super(bytes);
      this.whole = whole;
      this.onFirst = onFirst;
    }

    @Override
    public int read() throws IOException {
      return requireWhole(super.read());
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return requireWhole(super.read(to, offset, length));
    }

    private int requireWhole(int count) throws IOException {
      if (count < 0 && !whole.get()) {
        throw new IOException("the bytes stopped coming");
      }
      if (!begun && count >= 0) {
        begun = true;
        onFirst.run();
      }
      return count;
    }
  }
}
