package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.catalog.Image;
import io.troupe.core.value.HostId;
import java.util.Optional;

/**
 * What an operation is to bring about, beyond what its kind says: which image, which flavor, which
 * volume. It stands in the event that began the operation and stays as it is to the operation's
 * end. Stored for ever: names stay, fields are only added.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Purpose.CreateImage.class, name = "create-image"),
  @JsonSubTypes.Type(value = Purpose.Backup.class, name = "backup"),
  @JsonSubTypes.Type(value = Purpose.Adopt.class, name = "adopt")
})
public sealed interface Purpose {
  /** The image that the operation makes of the guest's root disk, as it is recorded at first. */
  default Optional<Image> newImage() {
    return Optional.empty();
  }

  /**
   * The guest's root disk as an image.
   *
   * @param image without bytes yet
   */
  record CreateImage(String imageId, Optional<Image> image) implements Purpose {
    @Override
    public Optional<Image> newImage() {
      return image;
    }
  }

  /**
   * One more image, and no more than {@code kept} of its type.
   *
   * @param image without bytes yet; empty when none is kept
   */
  record Backup(Optional<Image> image, String type, int kept) implements Purpose {
    @Override
    public Optional<Image> newImage() {
      return image;
    }
  }

  /**
   * A guest that is there, as the instance's.
   *
   * @param guest as the hypervisor calls it
   */
  record Adopt(HostId host, String guest) implements Purpose {}
}
