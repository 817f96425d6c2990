package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /messages}: why volumes are in error, as Cinder's user messages. There is one for each
 * such volume, as long as it is in error.
 */
final class MessagesRoutes {
  private final VolumeAccess access;

  MessagesRoutes(Api api) {
    this.access = new VolumeAccess(api.catalog(), api.volumes());
  }

  List<Route> routes() {
    return List.of(
        Route.get("/messages", Policy.READER, this::list),
        Route.get("/messages/{id}", Policy.READER, this::show));
  }

  private CompletionStage<List<Volume>> inError(Call call) {
    return access
        .asked(call, ProjectVolumes::volumes)
        .thenApply(
            all ->
                all.stream()
                    .filter(volume -> volume.status() == Volume.Status.ERROR)
                    .filter(volume -> !volume.fault().isEmpty())
                    .toList());
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var about = call.query().get("resource_uuid");
    return inError(call)
        .thenApply(
            volumes -> {
              ObjectNode body = Json.object();
              var list = body.putArray("messages");
              volumes.stream()
                  .filter(volume -> about.isEmpty() || about.get().equals(volume.id()))
                  .forEach(volume -> list.add(json(volume)));
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    String id = call.path("id");
    return inError(call)
        .thenApply(
            volumes ->
                volumes.stream()
                    .filter(volume -> id(volume).equals(id))
                    .findFirst()
                    .orElseThrow(() -> ApiError.notFound("Message", id).thrown()))
        .thenApply(volume -> Reply.ok(Json.object().set("message", json(volume))));
  }

  /** The same for the same fault, however often it is read. */
  private static String id(Volume volume) {
    var fault = volume.id() + "/" + volume.fault();
    return UUID.nameUUIDFromBytes(fault.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static ObjectNode json(Volume volume) {
    return Json.object()
        .put("id", id(volume))
        .put("event_id", "VOLUME_VOLUME_001_001")
        .put("user_message", volume.fault())
        .put("message_level", "ERROR")
        .put("resource_type", "VOLUME")
        .put("resource_uuid", volume.id())
        .putNull("request_id")
        .put("created_at", Json.timeMicros(volume.updatedAt()))
        .putNull("guaranteed_until");
  }
}
