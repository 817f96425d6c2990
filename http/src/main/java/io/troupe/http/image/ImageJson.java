package io.troupe.http.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Image;
import io.troupe.http.json.Json;

/** An image as the API shows it: its own fields and the owner's properties side by side. */
final class ImageJson {
  private ImageJson() {}

  static ObjectNode of(Image image) {
    ObjectNode body = ImageDetails.json(image);
    body.put("id", image.id())
        .put("status", image.status())
        .put("size", image.sizeBytes().orElse(null))
        .put("virtual_size", image.virtualSizeBytes().orElse(null))
        .put("checksum", image.md5().orElse(null))
        .put("os_hash_algo", image.sha512().map(hash -> "sha512").orElse(null))
        .put("os_hash_value", image.sha512().orElse(null))
        .put("created_at", Json.time(image.createdAt()))
        .put("updated_at", Json.time(image.updatedAt()))
        .put("self", "/v2/images/" + image.id())
        .put("file", "/v2/images/" + image.id() + "/file")
        .put("schema", "/v2/schemas/image");
    return body;
  }

  /** What JSON writes for a text that was not given. */
  static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
