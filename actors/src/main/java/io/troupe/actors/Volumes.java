package io.troupe.actors;

import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import java.util.concurrent.CompletionStage;

/** The volumes of the cloud's projects. */
public interface Volumes {
  /**
   * A new volume; repeated with the same id it is the same one.
   *
   * @return {@link Rejection.QuotaExceeded} when the project has no room for it
   */
  CompletionStage<Answer<Volume>> createVolume(Volume volume);

  /** Every volume of a project, and what it may have. */
  CompletionStage<ProjectVolumes> volumes(String projectId);

  /**
   * What its owner does to it. The volume as it is after it.
   *
   * @return {@link Rejection.NotFound}; {@link Rejection.Invalid} when its state does not allow it;
   *     {@link Rejection.QuotaExceeded}
   */
  CompletionStage<Answer<Volume>> changeVolume(
      String projectId, String volumeId, VolumeChange change);

  /**
   * A snapshot of a volume; repeated with the same id it is the same one.
   *
   * @return {@link Rejection.NotFound} without such a volume; {@link Rejection.Invalid} when its
   *     state does not allow it; {@link Rejection.QuotaExceeded}
   */
  CompletionStage<Answer<VolumeSnapshot>> createSnapshot(
      String projectId, VolumeSnapshot.Wanted wanted);

  /**
   * What its owner does to a snapshot: describes or deletes it. The snapshot as it is after it.
   *
   * @return {@link Rejection.NotFound}; {@link Rejection.Invalid} when its state does not allow it
   */
  CompletionStage<Answer<VolumeSnapshot>> changeSnapshot(
      String projectId, String snapshotId, VolumeChange change);
}
