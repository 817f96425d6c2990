package io.troupe.http.volume;

import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /volumes/{id}/metadata}. */
final class VolumeMetadataRoutes {
  private final Api api;
  private final VolumeAccess access;

  VolumeMetadataRoutes(Api api) {
    this.api = api;
    this.access = new VolumeAccess(api.catalog(), api.volumes());
  }

  List<Route> routes() {
    return List.of(
        Route.get(
            "/volumes/{id}/metadata",
            Policy.READER,
            call ->
                access
                    .visible(call.caller(), call.path("id"))
                    .thenApply(VolumeMetadataRoutes::shown)),
        Route.post("/volumes/{id}/metadata", Policy.MEMBER, call -> merge(call, true)),
        Route.put("/volumes/{id}/metadata", Policy.MEMBER, call -> merge(call, false)),
        Route.delete("/volumes/{id}/metadata/{key}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> merge(Call call, boolean keep) {
    return call.body(body -> NewVolume.metadata(body.required("metadata")))
        .thenCompose(
            items ->
                change(
                    call,
                    volume -> {
                      var after = new HashMap<>(keep ? volume.metadata() : Map.of());
                      after.putAll(items);
                      return after;
                    }))
        .thenApply(VolumeMetadataRoutes::shown);
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String key = call.path("key");
    return change(
            call,
            volume -> {
              if (!volume.metadata().containsKey(key)) {
                throw ApiError.notFound("Metadata item", key).thrown();
              }
              var after = new HashMap<>(volume.metadata());
              after.remove(key);
              return after;
            })
        .thenApply(_ -> Reply.empty(200));
  }

  private CompletionStage<Volume> change(
      Call call, Function<Volume, Map<String, String>> metadata) {
    return access
        .visible(call.caller(), call.path("id"))
        .thenCompose(
            volume ->
                api.volumes()
                    .changeVolume(
                        volume.projectId(),
                        volume.id(),
                        new VolumeChange.Describe(
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(metadata.apply(volume)))))
        .thenApply(VolumesRoutes::accepted);
  }

  private static HttpResponse shown(Volume volume) {
    var body = Json.object();
    var metadata = body.putObject("metadata");
    volume.metadata().forEach(metadata::put);
    return Reply.ok(body);
  }
}
