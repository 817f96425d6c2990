package io.troupe.http.image;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageUpload;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import java.util.Optional;

/**
 * Who sees which image: its owner and administrators always, everybody a public one, and a
 * community one who knows its id. A shared one is its owner's, as there are no members yet.
 */
record ImageAccess(Catalog catalog) {

  /** The image, or 404 for one that is not there and for one the caller may not know of. */
  Image visible(Caller caller, String id) {
    return catalog
        .find(Image.class, id)
        .filter(image -> isVisible(caller, image))
        .orElseThrow(() -> missing(id).thrown());
  }

  /** The image, or 404 as {@link #visible}, or 403 for another's image. */
  Image changeable(Caller caller, String id) {
    Image image = visible(caller, id);
    if (!owns(caller, image)) {
      throw ApiError.forbidden("You are not permitted to change image " + id + ".").thrown();
    }
    return image;
  }

  static ApiError missing(String id) {
    return new ApiError(404, "ImageNotFound", "No image found with ID " + id);
  }

  static boolean isVisible(Caller caller, Image image) {
    boolean open = image.visibility().equals("public") || image.visibility().equals("community");
    return !image.status().equals(ImageUpload.DELETED) && (open || owns(caller, image));
  }

  /** Whether a list that does not ask for a visibility has it. */
  static boolean isListed(Caller caller, Image image, Optional<String> visibility) {
    if (visibility.filter(asked -> !asked.equals("all")).isPresent()) {
      return isVisible(caller, image) && image.visibility().equals(visibility.get());
    }
    boolean strangersCommunity =
        image.visibility().equals("community")
            && !caller.scope().map(ProjectId::value).equals(Optional.of(image.owner()));
    return isVisible(caller, image) && (visibility.isPresent() || !strangersCommunity);
  }

  private static boolean owns(Caller caller, Image image) {
    return caller.reaches(new ProjectId(image.owner()));
  }

  /** 403 unless the caller may give an image this visibility. */
  static void requirePublicise(Caller caller, String before, String after) {
    if (after.equals("public") && !before.equals("public") && !caller.isAdmin()) {
      throw ApiError.forbidden("Only an administrator may make an image public.").thrown();
    }
  }
}
