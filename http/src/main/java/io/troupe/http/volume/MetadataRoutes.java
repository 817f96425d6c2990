package io.troupe.http.volume;

import io.troupe.actors.Answer;
import io.troupe.actors.volume.Stored;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
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
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Metadata of volumes, {@code /volumes/{id}/metadata}, and of snapshots likewise. */
final class MetadataRoutes<S extends Stored> {
  private final String path;
  private final Function<Call, CompletionStage<S>> find;
  private final Function<S, Map<String, String>> metadata;
  private final BiFunction<S, VolumeChange, CompletionStage<Answer<S>>> change;

  private MetadataRoutes(
      String path,
      Function<Call, CompletionStage<S>> find,
      Function<S, Map<String, String>> metadata,
      BiFunction<S, VolumeChange, CompletionStage<Answer<S>>> change) {
    this.path = path;
    this.find = find;
    this.metadata = metadata;
    this.change = change;
  }

  static MetadataRoutes<Volume> ofVolumes(Api api) {
    var access = new VolumeAccess(api.catalog(), api.volumes());
    return new MetadataRoutes<>(
        "/volumes/{id}/metadata",
        call -> access.visible(call.caller(), call.path("id")),
        Volume::metadata,
        (volume, change) -> api.volumes().changeVolume(volume.projectId(), volume.id(), change));
  }

  static MetadataRoutes<VolumeSnapshot> ofSnapshots(Api api) {
    var access = new VolumeAccess(api.catalog(), api.volumes());
    return new MetadataRoutes<>(
        "/snapshots/{id}/metadata",
        call -> access.visibleSnapshot(call.caller(), call.path("id")),
        VolumeSnapshot::metadata,
        (snapshot, change) ->
            api.volumes().changeSnapshot(snapshot.projectId(), snapshot.id(), change));
  }

  List<Route> routes() {
    return List.of(
        Route.get(path, Policy.READER, call -> find.apply(call).thenApply(this::shown)),
        Route.post(path, Policy.MEMBER, call -> merge(call, true)),
        Route.put(path, Policy.MEMBER, call -> merge(call, false)),
        Route.delete(path + "/{key}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> merge(Call call, boolean keep) {
    return call.body(body -> NewVolume.metadata(body.required("metadata")))
        .thenCompose(
            items ->
                change(
                    call,
                    now -> {
                      var after = new HashMap<>(keep ? now : Map.of());
                      after.putAll(items);
                      return after;
                    }))
        .thenApply(this::shown);
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String key = call.path("key");
    return change(
            call,
            now -> {
              if (!now.containsKey(key)) {
                throw ApiError.notFound("Metadata item", key).thrown();
              }
              var after = new HashMap<>(now);
              after.remove(key);
              return after;
            })
        .thenApply(_ -> Reply.empty(200));
  }

  private CompletionStage<S> change(
      Call call, Function<Map<String, String>, Map<String, String>> to) {
    return find.apply(call)
        .thenCompose(
            one ->
                change.apply(
                    one,
                    new VolumeChange.Describe(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(to.apply(metadata.apply(one))))))
        .thenApply(VolumesRoutes::accepted);
  }

  private HttpResponse shown(S one) {
    var body = Json.object();
    var items = body.putObject("metadata");
    metadata.apply(one).forEach(items::put);
    return Reply.ok(body);
  }
}
