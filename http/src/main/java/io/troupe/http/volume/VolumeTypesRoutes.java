package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;

/** The one volume type there is: on the storage of a host. */
final class VolumeTypesRoutes {
  static final String NAME = "host-storage";
  private static final String ID = "6c1b4bb5-2d4e-4a0e-9f6c-000000000001";

  private VolumeTypesRoutes() {}

  static List<Route> routes() {
    return List.of(
        Route.get(
            "/types",
            Policy.READER,
            Handler.now(
                call -> {
                  var body = Json.object();
                  body.putArray("volume_types").add(type());
                  return Reply.ok(body);
                })),
        Route.get(
            "/types/{id}",
            Policy.READER,
            Handler.now(
                call -> {
                  if (!List.of(ID, "default").contains(call.path("id"))) {
                    throw ApiError.notFound("Volume type", call.path("id")).thrown();
                  }
                  return Reply.ok(Json.object().set("volume_type", type()));
                })),
        Route.get(
            "/types/{id}/extra_specs",
            Policy.READER,
            Handler.now(call -> Reply.ok(Json.object().set("extra_specs", Json.object())))));
  }

  static boolean isKnown(String nameOrId) {
    return nameOrId.equals(NAME) || nameOrId.equals(ID) || nameOrId.equals("__DEFAULT__");
  }

  private static ObjectNode type() {
    var type =
        Json.object()
            .put("id", ID)
            .put("name", NAME)
            .put("description", "On the storage of the host of the server it is first given to.")
            .put("is_public", true)
            .put("os-volume-type-access:is_public", true)
            .putNull("qos_specs_id");
    type.putObject("extra_specs");
    return type;
  }
}
