package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import java.util.Optional;

/** What an owner may do to a volume itself. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = VolumeChange.Describe.class, name = "describe"),
  @JsonSubTypes.Type(value = VolumeChange.SetBootable.class, name = "set-bootable"),
  @JsonSubTypes.Type(value = VolumeChange.Extend.class, name = "extend"),
  @JsonSubTypes.Type(value = VolumeChange.Delete.class, name = "delete")
})
public sealed interface VolumeChange {
  /** What is empty stays; {@code metadata} is all of it. */
  record Describe(
      Optional<String> name, Optional<String> description, Optional<Map<String, String>> metadata)
      implements VolumeChange {}

  record SetBootable(boolean bootable) implements VolumeChange {}

  /**
   * @param sizeGib more than it has, GiB
   */
  record Extend(long sizeGib) implements VolumeChange {}

  record Delete() implements VolumeChange {}
}
