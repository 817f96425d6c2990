package io.troupe.http.image;

/** Which names an image's owner may give to properties. */
public final class PropertyNames {
  private PropertyNames() {}

  /** Whether the image service says something else by that name. */
  public static boolean isReserved(String name) {
    return ImageDetails.BASE.contains(name)
        || ImageDetails.READ_ONLY.contains(name)
        || name.startsWith("os_glance_");
  }
}
