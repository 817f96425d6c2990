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
 */
public record RebuildRequest(
    GuestSpec.ImageRef image,
    Map<String, String> imageProperties,
    Revision revision,
    Optional<Key> key,
    Optional<String> userDataBase64,
    Optional<Map<String, String>> metadata,
    List<GuestSpec.InjectedFile> files) {
  public RebuildRequest {
    imageProperties = Map.copyOf(imageProperties);
    files = List.copyOf(files);
  }

  /** Another key pair, or none any more. */
  public record Key(Optional<String> name, Optional<String> publicKey) {}
}
