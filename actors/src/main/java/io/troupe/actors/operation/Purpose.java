package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.RebuildRequest;
import io.troupe.drivers.spi.GuestSpec;
import java.util.Map;
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
  @JsonSubTypes.Type(value = Purpose.Rebuild.class, name = "rebuild"),
  @JsonSubTypes.Type(value = Purpose.Shelve.class, name = "shelve"),
  @JsonSubTypes.Type(value = Purpose.Unshelve.class, name = "unshelve")
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
   * The same instance from an image once more.
   *
   * @param imageBefore what it was made of, for when the new image is refused
   */
  record Rebuild(
      RebuildRequest request,
      GuestSpec.ImageRef imageBefore,
      Map<String, String> imagePropertiesBefore)
      implements Purpose {
    public Rebuild {
      imagePropertiesBefore = Map.copyOf(imagePropertiesBefore);
    }
  }

  /**
   * The root disk as an image, and nothing else left.
   *
   * @param image without bytes yet
   */
  record Shelve(Image image) implements Purpose {
    @Override
    public Optional<Image> newImage() {
      return Optional.of(image);
    }
  }

  /**
   * The instance from the image it became.
   *
   * @param image empty while the guest is still on its host
   * @param zone pins it there from now on
   * @param host an administrator's choice, for this once
   */
  record Unshelve(Optional<GuestSpec.ImageRef> image, Optional<Zone> zone, Optional<String> host)
      implements Purpose {
    /**
     * @param name empty for any
     */
    public record Zone(Optional<String> name) {}
  }
}
