package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.VolumeChoice;
import java.util.Optional;

/**
 * What an operation is to bring about, beyond what its kind says: which image, which flavor, which
 * volume. It stands in the event that began the operation and stays as it is to the operation's
 * end. Stored for ever: names stay, fields are only added.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Purpose.CreateImage.class, name = "create-image"),
  @JsonSubTypes.Type(value = Purpose.AttachVolume.class, name = "attach-volume"),
  @JsonSubTypes.Type(value = Purpose.DetachVolume.class, name = "detach-volume"),
  @JsonSubTypes.Type(value = Purpose.AttachInterface.class, name = "attach-interface"),
  @JsonSubTypes.Type(value = Purpose.DetachInterface.class, name = "detach-interface")
})
public sealed interface Purpose {
  /**
   * The guest's root disk as an image.
   *
   * @param imageId of an image that is there already and waits for its bytes
   */
  record CreateImage(String imageId) implements Purpose {}

  record AttachVolume(VolumeChoice choice) implements Purpose {}

  record DetachVolume(String volumeId) implements Purpose {}

  /**
   * @param tag the owner's word for the card
   */
  record AttachInterface(NetworkChoice choice, Optional<String> tag) implements Purpose {}

  record DetachInterface(String portId) implements Purpose {}
}
