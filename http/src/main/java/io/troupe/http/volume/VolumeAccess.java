package io.troupe.http.volume;

import io.troupe.actors.Catalog;
import io.troupe.actors.Volumes;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Stored;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;
import io.troupe.http.route.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Which volumes and snapshots a caller may see and change: the own project's; an administrator all.
 * Another service of the cloud sees all of them.
 */
public record VolumeAccess(Catalog catalog, Volumes volumes) {

  /** The same for a caller who only looks at it, or has a server's volume swapped for it. */
  public CompletionStage<Volume> seen(Caller caller, String id) {
    return find(caller, id, ProjectVolumes::volumes, Permission.VOLUMES_OF_OTHER_PROJECTS)
        .thenApply(found -> found.orElseThrow(() -> ApiError.notFound("Volume", id).thrown()));
  }

  /** The snapshot for a caller who only looks at it. */
  CompletionStage<VolumeSnapshot> seenSnapshot(Caller caller, String id) {
    return find(caller, id, ProjectVolumes::snapshots, Permission.VOLUMES_OF_OTHER_PROJECTS)
        .thenApply(found -> found.orElseThrow(() -> ApiError.notFound("Snapshot", id).thrown()));
  }

  /** The volume, or 404 for one that is not there and for one the caller may not change. */
  public CompletionStage<Volume> visible(Caller caller, String id) {
    return find(caller, id)
        .thenApply(found -> found.orElseThrow(() -> ApiError.notFound("Volume", id).thrown()));
  }

  /** The snapshot, or 404 as for a volume. */
  CompletionStage<VolumeSnapshot> visibleSnapshot(Caller caller, String id) {
    return findSnapshot(caller, id)
        .thenApply(found -> found.orElseThrow(() -> ApiError.notFound("Snapshot", id).thrown()));
  }

  /** Empty for one that is not there and for one the caller may not know of. */
  public CompletionStage<Optional<Volume>> find(Caller caller, String id) {
    return find(caller, id, ProjectVolumes::volumes, Permission.OTHER_PROJECTS);
  }

  /** Empty for one that is not there and for one the caller may not know of. */
  public CompletionStage<Optional<VolumeSnapshot>> findSnapshot(Caller caller, String id) {
    return find(caller, id, ProjectVolumes::snapshots, Permission.OTHER_PROJECTS);
  }

  private <S extends Stored> CompletionStage<Optional<S>> find(
      Caller caller, String id, Function<ProjectVolumes, List<S>> what, Permission everywhere) {
    return volumes
        .volumes(caller.project().value())
        .thenCompose(
            own -> {
              var found = ofId(what.apply(own), id);
              return found.isPresent() || !caller.may(everywhere)
                  ? CompletableFuture.completedFuture(found)
                  : everywhere(what).thenApply(all -> ofId(all, id));
            });
  }

  private static <S extends Stored> Optional<S> ofId(List<S> all, String id) {
    return all.stream().filter(one -> one.id().equals(id)).findFirst();
  }

  /** What the request's {@code all_tenants} asks for: the project's own, or of all of them. */
  <S extends Stored> CompletionStage<List<S>> asked(
      Call call, Function<ProjectVolumes, List<S>> what) {
    Caller caller = call.caller();
    return call.query().flag("all_tenants", false)
            && caller.may(Permission.VOLUMES_OF_OTHER_PROJECTS)
        ? everywhere(what)
        : volumes.volumes(caller.project().value()).thenApply(what);
  }

  /** Of every project, one after the other. */
  private <T> CompletionStage<List<T>> everywhere(Function<ProjectVolumes, List<T>> what) {
    CompletionStage<List<T>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (Project project : catalog.all(Project.class)) {
      all =
          all.thenCombine(
              volumes.volumes(project.id()),
              (some, more) -> {
                some.addAll(what.apply(more));
                return some;
              });
    }
    return all;
  }
}
