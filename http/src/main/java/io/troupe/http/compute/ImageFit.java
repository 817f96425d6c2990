package io.troupe.http.compute;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;

/** Whether an image can be booted with a flavor; the words are Nova's, since clients match them. */
public final class ImageFit {
  private static final long GIB = 1L << 30;

  private ImageFit() {}

  /** 400 when it does not fit, 403 for a flavor without a root disk unless the caller may. */
  static void check(Caller caller, Flavor flavor, Image image) {
    check(caller, flavor.ramMib(), flavor.rootGib(), image);
  }

  /** The same for a server that has its flavor already. */
  static void check(Caller caller, FlavorAtBoot flavor, Image image) {
    check(caller, flavor.ramMib(), flavor.rootGib(), image);
  }

  /** 400 when the image wants more RAM. */
  static void checkMemory(long ramMib, Image image) {
    if (ramMib < image.minRamMib()) {
      throw ApiError.badRequest("Flavor's memory is too small for requested image.").thrown();
    }
  }

  /** 400 when a volume of this size cannot begin with the image. */
  static void checkVolume(long sizeGib, Image image) {
    long bytes = neededBytes(image);
    if (bytes > sizeGib * GIB) {
      throw ApiError.badRequest(
              ("Volume is smaller than the minimum size specified in image metadata. Volume size is"
                      + " %d bytes, minimum size is %d bytes.")
                  .formatted(sizeGib * GIB, bytes))
          .thrown();
    }
  }

  /** The size of the disk that the image needs, bytes. */
  public static long neededBytes(Image image) {
    return Math.max(
        image.minDiskGib() * GIB, image.virtualSizeBytes().or(image::sizeBytes).orElse(0L));
  }

  private static void check(Caller caller, long ramMib, int rootGib, Image image) {
    checkMemory(ramMib, image);
    if (rootGib == 0) {
      if (!caller.may(Permission.ZERO_DISK_FLAVOR)) {
        throw ApiError.forbidden(
                "Only volume-backed servers are allowed for flavors with zero disk.")
            .thrown();
      }
      return;
    }
    long diskBytes = rootGib * GIB;
    long minimumBytes = image.minDiskGib() * GIB;
    if (diskBytes < minimumBytes) {
      throw ApiError.badRequest(
              ("Flavor's disk is smaller than the minimum size specified in image metadata. Flavor"
                      + " disk is %d bytes, minimum size is %d bytes.")
                  .formatted(diskBytes, minimumBytes))
          .thrown();
    }
    long imageBytes = Math.max(image.virtualSizeBytes().orElse(0L), image.sizeBytes().orElse(0L));
    if (diskBytes < imageBytes) {
      throw ApiError.badRequest(
              ("Flavor's disk is too small for requested image. Flavor disk is %d bytes, image is"
                      + " %d bytes.")
                  .formatted(diskBytes, imageBytes))
          .thrown();
    }
  }

  /**
   * The active image of this id that the caller may see; 400 when there is none, or it has no bytes
   * of its own.
   *
   * @param field of the request, for the answer
   */
  public static Image usable(Catalog catalog, Caller caller, String id, String field) {
    Image image = active(catalog, caller, id, field);
    if (image.ofVolumes()) {
      throw ApiError.badRequest(
              "Invalid %s provided. Image %s has no bytes, it is made of snapshots of volumes."
                  .formatted(field, id))
          .thrown();
    }
    return image;
  }

  /** The same, also one that is made of snapshots of volumes. */
  static Image active(Catalog catalog, Caller caller, String id, String field) {
    Image image =
        catalog
            .find(Image.class, id)
            .filter(found -> isVisible(caller, found))
            .orElseThrow(
                () ->
                    ApiError.badRequest(
                            "Invalid %s provided. Image %s could not be found."
                                .formatted(field, id))
                        .thrown());
    if (!image.status().equals("active")) {
      throw ApiError.badRequest("Image " + id + " is not active.").thrown();
    }
    return image;
  }

  private static boolean isVisible(Caller caller, Image image) {
    return image.visibility().equals("public")
        || image.visibility().equals("community")
        || caller.reaches(new ProjectId(image.owner()));
  }

  /** What the driver needs to know of an active image. */
  public static GuestSpec.ImageRef reference(Image image) {
    long size = image.sizeBytes().orElse(0L);
    return new GuestSpec.ImageRef(
        image.id(),
        image.sha512().orElse(""),
        image.diskFormat(),
        size,
        image.virtualSizeBytes().orElse(size));
  }
}
