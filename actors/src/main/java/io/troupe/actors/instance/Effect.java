package io.troupe.actors.instance;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Step;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one thing that an instance has to ask somebody for now. */
public sealed interface Effect {
  /** Nothing is in progress. */
  record Rest() implements Effect {}

  /**
   * Ask for the current step.
   *
   * @param generation of the instance; the outcome carries it
   * @param what of whom
   */
  record Ask(OperationId operation, Step step, long generation, Request what) implements Effect {}

  /** What is asked, and of whom. */
  sealed interface Request {}

  /**
   * @param group the server group the instance becomes a member of
   * @param generation of the instance where it is counted otherwise than before, 0 where it is
   *     counted for the first time
   */
  record ReserveQuota(ProjectId project, Resources amount, Optional<String> group, long generation)
      implements Request {}

  record ReleaseQuota(ProjectId project) implements Request {}

  /**
   * @param mayPreempt whether others may be named that would have to leave
   */
  record Place(RequestSpec spec, boolean mayPreempt) implements Request {}

  /**
   * These instances leave their host.
   *
   * @param priority of the request; theirs are lower
   */
  record Preempt(Preemption preemption, int priority) implements Request {}

  /** May the instance as it is to be stay on this host? */
  record Permit(HostId host, RequestSpec spec) implements Request {}

  record ClaimHost(HostId host, long generation, RequestSpec spec) implements Request {}

  record ReleaseHost(HostId host, long generation) implements Request {}

  record CondemnGuest(HostId host, long generation, boolean keepsDisk) implements Request {}

  record AttachPort(ProjectId project, NetworkChoice choice, int index) implements Request {}

  record ReleasePorts(String networkId) implements Request {}

  /**
   * @param userId whose a new volume is
   * @param host empty while the instance is on none
   */
  record ConnectVolume(ProjectId project, String userId, VolumeChoice choice, Optional<HostId> host)
      implements Request {}

  /**
   * All its volumes are to be had on this host.
   *
   * @param beside hosts that may have a guest with them all the same
   */
  record ConnectVolumes(ProjectId project, HostId host, Set<HostId> beside) implements Request {}

  /**
   * The guest has all its volumes.
   *
   * @param devices by volume id
   */
  record MarkVolumes(ProjectId project, Map<String, String> devices) implements Request {}

  /** The root volume begins anew, for the operation that asks. */
  record ReimageVolume(ProjectId project, String volumeId, GuestSpec.ImageRef image)
      implements Request {}

  /** The root volume is what it was before it was to begin anew. */
  record UndoReimage(ProjectId project, String volumeId) implements Request {}

  /** There is no guest now, and all its volumes stay its own. */
  record KeepVolumes(ProjectId project) implements Request {}

  /** One that no guest has now is wanted no longer. */
  record ReleaseVolume(ProjectId project, String volumeId) implements Request {}

  /**
   * @param device as the guest names it
   */
  record MarkVolume(ProjectId project, String volumeId, String device) implements Request {}

  record BeginDetaching(ProjectId project, String volumeId) implements Request {}

  record FreeVolume(ProjectId project, String volumeId) implements Request {}

  /**
   * @param deleteAfter those that go when they are free
   */
  record ReleaseVolumes(ProjectId project, List<String> deleteAfter) implements Request {
    public ReleaseVolumes {
      deleteAfter = List.copyOf(deleteAfter);
    }
  }

  record ReleasePort(String networkId, String portId) implements Request {}

  /** It is recorded, without bytes. */
  record MakeImage(Image image) implements Request {}

  /** A snapshot of one of its volumes is being made. */
  record SnapVolume(ProjectId project, VolumeSnapshot.Wanted snapshot) implements Request {}

  /** There is no such snapshot, or will be none. */
  record DropSnapshot(ProjectId project, String snapshotId) implements Request {}

  /** Record and bytes are gone. */
  record DropImage(String imageId) implements Request {}

  /** Of an instance's backups of this type the {@code kept} newest are left. */
  record RotateBackups(ProjectId project, String type, int kept) implements Request {}

  /**
   * The host fills in its epoch before it hands the command to its driver.
   *
   * @param leaves whether the host gives the claim back, too, once the guest is gone: the next step
   *     without a question of its own
   */
  record RunOnHost(HostId host, DriverCommand command, boolean leaves) implements Request {}
}
