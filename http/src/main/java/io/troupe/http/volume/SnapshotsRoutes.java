package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.Api;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Route.get("/snapshots", Policy.READER, call -> list(call, SnapshotJson::brief)),
        Route.get("/snapshots/detail", Policy.READER, call -> list(call, SnapshotJson::of)),
        Route.post("/snapshots", Policy.MEMBER, this::create),
        Route.get(ONE, Policy.READER, call -> find(call).thenApply(one -> shown(200, one))),
        Route.put(ONE, Policy.MEMBER, this::update),
        Route.delete(
            ONE,
            Policy.MEMBER,
            call -> change(call, _ -> new VolumeChange.Delete()).thenApply(_ -> Reply.empty(202))),
        Route.get(
            ONE + "/metadata",
            Policy.READER,
            call -> find(call).thenApply(SnapshotsRoutes::metadata)),
        Route.post(ONE + "/metadata", Policy.MEMBER, call -> merge(call, true)),
        Route.put(ONE + "/metadata", Policy.MEMBER, call -> merge(call, false)),
        Route.delete(ONE + "/metadata/{key}", Policy.MEMBER, this::forget));
  }

  // ---- lists

  private CompletionStage<HttpResponse> list(Call call, Function<VolumeSnapshot, ObjectNode> as) {
    Query query = call.query();
    boolean all = query.flag("all_tenants", false) && call.caller().may(Permission.ALL_TENANTS);
    CompletionStage<List<VolumeSnapshot>> asked =
        all
            ? access.everySnapshot()
            : api.volumes()
                .volumes(call.caller().project().value())
                .thenApply(has -> has.snapshots());
    return asked.thenApply(
        found -> {
          List<VolumeSnapshot> wanted =
              found.stream()
                  .filter(snapshot -> matches(snapshot, query))
                  .sorted(
                      Comparator.comparing(VolumeSnapshot::createdAt)
                          .reversed()
                          .thenComparing(VolumeSnapshot::id))
                  .skip(query.number("offset").orElse(0))
                  .toList();
          var page = Page.of(wanted, query, api.settings().pageLimit(), VolumeSnapshot::id);
          var body = Json.object();
          var entries = body.putArray("snapshots");
          page.entries().forEach(snapshot -> entries.add(as.apply(snapshot)));
          page.addNextLink(body, "snapshots_links", call, "/snapshots");
          return Reply.ok(body);
        });
  }

  private static boolean matches(VolumeSnapshot snapshot, Query query) {
    return is(query, "name", snapshot.name())
        && is(query, "status", snapshot.status().word())
        && is(query, "volume_id", snapshot.volumeId())
        && is(query, "id", snapshot.id())
        && is(query, "project_id", snapshot.projectId());
  }

  private static boolean is(Query query, String key, String value) {
    return query.get(key).filter(asked -> !asked.equalsIgnoreCase(value)).isEmpty();
  }

  // ---- one

  private CompletionStage<VolumeSnapshot> find(Call call) {
    return access
        .findSnapshot(call.caller(), call.path("id"))
        .thenApply(
            found ->
                found.orElseThrow(() -> ApiError.notFound("Snapshot", call.path("id")).thrown()));
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
          body.nullable("name")
              .or(() -> body.nullable("display_name"))
              .map(NewVolume::words)
              .orElse(""),
          body.nullable("description")
              .or(() -> body.nullable("display_description"))
              .map(NewVolume::words)
              .orElse(""),
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
        .thenCompose(wanted -> change(call, _ -> wanted))
        .thenApply(snapshot -> shown(200, snapshot));
  }

  private CompletionStage<VolumeSnapshot> change(
      Call call, Function<VolumeSnapshot, VolumeChange> change) {
    return find(call)
        .thenCompose(
            snapshot ->
                api.volumes()
                    .changeSnapshot(snapshot.projectId(), snapshot.id(), change.apply(snapshot)))
        .thenApply(VolumesRoutes::accepted);
  }

  // ---- metadata

  private CompletionStage<HttpResponse> merge(Call call, boolean keep) {
    return call.body(body -> NewVolume.metadata(body.required("metadata")))
        .thenCompose(
            items ->
                change(
                    call,
                    snapshot -> {
                      var after = new HashMap<>(keep ? snapshot.metadata() : Map.of());
                      after.putAll(items);
                      return with(after);
                    }))
        .thenApply(SnapshotsRoutes::metadata);
  }

  private CompletionStage<HttpResponse> forget(Call call) {
    String key = call.path("key");
    return change(
            call,
            snapshot -> {
              if (!snapshot.metadata().containsKey(key)) {
                throw ApiError.notFound("Metadata item", key).thrown();
              }
              var after = new HashMap<>(snapshot.metadata());
              after.remove(key);
              return with(after);
            })
        .thenApply(_ -> Reply.empty(200));
  }

  private static VolumeChange with(Map<String, String> metadata) {
    return new VolumeChange.Describe(Optional.empty(), Optional.empty(), Optional.of(metadata));
  }

  private static HttpResponse metadata(VolumeSnapshot snapshot) {
    var body = Json.object();
    var metadata = body.putObject("metadata");
    snapshot.metadata().forEach(metadata::put);
    return Reply.ok(body);
  }
}
