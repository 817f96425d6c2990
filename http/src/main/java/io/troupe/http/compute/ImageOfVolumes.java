package io.troupe.http.compute;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An image of a server that boots from a volume: no bytes, but the names of snapshots of its
 * volumes, as Nova writes them into the property {@code block_device_mapping}. Whoever boots from
 * it gets volumes made of them.
 */
final class ImageOfVolumes {
  private ImageOfVolumes() {}

  /** A volume of the server, and the snapshot of it. */
  record Copy(AttachedVolume volume, String snapshotId) {}

  /** The image, active at once. */
  static Image of(Image draft, List<Copy> copies, Instant now) {
    var mapping = Json.array();
    for (Copy copy : copies) {
      mapping
          .addObject()
          .put("boot_index", copy.volume().root() ? 0 : -1)
          .put("source_type", "snapshot")
          .put("destination_type", "volume")
          .put("snapshot_id", copy.snapshotId())
          .put("volume_size", copy.volume().sizeGib())
          .put("delete_on_termination", copy.volume().deleteOnTermination())
          .put("device_name", copy.volume().device())
          .put("device_type", "disk")
          .put("disk_bus", "virtio")
          .putNull("guest_format")
          .putNull("image_id")
          .putNull("no_device")
          .put("tag", copy.volume().tag().orElse(null))
          .putNull("volume_id");
    }
    var properties = new HashMap<>(draft.properties());
    properties.put(Image.MAPPING, new String(Json.bytes(mapping), StandardCharsets.UTF_8));
    properties.put("bdm_v2", "True");
    properties.put("root_device_name", "/dev/vda");
    properties.put("base_image_ref", "");
    return new Image(
        draft.id(),
        draft.name(),
        draft.owner(),
        draft.visibility(),
        "active",
        draft.diskFormat(),
        draft.containerFormat(),
        Optional.of(0L),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        draft.minDiskGib(),
        draft.minRamMib(),
        draft.isProtected(),
        draft.hidden(),
        properties,
        draft.tags(),
        draft.createdAt(),
        now);
  }

  /**
   * The disks that a server of this image gets; 400 when its owner has written something else into
   * the property.
   */
  static List<DeviceWish> devices(Image image) {
    var text = image.properties().getOrDefault(Image.MAPPING, "[]");
    var mapping = new Field(Image.MAPPING, Json.parse(text.getBytes(StandardCharsets.UTF_8)), true);
    var devices = mapping.list(0, DeviceWish.MOST, item -> item.object(ImageOfVolumes::device));
    if (devices.stream().filter(DeviceWish::root).count() != 1) {
      throw ApiError.badRequest(
              "Block Device Mapping is Invalid: image %s names no root disk.".formatted(image.id()))
          .thrown();
    }
    return devices;
  }

  private static DeviceWish device(Body body) {
    body.acceptUnknown();
    body.required("source_type").choice("snapshot");
    return new DeviceWish(
        body.nullable("boot_index").map(field -> field.integer(-1, 100) == 0).orElse(false),
        DeviceWish.Source.SNAPSHOT,
        true,
        Optional.of(body.required("snapshot_id").uuid()),
        body.nullable("volume_size").map(field -> field.integer(1, DeviceWish.LARGEST_GIB)),
        body.nullable("delete_on_termination").map(Field::flag).orElse(false),
        body.nullable("tag").map(field -> field.text(1, 60)));
  }

  /** These, and what the request has beside the root disk. */
  static List<DeviceWish> devices(Image image, List<DeviceWish> further) {
    var all = new ArrayList<>(devices(image));
    all.addAll(further);
    if (all.size() > DeviceWish.MOST) {
      throw DeviceWish.invalid("a server has at most " + DeviceWish.MOST + " disks.");
    }
    return all;
  }

  /** What the guest's hardware follows; what is said of the image itself is not among it. */
  static Map<String, String> propertiesOfGuest(Image image) {
    var properties = new HashMap<>(image.properties());
    properties
        .keySet()
        .removeAll(Set.of(Image.MAPPING, "bdm_v2", "root_device_name", "base_image_ref"));
    return properties;
  }
}
