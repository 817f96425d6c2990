package io.troupe.actors.image;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** The records of images that are made of guests. Everything may be repeated. Blocking. */
public final class SnapshotImages {
  private final Catalog catalog;
  private final ImageUpload uploads;

  public SnapshotImages(Catalog catalog, ImageUpload uploads) {
    this.catalog = catalog;
    this.uploads = uploads;
  }

  /**
   * The image is recorded.
   *
   * @param image of a new id: one that is there under it already is this one
   */
  public void make(Image image) throws IOException {
    switch (catalog.create(image).toCompletableFuture().join()) {
      case Answer.Accepted<Image> _ -> {}
      case Answer.Rejected<Image>(Rejection.Conflict _) -> {}
      case Answer.Rejected<Image>(var reason) -> throw new IOException("not now: " + reason);
    }
  }

  /**
   * Nobody sees the image any more, and its bytes are gone. What fails half way is finished by
   * {@link ImageUpload#resume} at the latest.
   */
  public void drop(String imageId) throws IOException {
    catalog.refresh(Image.class).toCompletableFuture().join();
    delete(imageId);
  }

  /**
   * Of an instance's backups of this type the {@code kept} newest are left, and those that are
   * protected. Only what is its project's own counts: anybody may write an instance's id on an
   * image.
   *
   * @return ids of those that were dropped
   */
  public List<String> rotate(InstanceId instance, ProjectId project, String type, int kept)
      throws IOException {
    catalog.refresh(Image.class).toCompletableFuture().join();
    var excess =
        catalog.all(Image.class).stream()
            .filter(image -> image.owner().equals(project.value()))
            .filter(image -> says(image, "instance_uuid", instance.toString()))
            .filter(image -> says(image, "image_type", "backup"))
            .filter(image -> says(image, "backup_type", type))
            .sorted(Comparator.comparing(Image::createdAt).reversed())
            .skip(kept)
            .filter(image -> !image.isProtected())
            .map(Image::id)
            .toList();
    for (String id : excess) {
      delete(id);
    }
    return excess;
  }

  private static boolean says(Image image, String property, String value) {
    return value.equals(image.properties().get(property));
  }

  private void delete(String imageId) throws IOException {
    if (uploads.delete(imageId) instanceof Answer.Rejected<Image>(var reason)
        && !(reason instanceof Rejection.NotFound)) {
      throw new IOException("not now: " + reason);
    }
  }
}
