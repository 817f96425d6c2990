package io.troupe.actors.volume;

import io.troupe.core.serialization.CborSerializable;
import java.util.List;

/** Every volume of a project, and how much it may have. */
public record ProjectVolumes(List<Volume> volumes, VolumeLimits limits)
    implements CborSerializable {
  public ProjectVolumes {
    volumes = List.copyOf(volumes);
  }

  /** GiB of all together. */
  public long usedGib() {
    return volumes.stream().mapToLong(Volume::sizeGib).sum();
  }
}
