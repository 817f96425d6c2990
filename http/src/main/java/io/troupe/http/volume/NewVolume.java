package io.troupe.http.volume;

import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /volumes} as the client wrote it; nothing looked up yet.
 *
 * @param sizeGib GiB; empty: that of the snapshot
 */
record NewVolume(
    Optional<Long> sizeGib,
    String name,
    String description,
    Optional<String> imageId,
    Optional<String> snapshotId,
    Map<String, String> metadata) {
  /** More than any host has. */
  private static final long LARGEST_GIB = 1L << 30;

  private static final List<String> SOURCES = List.of("source_volid", "backup_id");

  static NewVolume of(Body body) {
    for (String source : SOURCES) {
      body.nullable(source)
          .ifPresent(
              field -> {
                throw ApiError.badRequest(
                        "Invalid input for "
                            + source
                            + ": a volume can be made empty, of an image or of a snapshot.")
                    .thrown();
              });
    }
    if (body.nullable("multiattach").map(Field::flag).orElse(false)) {
      throw ApiError.badRequest(
              "Invalid input for multiattach: a volume can be attached to one server only.")
          .thrown();
    }
    body.nullable("volume_type")
        .map(field -> field.text(0, 255))
        .filter(type -> !type.isEmpty() && !VolumeTypesRoutes.isKnown(type))
        .ifPresent(
            type -> {
              throw ApiError.notFound("Volume type", type).thrown();
            });
    body.nullable("availability_zone")
        .map(field -> field.text(0, 255))
        .filter(zone -> !zone.isEmpty() && !zone.equals(VolumeJson.ZONE))
        .ifPresent(
            zone -> {
              throw ApiError.badRequest("Availability zone '" + zone + "' is invalid.").thrown();
            });
    body.acceptUnknown();
    var snapshot = body.nullable("snapshot_id").map(Field::uuid);
    var image =
        body.nullable("imageRef").map(field -> field.text(0, 255)).filter(id -> !id.isEmpty());
    if (snapshot.isPresent() && image.isPresent()) {
      throw ApiError.badRequest(
              "Invalid input received: May specify only one of snapshot, imageRef or source volume")
          .thrown();
    }
    var size = snapshot.isPresent() ? body.nullable("size") : Optional.of(body.required("size"));
    return new NewVolume(
        size.map(field -> field.integer(1, LARGEST_GIB)),
        words(body, "name").orElse(""),
        words(body, "description").orElse(""),
        image,
        snapshot,
        body.nullable("metadata").map(NewVolume::metadata).orElse(Map.of()));
  }

  /** A name or description, under today's key or the one of Cinder's first API. */
  static Optional<String> words(Body body, String key) {
    return body.nullable(key)
        .or(() -> body.nullable("display_" + key))
        .map(field -> field.printable(255));
  }

  static Map<String, String> metadata(Field field) {
    return field.texts(key -> true);
  }
}
