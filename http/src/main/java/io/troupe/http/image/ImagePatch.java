package io.troupe.http.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageUpload;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.List;
import java.util.Optional;

/**
 * One step of a patch (RFC 6902, of which the Image API takes add, replace and remove) in the media
 * type {@code application/openstack-images-v2.1-json-patch}.
 *
 * @param path its parts, unescaped: a key, or {@code tags} and a place in the list
 */
record ImagePatch(String op, List<String> path, Optional<JsonNode> value) {
  static final String MEDIA_TYPE = "application/openstack-images-v2.1-json-patch";
  static final int MAX_STEPS = 1000;

  static ImagePatch read(Body body) {
    String op = body.required("op").choice("add", "replace", "remove");
    Field pointer = body.required("path");
    String text = pointer.text(2, 600);
    if (!text.startsWith("/")) {
      throw pointer.invalid("a path begins with /");
    }
    List<String> path =
        List.of(text.substring(1).split("/", -1)).stream()
            .map(part -> part.replace("~1", "/").replace("~0", "~"))
            .toList();
    if (path.size() > 2 || (path.size() == 2 && !path.getFirst().equals("tags"))) {
      throw pointer.invalid("only attributes, properties and places in tags can be changed");
    }
    Optional<JsonNode> value =
        op.equals("remove")
            ? body.optional("value").flatMap(field -> Optional.empty())
            : Optional.of(body.required("value").node());
    return new ImagePatch(op, path, value);
  }

  /**
   * What the image becomes.
   *
   * @return its details, checked like those of a new image
   */
  static ImageDetails apply(Image image, List<ImagePatch> steps) {
    ObjectNode body = ImageDetails.json(image);
    for (ImagePatch step : steps) {
      step.applyTo(body, image);
    }
    return new Field("", body, false).object(ImageDetails::read);
  }

  private void applyTo(ObjectNode body, Image image) {
    String key = path.getFirst();
    if (ImageDetails.READ_ONLY.contains(key) || key.equals("id")) {
      throw ApiError.forbidden("Attribute '" + key + "' is read-only.").thrown();
    }
    if ((key.equals("disk_format") || key.equals("container_format"))
        && !image.status().equals(ImageUpload.QUEUED)) {
      throw ApiError.forbidden("Attribute " + key + " can be only replaced for a queued image.")
          .thrown();
    }
    if (path.size() == 2) {
      if (!(body.get("tags") instanceof ArrayNode tags)) {
        throw ApiError.badRequest("tags is not a list").thrown();
      }
      applyTo(tags);
      return;
    }
    if (op.equals("remove") && ImageDetails.BASE.contains(key)) {
      throw ApiError.forbidden("Property " + key + " may not be removed.").thrown();
    }
    if (!op.equals("add") && !body.has(key)) {
      throw ApiError.conflict("Property " + key + " does not exist.").thrown();
    }
    value.ifPresentOrElse(node -> body.set(key, node), () -> body.remove(key));
  }

  private void applyTo(ArrayNode tags) {
    String place = path.getLast();
    int last = tags.size() - (op.equals("add") ? 0 : 1);
    int index;
    if (place.equals("-") && op.equals("add")) {
      index = tags.size();
    } else if (place.matches("0|[1-9][0-9]{0,3}") && Integer.parseInt(place) <= last) {
      index = Integer.parseInt(place);
    } else {
      throw ApiError.conflict("There is no place " + place + " in tags.").thrown();
    }
    switch (op) {
      case "add" -> tags.insert(index, value.orElseThrow());
      case "replace" -> tags.set(index, value.orElseThrow());
      default -> tags.remove(index);
    }
  }
}
