package io.troupe.actors.volume;

import io.troupe.core.serialization.CborSerializable;
import java.util.List;

/**
 * Every volume of a project and every snapshot of them, and how much it may have.
 *
 * @param snapshots absent from a node of a former release
 */
public record ProjectVolumes(
    List<Volume> volumes, List<VolumeSnapshot> snapshots, VolumeLimits limits)
    implements CborSerializable {
  public ProjectVolumes {
    volumes = List.copyOf(volumes);
    snapshots = snapshots == null ? List.of() : List.copyOf(snapshots);
  }

  /** GiB of all together, snapshots too. */
  public long usedGib() {
    return Stored.gib(volumes, snapshots);
  }
}
