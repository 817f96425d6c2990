package io.troupe.actors.instance;

import io.troupe.drivers.spi.GuestSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a rebuild makes of an instance, resolved and checked by the API; what is empty stays.
 *
 * @param image the same as before or another; active
 * @param metadata all of it, in place of what there is
 * @param userDataBase64 an empty text takes it away
 * @param files injected once; those of the boot do not come back
 * @param volumeImage what the root volume begins anew from; empty where that stays, also when there
 *     is none. Then {@code image} stays what it was
 */
public record RebuildRequest(
    GuestSpec.ImageRef image,
    Map<String, String> imageProperties,
    Revision revision,
    Optional<Key> key,
    Optional<String> userDataBase64,
    Optional<Map<String, String>> metadata,
    List<GuestSpec.InjectedFile> files,
    Optional<GuestSpec.ImageRef> volumeImage) {
  public RebuildRequest {
    volumeImage = volumeImage == null ? Optional.empty() : volumeImage; // of a former release
    imageProperties = Map.copyOf(imageProperties);
    files = List.copyOf(files);
  }

  /** Of an instance whose root disk is its own, or whose root volume stays. */
  public RebuildRequest(
      GuestSpec.ImageRef image,
      Map<String, String> imageProperties,
      Revision revision,
      Optional<Key> key,
      Optional<String> userDataBase64,
      Optional<Map<String, String>> metadata,
      List<GuestSpec.InjectedFile> files) {
    this(image, imageProperties, revision, key, userDataBase64, metadata, files, Optional.empty());
  }

  /** Another key pair, or none any more. */
  public record Key(Optional<String> name, Optional<String> publicKey) {}
}
