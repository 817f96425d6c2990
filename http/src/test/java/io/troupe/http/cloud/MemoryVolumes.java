package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Volumes;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.instance.VolumePlace;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeEvent;
import io.troupe.actors.volume.VolumeLimits;
import io.troupe.actors.volume.VolumeRules;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.actors.volume.VolumesState;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Volumes by the real rules, without storage: what is deleted is gone at once. */
public final class MemoryVolumes implements Volumes {
  private final Clock clock;
  private final Map<String, VolumesState> projects = new HashMap<>();
  private volatile VolumeLimits limits = new VolumeLimits(5, 50, -1, 3L);

  public MemoryVolumes(Clock clock) {
    this.clock = clock;
  }

  private VolumesState of(String project) {
    return projects.getOrDefault(project, VolumesState.EMPTY);
  }

  private VolumeRules rules(String project) {
    return new VolumeRules(of(project), limits, clock.instant());
  }

  @Override
  public synchronized CompletionStage<Answer<Volume>> createVolume(Volume volume) {
    return CompletableFuture.completedFuture(
        kept(volume.projectId(), rules(volume.projectId()).create(volume)));
  }

  @Override
  public synchronized CompletionStage<ProjectVolumes> volumes(String projectId) {
    return CompletableFuture.completedFuture(
        new ProjectVolumes(
            List.copyOf(of(projectId).volumes()), List.copyOf(of(projectId).snapshots()), limits));
  }

