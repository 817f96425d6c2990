package io.troupe.http.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageInspection;
import io.troupe.actors.image.ImageUpload;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an owner may say about an image, when it is made and later.
 *
 * @param diskFormat empty as long as it was not said; so is {@code containerFormat}
 */
record ImageDetails(
    String name,
    Optional<String> owner,
    String visibility,
    String diskFormat,
    String containerFormat,
    int minDiskGib,
    int minRamMib,
    boolean isProtected,
    boolean hidden,
    Map<String, String> properties,
    Set<String> tags) {
  /** Glance's {@code image_property_quota} and {@code image_tag_quota}. */
  static final int MAX_PROPERTIES = 128;

  static final int MAX_TAGS = 128;

  /** Glance takes 65535; every node holds all of them in memory. */
  private static final int MAX_VALUE_CHARACTERS = 4096;

  /** What the image service itself says about an image. */
  static final Set<String> READ_ONLY =
      Set.of(
          "status",
          "size",
          "virtual_size",
          "checksum",
          "os_hash_algo",
          "os_hash_value",
          "created_at",
          "updated_at",
          "file",
          "self",
          "schema",
          "direct_url",
          "locations",
          "stores",
          "deleted",
          "deleted_at");

  /** The keys that are not properties. */
  static final Set<String> BASE =
      Set.of(
          "id",
          "name",
          "owner",
          "visibility",
          "disk_format",
          "container_format",
          "min_disk",
          "min_ram",
          "protected",
          "os_hidden",
          "tags");

  /** Reads a create body, or a patched image written by {@link #json}. */
  static ImageDetails read(Body body) {
    String format =
        body.nullable("disk_format").map(field -> supported(field, field.text(1, 64))).orElse("");
    String container = body.nullable("container_format").map(f -> f.choice("bare")).orElse("");
    return new ImageDetails(
        body.nullable("name").map(field -> field.printable(255)).orElse(""),
        body.nullable("owner").map(field -> field.text(1, 255)),
        body.optional("visibility")
            .map(field -> field.choice("public", "private", "shared", "community"))
            .orElse("shared"),
        format,
        container,
        body.optional("min_disk").map(f -> (int) f.integer(0, Integer.MAX_VALUE)).orElse(0),
        body.optional("min_ram").map(f -> (int) f.integer(0, Integer.MAX_VALUE)).orElse(0),
        body.optional("protected").map(Field::flag).orElse(false),
        body.optional("os_hidden").map(Field::flag).orElse(false),
        properties(body),
        body.optional("tags").map(ImageDetails::tags).orElse(Set.of()));
  }

  private static String supported(Field field, String format) {
    if (!ImageInspection.FORMATS.contains(format)) {
      throw field.invalid("Disk format '" + format + "' is not supported; use raw or qcow2");
    }
    return format;
  }

  private static Set<String> tags(Field field) {
    return new LinkedHashSet<>(field.list(0, MAX_TAGS, tag -> tag.printable(255)));
  }

  private static Map<String, String> properties(Body body) {
    Map<String, String> properties = new LinkedHashMap<>();
    for (String key : body.keys()) {
      if (BASE.contains(key)) {
        continue;
      }
      if (READ_ONLY.contains(key) || key.startsWith("os_glance_")) {
        throw ApiError.forbidden("Attribute '" + key + "' is read-only.").thrown();
      }
      Field value = body.required(key);
      if (key.isEmpty() || key.length() > 255) {
        throw value.invalid("a property's name has 1 to 255 characters");
      }
      properties.put(key, value.printable(MAX_VALUE_CHARACTERS));
    }
    if (properties.size() > MAX_PROPERTIES) {
      throw new ApiError(
              413,
              "LimitExceeded",
              "The limit has been exceeded on the number of allowed image properties."
                  + " Attempted: %d, Maximum: %d".formatted(properties.size(), MAX_PROPERTIES))
          .thrown();
    }
    return properties;
  }

  /** What {@link #read} takes, as the image has it now; the place patches are applied to. */
  static ObjectNode json(Image image) {
    ObjectNode body = Json.object();
    image.properties().forEach(body::put);
    body.put("name", image.name())
        .put("owner", image.owner())
        .put("visibility", image.visibility())
        .put("disk_format", ImageJson.orNull(image.diskFormat()))
        .put("container_format", ImageJson.orNull(image.containerFormat()))
        .put("min_disk", image.minDiskGib())
        .put("min_ram", image.minRamMib())
        .put("protected", image.isProtected())
        .put("os_hidden", image.hidden());
    var tags = body.putArray("tags");
    image.tags().stream().sorted().forEach(tags::add);
    return body;
  }

  /** A new image without bytes. */
  Image create(String id, String callersProject, Instant now) {
    return new Image(
        id,
        name,
        owner.orElse(callersProject),
        visibility,
        ImageUpload.QUEUED,
        diskFormat,
        containerFormat,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        minDiskGib,
        minRamMib,
        isProtected,
        hidden,
        properties,
        tags,
        now,
        now);
  }

  /** The image with these details. */
  Image applyTo(Image image, Instant now) {
    return new Image(
        image.id(),
        name,
        owner.orElse(image.owner()),
        visibility,
        image.status(),
        diskFormat,
        containerFormat,
        image.sizeBytes(),
        image.virtualSizeBytes(),
        image.md5(),
        image.sha512(),
        minDiskGib,
        minRamMib,
        isProtected,
        hidden,
        properties,
        tags,
        image.createdAt(),
        now);
  }
}
