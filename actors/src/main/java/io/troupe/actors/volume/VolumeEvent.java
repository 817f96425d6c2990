package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What has happened to a project's volumes. Stored for ever: names stay, fields are only added. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = VolumeEvent.VolumesChanged.class, name = "volumes-changed"),
  @JsonSubTypes.Type(value = VolumeEvent.SnapshotsChanged.class, name = "snapshots-changed")
})
public sealed interface VolumeEvent {
  /** Volumes as they are now, then volumes that are gone. */
  record VolumesChanged(List<Volume> put, List<String> removed) implements VolumeEvent {
    public VolumesChanged {
      put = List.copyOf(put);
      removed = List.copyOf(removed);
    }
  }

  /** Snapshots as they are now, then snapshots that are gone. */
  record SnapshotsChanged(List<VolumeSnapshot> put, List<String> removed) implements VolumeEvent {
    public SnapshotsChanged {
      put = List.copyOf(put);
      removed = List.copyOf(removed);
    }
  }
}
