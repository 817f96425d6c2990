package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What the service says of itself, and the lists of what it does not have, which are empty. */
final class VolumeDocuments {
  private static final String API = "/volume/v3/";

  private VolumeDocuments() {}

  static HttpResponse versions(Call call) {
    ObjectNode body = Json.object();
    ObjectNode version = body.putArray("versions").addObject();
    version
        .put("id", "v3.0")
        .put("status", "CURRENT")
        .put("version", VolumeService.MAX.toString())
        .put("min_version", VolumeService.MIN.toString())
        .put("updated", "2023-03-22T00:00:00Z");
    version
        .putArray("links")
        .addObject()
        .put("rel", "self")
        .put("href", call.links().absolute(API));
    version.putArray("media-types");
    return Reply.ok(body);
  }

  static List<Route> routes() {
    return Stream.of(
            empty("/backups", "backups"),
            empty("/backups/detail", "backups"),
            empty("/qos-specs", "qos_specs"),
            empty("/os-volume-transfer", "transfers"),
            empty("/os-volume-transfer/detail", "transfers"),
            empty("/volume-transfers", "transfers"),
            empty("/volume-transfers/detail", "transfers"),
            empty("/groups", "groups"),
            empty("/groups/detail", "groups"),
            empty("/consistencygroups", "consistencygroups"),
            empty("/consistencygroups/detail", "consistencygroups"),
            empty("/messages", "messages"),
            empty("/extensions", "extensions"),
            Route.get("/os-availability-zone", Policy.READER, Handler.now(call -> zones())))
        .toList();
  }

  private static Route empty(String path, String key) {
    return Route.get(
        path,
        Policy.READER,
        Handler.now(
            call -> {
              ObjectNode body = Json.object();
              body.putArray(key);
              return Reply.ok(body);
            }));
  }

  private static HttpResponse zones() {
    ObjectNode body = Json.object();
    body.putArray("availabilityZoneInfo")
        .addObject()
        .put("zoneName", VolumeJson.ZONE)
        .putObject("zoneState")
        .put("available", true);
    return Reply.ok(body);
  }
}
