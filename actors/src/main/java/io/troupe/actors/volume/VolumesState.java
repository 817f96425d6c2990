package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** A project's volumes, and snapshots of them. */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE) // Pekko shows fields otherwise
public final class VolumesState implements CborSerializable {
  public static final VolumesState EMPTY =
      new VolumesState(HashTreePMap.empty(), HashTreePMap.empty());

  private final PMap<String, Volume> volumes;
  private final PMap<String, VolumeSnapshot> snapshots;

  private VolumesState(PMap<String, Volume> volumes, PMap<String, VolumeSnapshot> snapshots) {
    this.volumes = volumes;
    this.snapshots = snapshots;
  }

  /** From a snapshot of this state; absent is what one of a former release did not have. */
  @JsonCreator
  static VolumesState of(
      @JsonProperty("volumes") List<Volume> volumes,
      @JsonProperty("snapshots") List<VolumeSnapshot> snapshots) {
    return EMPTY
        .evolve(new VolumeEvent.VolumesChanged(volumes, List.of()))
        .evolve(
            new VolumeEvent.SnapshotsChanged(snapshots == null ? List.of() : snapshots, List.of()));
  }

  @JsonProperty
  public Collection<Volume> volumes() {
    return volumes.values();
  }

  @JsonProperty
  public Collection<VolumeSnapshot> snapshots() {
    return snapshots.values();
  }

  public Optional<VolumeSnapshot> snapshot(String id) {
    return Optional.ofNullable(snapshots.get(id));
  }

  /** The volume or snapshot of this id. */
  public Optional<Stored> stored(String id) {
    return volume(id).<Stored>map(one -> one).or(() -> snapshot(id));
  }

  public boolean hasSnapshotsOf(String volumeId) {
    return snapshots.values().stream().anyMatch(one -> one.volumeId().equals(volumeId));
  }

  /** Whether a copy is being made of it, so that nothing may begin to write to it. */
  public boolean isBeingCopied(String volumeId) {
    return snapshots.values().stream()
        .filter(one -> one.status() == VolumeSnapshot.Status.CREATING)
        .anyMatch(one -> one.volumeId().equals(volumeId));
  }

  public Optional<Volume> volume(String id) {
    return Optional.ofNullable(volumes.get(id));
  }

  /** Those that an instance has, is to get, or may still have. */
  public List<Volume> usedBy(InstanceId instance) {
    return volumes.values().stream().filter(volume -> volume.isUsedBy(instance)).toList();
  }

  /** GiB of all together, snapshots too, as in Cinder. */
  public long gigabytes() {
    return Stored.gib(volumes.values(), snapshots.values());
  }

  public VolumesState evolve(VolumeEvent event) {
    return switch (event) {
      case VolumeEvent.VolumesChanged(var put, var removed) -> {
        var after = volumes;
        for (Volume volume : put) {
          after = after.plus(volume.id(), volume);
        }
        yield new VolumesState(after.minusAll(removed), snapshots);
      }
      case VolumeEvent.SnapshotsChanged(var put, var removed) -> {
        var after = snapshots;
        for (VolumeSnapshot snapshot : put) {
          after = after.plus(snapshot.id(), snapshot);
        }
        yield new VolumesState(volumes, after.minusAll(removed));
      }
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VolumesState that
        && volumes.equals(that.volumes)
        && snapshots.equals(that.snapshots);
  }

  @Override
  public int hashCode() {
    return Objects.hash(volumes, snapshots);
  }

  @Override
  public String toString() {
    return "VolumesState" + volumes.values() + snapshots.values();
  }
}
