package io.troupe.http.compute;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.InstanceView;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The record of an image that is made of a server: private to the server's project, with the
 * properties of the image the server was booted from and those that Nova writes on snapshots.
 */
final class SnapshotImage {
  /** Of a snapshot of a snapshot; they say where the first one came from. */
  private static final Set<String> NOT_INHERITED =
      Set.of("backup_type", "image_location", "image_state", "cache_in_nova", "bittorrent");

  private SnapshotImage() {}

  /**
   * @param base what the server was booted from, unless it is gone
   * @param own properties that whoever asks wants on it; they win over inherited ones
   */
  static Image of(
      String id,
      String name,
      InstanceView server,
      Optional<Image> base,
      Map<String, String> own,
      Instant now) {
    var request = server.request();
    var properties = new HashMap<>(request.imageProperties());
    properties.keySet().removeIf(key -> NOT_INHERITED.contains(key) || key.startsWith("img_sign"));
    properties.put("image_type", "snapshot");
    properties.putAll(own);
    properties.put("instance_uuid", server.id().toString());
    properties.put("base_image_ref", request.image().id());
    properties.put("user_id", request.userId());
    int minDiskGib = Math.max(request.flavor().rootGib(), base.map(Image::minDiskGib).orElse(0));
    return new Image(
        id,
        name,
        server.project().value(),
        "private",
        "queued",
        "qcow2", // what drivers make, see DriverCommand.Snapshot
        "bare",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        minDiskGib,
        base.map(Image::minRamMib).orElse(0L),
        false,
        false,
        properties,
        Set.of(),
        now,
        now);
  }
}
