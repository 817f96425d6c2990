package io.troupe.http.volume;

import io.troupe.actors.Catalog;
import io.troupe.actors.Volumes;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Which volumes and snapshots a caller sees: the own project's; an administrator all. */
public record VolumeAccess(Catalog catalog, Volumes volumes) {

  /** The volume, or 404 for one that is not there and for one the caller may not know of. */
  public CompletionStage<Volume> visible(Caller caller, String id) {
    return find(caller, id)
        .thenApply(found -> found.orElseThrow(() -> ApiError.notFound("Volume", id).thrown()));
  }

  /** Empty for one that is not there and for one the caller may not know of. */
  public CompletionStage<Optional<Volume>> find(Caller caller, String id) {
    return volumes
        .volumes(caller.project().value())
        .thenCompose(
            own -> {
              var found = ofId(own.volumes(), id);
              return found.isPresent() || !caller.may(Permission.OTHER_PROJECTS)
                  ? CompletableFuture.completedFuture(found)
                  : everywhere().thenApply(all -> ofId(all, id));
            });
  }

  /** Empty for one that is not there and for one the caller may not know of. */
  public CompletionStage<Optional<VolumeSnapshot>> findSnapshot(Caller caller, String id) {
    return volumes
        .volumes(caller.project().value())
        .thenCompose(
            own -> {
              var found = snapshotOfId(own.snapshots(), id);
              return found.isPresent() || !caller.may(Permission.OTHER_PROJECTS)
                  ? CompletableFuture.completedFuture(found)
                  : everySnapshot().thenApply(all -> snapshotOfId(all, id));
            });
  }

  private static Optional<VolumeSnapshot> snapshotOfId(List<VolumeSnapshot> all, String id) {
    return all.stream().filter(snapshot -> snapshot.id().equals(id)).findFirst();
  }

  private static Optional<Volume> ofId(List<Volume> all, String id) {
    return all.stream().filter(volume -> volume.id().equals(id)).findFirst();
  }

  /** Of every project, one after the other. */
  CompletionStage<List<Volume>> everywhere() {
    return everywhere(ProjectVolumes::volumes);
  }

  /** Of every project, one after the other. */
  CompletionStage<List<VolumeSnapshot>> everySnapshot() {
    return everywhere(ProjectVolumes::snapshots);
  }

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
