package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.HostId;

/**
 * What an operation is to bring about, beyond what its kind says: which image, which flavor, which
 * volume. It stands in the event that began the operation and stays as it is to the operation's
 * end. Stored for ever: names stay, fields are only added.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Purpose.CreateImage.class, name = "create-image"),
  @JsonSubTypes.Type(value = Purpose.Adopt.class, name = "adopt")
})
public sealed interface Purpose {
  /**
   * The guest's root disk as an image.
   *
   * @param imageId of an image that is there already and waits for its bytes
   */
  record CreateImage(String imageId) implements Purpose {}

  /**
   * A guest that is there, as the instance's.
   *
   * @param guest as the hypervisor calls it
   */
  record Adopt(HostId host, String guest) implements Purpose {}
}
