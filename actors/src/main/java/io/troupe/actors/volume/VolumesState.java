package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** A project's volumes. */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE) // Pekko shows fields otherwise
public final class VolumesState implements CborSerializable {
  public static final VolumesState EMPTY = new VolumesState(HashTreePMap.empty());

  private final PMap<String, Volume> volumes;

  private VolumesState(PMap<String, Volume> volumes) {
    this.volumes = volumes;
  }

  /** From a snapshot. */
  @JsonCreator
  static VolumesState of(@JsonProperty("volumes") List<Volume> volumes) {
    return EMPTY.evolve(new VolumeEvent.VolumesChanged(volumes, List.of()));
  }

  @JsonProperty
  public Collection<Volume> volumes() {
    return volumes.values();
  }

  public Optional<Volume> volume(String id) {
    return Optional.ofNullable(volumes.get(id));
  }

  /** Those that an instance has, is to get, or may still have. */
  public List<Volume> usedBy(InstanceId instance) {
    return volumes.values().stream().filter(volume -> volume.isUsedBy(instance)).toList();
  }

  /** GiB of all together. */
  public long gigabytes() {
    return volumes.values().stream().mapToLong(Volume::sizeGib).sum();
  }

  public VolumesState evolve(VolumeEvent event) {
    return switch (event) {
      case VolumeEvent.VolumesChanged(var put, var removed) -> {
        var after = volumes;
        for (Volume volume : put) {
          after = after.plus(volume.id(), volume);
        }
        yield new VolumesState(after.minusAll(removed));
      }
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VolumesState that && volumes.equals(that.volumes);
  }

  @Override
  public int hashCode() {
    return volumes.hashCode();
  }

  @Override
  public String toString() {
    return "VolumesState" + volumes.values();
  }
}
