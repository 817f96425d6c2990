package io.troupe.http.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;

/** What the image service says about itself: its versions and the schemas of its bodies. */
final class ImageDocuments {
  /** The newest minor version whose calls, as far as we have them, behave as Glance's do. */
  private static final int NEWEST_MINOR = 9;

  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("id", "string"),
          Map.entry("name", "string"),
          Map.entry("status", "string"),
          Map.entry("visibility", "string"),
          Map.entry("owner", "string"),
          Map.entry("protected", "boolean"),
          Map.entry("os_hidden", "boolean"),
          Map.entry("checksum", "string"),
          Map.entry("os_hash_algo", "string"),
          Map.entry("os_hash_value", "string"),
          Map.entry("size", "integer"),
          Map.entry("virtual_size", "integer"),
          Map.entry("container_format", "string"),
          Map.entry("disk_format", "string"),
          Map.entry("min_disk", "integer"),
          Map.entry("min_ram", "integer"),
          Map.entry("tags", "array"),
          Map.entry("created_at", "string"),
          Map.entry("updated_at", "string"),
          Map.entry("self", "string"),
          Map.entry("file", "string"),
          Map.entry("schema", "string"));

  private ImageDocuments() {}

  static List<Route> routes() {
    return List.of(
        Route.get("/", Policy.OPEN, Handler.now(call -> Reply.json(300, versions(call)))),
        Route.get("/versions", Policy.OPEN, Handler.now(call -> Reply.ok(versions(call)))),
        Route.get("/v2", Policy.OPEN, Handler.now(call -> Reply.ok(versions(call)))),
        Route.get("/v2/schemas/image", Policy.ANY, Handler.now(call -> Reply.ok(image()))),
        Route.get("/v2/schemas/images", Policy.ANY, Handler.now(call -> Reply.ok(images()))));
  }

  private static ObjectNode versions(Call call) {
    ObjectNode body = Json.object();
    var versions = body.putArray("versions");
    for (int minor = NEWEST_MINOR; minor >= 0; minor--) {
      ObjectNode version = versions.addObject();
      version.put("id", "v2." + minor);
      version.put("status", minor == NEWEST_MINOR ? "CURRENT" : "SUPPORTED");
      version
          .putArray("links")
          .addObject()
          .put("rel", "self")
          .put("href", call.links().absolute("/image/v2/"));
    }
    return body;
  }

  private static ObjectNode image() {
    ObjectNode schema = Json.object().put("name", "image");
    ObjectNode properties = schema.putObject("properties");
    FIELDS.keySet().stream()
        .sorted()
        .forEach(name -> properties.putObject(name).put("type", FIELDS.get(name)));
    schema.putObject("additionalProperties").put("type", "string");
    return schema;
  }

  private static ObjectNode images() {
    ObjectNode schema = Json.object().put("name", "images");
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("images").put("type", "array").set("items", image());
    properties.putObject("first").put("type", "string");
    properties.putObject("next").put("type", "string");
    properties.putObject("schema").put("type", "string");
    return schema;
  }
}
