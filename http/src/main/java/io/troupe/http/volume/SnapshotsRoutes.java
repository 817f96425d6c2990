package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /snapshots}: snapshots of the volumes of the caller's project; an administrator all. */
final class SnapshotsRoutes {
  private static final String ONE = "/snapshots/{id}";

  private final Api api;
  private final VolumeAccess access;

  SnapshotsRoutes(Api api) {
    this.api = api;
    this.access = new VolumeAccess(api.catalog(), api.volumes());
  }

  List<Route> routes() {
    return List.of(
        Route.get("/snapshots", Policy.READER_OR_SERVICE, call -> list(call, SnapshotJson::brief)),
        Route.get(
            "/snapshots/detail", Policy.READER_OR_SERVICE, call -> list(call, SnapshotJson::of)),
        Route.post("/snapshots", Policy.MEMBER, this::create),
        Route.get(ONE, Policy.READER_OR_SERVICE, this::show),
        Route.put(ONE, Policy.MEMBER, this::update),
        Route.delete(
            ONE,
            Policy.MEMBER,
            call -> change(call, new VolumeChange.Delete()).thenApply(_ -> Reply.empty(202))));
  }

  // ---- lists

  private CompletionStage<HttpResponse> list(Call call, Function<VolumeSnapshot, ObjectNode> as) {
    return access
        .asked(call, ProjectVolumes::snapshots)
        .thenApply(
            all ->
                StoredList.of(all, SnapshotsRoutes::matches, call)
                    .page("snapshots", api.settings().pageLimit(), as));
  }

  private static boolean matches(VolumeSnapshot snapshot, Query query) {
    return StoredList.is(query, "name", snapshot.name())
        && StoredList.is(query, "status", snapshot.status().word())
        && StoredList.is(query, "volume_id", snapshot.volumeId())
        && StoredList.is(query, "id", snapshot.id())
        && StoredList.is(query, "project_id", snapshot.projectId());
  }

  // ---- one

  private CompletionStage<HttpResponse> show(Call call) {
    return access.seenSnapshot(call.caller(), call.path("id")).thenApply(one -> shown(200, one));
  }

  private CompletionStage<VolumeSnapshot> find(Call call) {
    return access.visibleSnapshot(call.caller(), call.path("id"));
  }

  private static HttpResponse shown(int status, VolumeSnapshot snapshot) {
    return Reply.json(status, Json.object().set("snapshot", SnapshotJson.of(snapshot)));
  }

  /** From 3.66 on a volume that is in use needs no force, and {@code force: false} is refused. */
  private record New(
      String volumeId,
      String name,
      String description,
      Map<String, String> metadata,
      boolean isForced) {
    static New of(Body body, Microversion version) {
      boolean always = version.from(66);
      var force = body.nullable("force");
      boolean forced = force.map(Field::flag).orElse(always);
      if (always && !forced) {
        throw force
            .orElseThrow()
            .invalid("a volume in use is always taken from 3.66 on; leave it out");
      }
      body.acceptUnknown();
      return new New(
          body.required("volume_id").uuid(),
          NewVolume.words(body, "name").orElse(""),
          NewVolume.words(body, "description").orElse(""),
          body.nullable("metadata").map(NewVolume::metadata).orElse(Map.of()),
          forced);
    }
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(body -> body.required("snapshot").object(it -> New.of(it, call.version())))
        .thenCompose(
            wanted ->
                access
                    .visible(call.caller(), wanted.volumeId())
                    .thenCompose(
                        volume ->
                            api.volumes()
                                .createSnapshot(
                                    volume.projectId(),
                                    new VolumeSnapshot.Wanted(
                                        UUID.randomUUID().toString(),
                                        call.caller().userId(),
                                        wanted.name(),
                                        wanted.description(),
                                        volume.id(),
                                        wanted.metadata(),
                                        wanted.isForced()))))
        .thenApply(answer -> shown(202, VolumesRoutes.accepted(answer)));
  }

  private CompletionStage<HttpResponse> update(Call call) {
    return call.body(body -> body.required("snapshot").object(VolumesRoutes::description))
        .thenCompose(wanted -> change(call, wanted))
        .thenApply(snapshot -> shown(200, snapshot));
  }

  private CompletionStage<VolumeSnapshot> change(Call call, VolumeChange change) {
    return find(call)
        .thenCompose(
            snapshot -> api.volumes().changeSnapshot(snapshot.projectId(), snapshot.id(), change))
        .thenApply(VolumesRoutes::accepted);
  }
}
