package io.troupe.actors.image;

import io.troupe.actors.Answer;
import io.troupe.actors.Answer.Accepted;
import io.troupe.actors.Answer.Rejected;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.InspectionVerdict.Sound;
import io.troupe.actors.image.InspectionVerdict.Unsound;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Gives images their bytes, and takes them away. Status goes {@code queued → saving → active}; an
 * upload that fails in any way puts the image back to {@code queued}. Blocking.
 */
public final class ImageUpload {
  public static final String QUEUED = "queued";
  public static final String SAVING = "saving";
  public static final String ACTIVE = "active";
  public static final String DELETED = "deleted";

  private final Catalog catalog;
  private final ImageStore store;

  /** How often an upload says that it is still being read. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);

  /** An upload that has said nothing for this long has died with its node. */
  public static final Duration DEAD_AFTER = Duration.ofMinutes(2);

  private final ImageLimits limits;
  private final Clock clock;

  public ImageUpload(Catalog catalog, ImageStore store, ImageLimits limits, Clock clock) {
    this.catalog = catalog;
    this.store = store;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * Reads the bytes to their end and makes the image active. Of two uploads at once one is refused
   * before it is read.
   *
   * @throws IOException when the bytes stop coming or the store fails; the image is queued again
   */
  public UploadOutcome receive(String imageId, InputStream bytes) throws IOException {
    Optional<Image> found = catalog.find(Image.class, imageId);
    if (found.isEmpty()) {
      return new UploadOutcome.Rejected(new Rejection.NotFound("Image", imageId));
    }
    Answer<Image> claim =
        change(found.get(), QUEUED, image -> image.withStatus(SAVING, clock.instant()));
    return switch (claim) {
      case Rejected<Image>(Rejection.Conflict _) ->
          new UploadOutcome.WrongStatus(
              catalog.find(Image.class, imageId).map(Image::status).orElse(DELETED));
      case Rejected<Image>(var reason) -> new UploadOutcome.Rejected(reason);
      case Accepted<Image>(var image) -> fillOrQueueAgain(image, bytes);
    };
  }

  private UploadOutcome fillOrQueueAgain(Image image, InputStream bytes) throws IOException {
    boolean active = false;
    try {
      UploadOutcome outcome = fill(image, bytes);
      active = outcome instanceof UploadOutcome.Active;
      return outcome;
    } finally {
      if (!active) {
        change(image, SAVING, now -> now.withStatus(QUEUED, clock.instant()));
      }
    }
  }

  private UploadOutcome fill(Image image, InputStream bytes) throws IOException {
    store.delete(image.id()); // a queued image has none, unless an earlier outcome stayed unknown
    var watched = new WatchedBytes(bytes, clock, SIGN_OF_LIFE, () -> showLife(image));
    return switch (store.receive(watched, limits.maxUploadBytes())) {
      case ImageStore.TooLarge(var maxBytes) -> new UploadOutcome.TooLarge(maxBytes);
      case ImageStore.StoreFull(var message) -> new UploadOutcome.StoreFull(message);
      case ImageStore.Draft received -> {
        try (ImageStore.Draft draft = received) {
          yield switch (inspect(image, draft)) {
            case Unsound(var reason) -> new UploadOutcome.Refused(reason);
            case Sound(var virtualSizeBytes) -> activate(image, draft, virtualSizeBytes);
          };
        }
      }
    };
  }

  private void showLife(Image image) {
    change(image, SAVING, now -> now.withStatus(SAVING, clock.instant()));
  }

  private InspectionVerdict inspect(Image image, ImageStore.Draft draft) throws IOException {
    try (SeekableByteChannel content = draft.read()) {
      return ImageInspection.inspect(image.diskFormat(), content, limits);
    }
  }

  private UploadOutcome activate(Image image, ImageStore.Draft draft, long virtualSizeBytes)
      throws IOException {
    if (!draft.keepAs(image.id())) {
      return new UploadOutcome.WrongStatus(ACTIVE);
    }
    Answer<Image> answer =
        change(
            image,
            SAVING,
            now ->
                now.activated(
                    draft.sizeBytes(),
                    virtualSizeBytes,
                    draft.md5(),
                    draft.sha512(),
                    clock.instant()));
    // A write that fails with an exception may have been carried out: then the bytes must stay.
    return switch (answer) {
      case Accepted<Image>(var active) -> new UploadOutcome.Active(active);
      case Rejected<Image>(var reason) -> {
        store.delete(image.id());
        yield switch (reason) {
          case Rejection.NotFound _, Rejection.Conflict _ -> new UploadOutcome.DeletedMeanwhile();
          default -> new UploadOutcome.Rejected(reason);
        };
      }
    };
  }

  /**
   * The image and its bytes are gone. It is marked deleted first and forgotten last, so that one
   * half deleted by a crash is finished by {@link #resume}.
   *
   * @throws IOException when the bytes cannot be removed; it may be repeated
   */
  public Answer<Image> delete(String imageId) throws IOException {
    Answer<Image> marked =
        catalog
            .update(
                Image.class,
                imageId,
                image -> Answer.of(image.withStatus(DELETED, clock.instant())))
            .toCompletableFuture()
            .join();
    if (marked instanceof Accepted<Image>) {
      store.delete(imageId);
      catalog.remove(Image.class, imageId).toCompletableFuture().join();
    }
    return marked;
  }

  /**
   * Finishes what a crash cut short: interrupted uploads are queued again, begun deletions are
   * completed. Once the catalog has been read, by any node and as often as one likes.
   *
   * @param silence only what has shown no sign of life for this long: another node may be at it.
   *     {@link #DEAD_AFTER}, or nothing where there is no other node and no upload yet
   */
  public int resume(Duration silence) throws IOException {
    int touched = 0;
    var before = clock.instant().minus(silence);
    for (Image image : catalog.all(Image.class)) {
      if (silence.isPositive() && image.updatedAt().isAfter(before)) {
        continue;
      }
      switch (image.status()) {
        case SAVING -> {
          store.delete(image.id());
          change(image, SAVING, now -> now.withStatus(QUEUED, clock.instant()));
          touched++;
        }
        case DELETED -> {
          delete(image.id());
          touched++;
        }
        default -> {}
      }
    }
    return touched;
  }

  /**
   * Changes the image if it is still the same one and in this status; a conflict otherwise. An
   * owner may delete an image and make another of the same id while bytes come in.
   */
  private Answer<Image> change(Image image, String status, UnaryOperator<Image> change) {
    return catalog
        .update(
            Image.class,
            image.id(),
            now ->
                now.status().equals(status) && now.createdAt().equals(image.createdAt())
                    ? Answer.of(change.apply(now))
                    : Answer.refuse(new Rejection.Conflict("the image is " + now.status())))
        .toCompletableFuture()
        .join();
  }
}