  @Override
  public synchronized CompletionStage<Answer<Volume>> changeVolume(
      String projectId, String volumeId, VolumeChange change) {
    var answer = kept(projectId, rules(projectId).change(volumeId, change));
    if (change instanceof VolumeChange.Delete && answer instanceof Answer.Accepted<Volume>) {
      put(projectId, List.of(), List.of(volumeId));
    }
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public synchronized CompletionStage<Answer<VolumeSnapshot>> createSnapshot(
      String projectId, VolumeSnapshot.Wanted wanted) {
    return CompletableFuture.completedFuture(
        keptSnapshot(projectId, rules(projectId).snapshot(wanted)));
  }

  @Override
  public synchronized CompletionStage<Answer<VolumeSnapshot>> changeSnapshot(
      String projectId, String snapshotId, VolumeChange change) {
    var answer = keptSnapshot(projectId, rules(projectId).changeSnapshot(snapshotId, change));
    var isToGo = change instanceof VolumeChange.Delete || change instanceof VolumeChange.GiveUp;
    if (isToGo && answer instanceof Answer.Accepted<VolumeSnapshot>) {
      evolve(projectId, new VolumeEvent.SnapshotsChanged(List.of(), List.of(snapshotId)));
    }
    return CompletableFuture.completedFuture(answer);
  }

  private Answer<VolumeSnapshot> keptSnapshot(String project, Answer<VolumeSnapshot> answer) {
    if (answer instanceof Answer.Accepted<VolumeSnapshot>(var snapshot)) {
      var isCopied = snapshot.status() == VolumeSnapshot.Status.CREATING;
      var after = isCopied ? snapshot.copied(snapshot.pool(), clock.instant()) : snapshot;
      evolve(project, new VolumeEvent.SnapshotsChanged(List.of(after), List.of()));
    }
    return answer;
  }

  private void evolve(String project, VolumeEvent event) {
    projects.put(project, of(project).evolve(event));
  }

  /** As somebody else has made it. */
  public synchronized void keep(Volume volume) {
    put(volume.projectId(), List.of(volume), List.of());
  }

  /** As an instance would take it. */
  public synchronized void give(String projectId, String volumeId, InstanceId to, String host) {
    var choice = new VolumeChoice(volumeId, Optional.empty(), false, false, Optional.empty());
    kept(
        projectId,
        rules(projectId)
            .connect(
                to,
                choice,
                Optional.of(new HostId(host)),
                Optional.empty(),
                "a" + volumeId.substring(1),
                Optional.empty()));
    kept(projectId, rules(projectId).attached(volumeId, to, "/dev/vdb"));
  }

  /** What an instance asks, answered as the actor would once all is done. */
  synchronized StepOutcome.Result connect(
      ProjectId project,
      String userId,
      InstanceId instance,
      VolumeChoice choice,
      Optional<HostId> host) {
    var fresh =
        choice
            .fresh()
            .map(
                wanted ->
                    Volume.fresh(
                        choice.volumeId(), project.value(), userId, wanted, clock.instant()));
    var attachment = "a" + choice.volumeId().substring(1);
    return switch (kept(
        project.value(),
        rules(project.value())
            .connect(instance, choice, host, Optional.empty(), attachment, fresh))) {
      case Answer.Accepted<Volume>(var volume) ->
          new StepOutcome.VolumeConnected(
              volume.ref(),
              attachment,
              volume.sizeGib(),
              new VolumePlace(volume.host(), volume.pool()));
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  /** All hosts here are taken to see all volumes, whatever pools there are. */
  synchronized StepOutcome.Result connectAll(ProjectId project, InstanceId instance, HostId host) {
    var places = new HashMap<String, VolumePlace>();
    of(project.value())
        .usedBy(instance)
        .forEach(
            volume ->
                places.put(
                    volume.id(),
                    new VolumePlace(volume.host().or(() -> Optional.of(host)), volume.pool())));
    return new StepOutcome.VolumesConnected(places);
  }

  synchronized StepOutcome.Result reimaged(
      ProjectId project,
      String id,
      InstanceId instance,
      OperationId operation,
      GuestSpec.ImageRef image) {
    return connected(
        switch (rules(project.value()).reimaged(id, instance, operation, image)) {
          case Answer.Accepted<Volume>(var volume) ->
              kept(project.value(), Answer.of(volume.madeThere(volume.pool(), clock.instant())));
          case Answer.Rejected<Volume> refused -> refused;
        });
  }

  synchronized StepOutcome.Result asBefore(ProjectId project, String id, InstanceId instance) {
    return connected(kept(project.value(), rules(project.value()).asBefore(id, instance)));
  }

  private static StepOutcome.Result connected(Answer<Volume> answer) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) ->
          new StepOutcome.VolumeConnected(
              volume.ref(), volume.use().orElseThrow().attachmentId(), volume.sizeGib());
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  synchronized void keep(ProjectId project, InstanceId instance) {
    for (Volume volume : of(project.value()).usedBy(instance)) {
      free(project, volume.id(), instance);
      var choice = new VolumeChoice(volume.id(), Optional.empty(), false, false, Optional.empty());
      connect(project, volume.userId(), instance, choice, Optional.empty());
    }
  }

  synchronized void attached(ProjectId project, String id, InstanceId instance, String device) {
    kept(project.value(), rules(project.value()).attached(id, instance, device));
  }

  public synchronized void free(ProjectId project, String id, InstanceId instance) {
    kept(project.value(), rules(project.value()).detached(id, instance));
  }

  synchronized void release(ProjectId project, InstanceId instance, List<String> deleteAfter) {
    for (Volume volume : of(project.value()).usedBy(instance)) {
      free(project, volume.id(), instance);
      if (deleteAfter.contains(volume.id())) {
        put(project.value(), List.of(), List.of(volume.id()));
      }
    }
  }

  private Answer<Volume> kept(String project, Answer<Volume> answer) {
    if (answer instanceof Answer.Accepted<Volume>(var volume)) {
      var isCopied =
          volume.status() == Volume.Status.CREATING || volume.status() == Volume.Status.DOWNLOADING;
      var after = isCopied ? volume.madeThere(volume.pool(), clock.instant()) : volume;
      put(project, List.of(after), List.of());
    }
    return answer;
  }

  private void put(String project, List<Volume> volumes, List<String> removed) {
    projects.put(project, of(project).evolve(new VolumeEvent.VolumesChanged(volumes, removed)));
  }
}
