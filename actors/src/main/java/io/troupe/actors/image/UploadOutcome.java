package io.troupe.actors.image;

import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;

/** How an upload ended. In every case but the first the image has no bytes of this upload. */
public sealed interface UploadOutcome {
  /** The image is active. */
  record Active(Image image) implements UploadOutcome {}

  /** The catalog refused: no such image, or it cannot be written now. */
  record Rejected(Rejection reason) implements UploadOutcome {}

  /** The image is not in status {@code queued}: it has its bytes, or is being given them. */
  record WrongStatus(String status) implements UploadOutcome {}

  /** More bytes than an upload may have. */
  record TooLarge(long maxBytes) implements UploadOutcome {}

  /** The store has no room. */
  record StoreFull(String message) implements UploadOutcome {}

  /** The bytes are not what the image was declared to be, or not safe. */
  record Refused(String reason) implements UploadOutcome {}

  /** The image was deleted while its bytes came in. */
  record DeletedMeanwhile() implements UploadOutcome {}
}
