package io.troupe.actors.volume;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestSpec;
import java.util.Map;
import java.util.Optional;

/** What an owner may do to a volume itself. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = VolumeChange.Describe.class, name = "describe"),
  @JsonSubTypes.Type(value = VolumeChange.SetBootable.class, name = "set-bootable"),
  @JsonSubTypes.Type(value = VolumeChange.Extend.class, name = "extend"),
  @JsonSubTypes.Type(value = VolumeChange.Reimage.class, name = "reimage"),
  @JsonSubTypes.Type(value = VolumeChange.GiveUp.class, name = "give-up"),
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

  /** It begins anew from this image; all that was in it is gone. */
  record Reimage(OperationId operation, GuestSpec.ImageRef image) implements VolumeChange {}

  /** A snapshot goes, also while it is being made. */
  record GiveUp() implements VolumeChange {}

  record Delete() implements VolumeChange {}
}
