package io.troupe.http.compute;

import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code block_device_mapping_v2}, or of the older {@code block_device_mapping}, as
 * the client wrote it: well-formed, nothing looked up yet.
 *
 * @param root whether the server boots from it
 * @param uuid of the volume, snapshot or image, empty for a blank disk
 * @param sizeGib of the volume to be made, GiB; empty also for that of the snapshot
 */
record DeviceWish(
    boolean root,
    Source source,
    boolean onVolume,
    Optional<String> uuid,
    Optional<Long> sizeGib,
    boolean deleteOnTermination,
    Optional<String> tag) {
  /** A guest has 25 disks beside its root. */
  static final int MOST = 26;

  static final long LARGEST_GIB = 1L << 30;

  /** What is on the disk at first. */
  enum Source {
    VOLUME,
    SNAPSHOT,
    IMAGE,
    BLANK
  }

  /**
   * The devices of a create request.
   *
   * @param image of {@code imageRef}
   */
  static List<DeviceWish> of(Body server, Optional<String> image, Microversion version) {
    Optional<Field> old =
        server.optional("block_device_mapping").filter(field -> field.node().size() > 0);
    Optional<Field> current =
        server.optional("block_device_mapping_v2").filter(field -> field.node().size() > 0);
    if (old.isPresent() && current.isPresent()) {
      throw invalid("Using different block_device_mapping syntaxes is not allowed.");
    }
    List<DeviceWish> devices =
        current
            .map(field -> field.list(0, MOST, item -> item.object(body -> device(body, version))))
            .or(() -> old.map(field -> field.list(0, MOST, item -> item.object(DeviceWish::old))))
            .orElse(List.of());
    return checked(withoutImageItself(devices, image), image);
  }

  /** An entry that says the same as imageRef says nothing new. */
  private static List<DeviceWish> withoutImageItself(
      List<DeviceWish> devices, Optional<String> image) {
    for (DeviceWish device : devices) {
      if (device.source() == Source.IMAGE && !device.onVolume()) {
        if (!device.root() || !device.uuid().equals(image)) {
          throw invalid(
              "Mapping image to local is only for the root disk and the image of imageRef.");
        }
      }
    }
    return devices.stream()
        .filter(device -> device.source() != Source.IMAGE || device.onVolume())
        .toList();
  }

  private static List<DeviceWish> checked(List<DeviceWish> devices, Optional<String> image) {
    long roots = devices.stream().filter(DeviceWish::root).count();
    if (roots + (image.isPresent() ? 1 : 0) > 1
        || (!devices.isEmpty() && roots == 0 && image.isEmpty())) {
      throw invalid(
          "Boot sequence for the instance and image/block device mapping combination is not valid.");
    }
    var volumes = new HashSet<String>();
    for (DeviceWish device : devices) {
      if (device.source() == Source.VOLUME && !volumes.add(device.uuid().orElseThrow())) {
        throw invalid("The volume " + device.uuid().get() + " is mapped twice.");
      }
    }
    return devices;
  }

  private static DeviceWish device(Body body, Microversion version) {
    String source = body.required("source_type").choice("volume", "image", "snapshot", "blank");
    String destination =
        body.nullable("destination_type")
            .map(field -> field.choice("local", "volume"))
            .orElse(source.equals("volume") ? "volume" : "local");
    boolean root =
        body.nullable("boot_index").map(field -> field.integer(-1, 100) == 0).orElse(false);
    boolean tagged = (version.from(32) && version.until(32)) || version.from(42);
    body.optional("device_name");
    body.optional("disk_bus");
    body.optional("device_type");
    body.optional("guest_format");
    body.optional("no_device");
    if (version.from(67)) {
      body.optional("volume_type");
    }
    boolean isStored = source.equals("volume") || source.equals("snapshot");
    if (isStored && destination.equals("local")) {
      throw invalid("Mapping " + source + " to local is not supported.");
    }
    if (source.equals("blank") && destination.equals("local")) {
      throw invalid(
          "Swap and ephemeral disks beside the root disk are not supported; use a volume.");
    }
    Optional<String> uuid =
        body.nullable("uuid").map(field -> field.text(0, 255)).filter(text -> !text.isEmpty());
    if (uuid.isEmpty() && !source.equals("blank")) {
      throw invalid("A device of source_type " + source + " needs a uuid.");
    }
    Optional<Long> size =
        body.nullable("volume_size")
            .filter(field -> !field.node().asText().isEmpty())
            .map(field -> field.integer(1, LARGEST_GIB));
    if (size.isEmpty() && destination.equals("volume") && !isStored) {
      throw invalid(
          "Images and blank disks with destination_type 'volume' need a non-zero size specified.");
    }
    if (root && source.equals("blank")) {
      throw invalid("A blank disk cannot be booted from.");
    }
    return new DeviceWish(
        root,
        switch (source) {
          case "volume" -> Source.VOLUME;
          case "snapshot" -> Source.SNAPSHOT;
          case "image" -> Source.IMAGE;
          default -> Source.BLANK;
        },
        destination.equals("volume"),
        uuid,
        size,
        body.optional("delete_on_termination").map(Field::flag).orElse(false),
        tagged ? body.optional("tag").map(ServerTags::tag) : Optional.empty());
  }

  /** The older form has volumes only; the one called vda is the root disk. */
  private static DeviceWish old(Body body) {
    body.optional("virtual_name");
    body.optional("no_device");
    body.optional("volume_size");
    body.nullable("snapshot_id")
        .filter(field -> !field.node().asText().isEmpty())
        .ifPresent(
            field -> {
              throw invalid("Snapshots are for block_device_mapping_v2.");
            });
    String name = body.optional("device_name").map(field -> field.text(0, 255)).orElse("");
    return new DeviceWish(
        name.equals("vda") || name.equals("/dev/vda"),
        Source.VOLUME,
        true,
        Optional.of(body.required("volume_id").text(1, 255)),
        Optional.empty(),
        body.optional("delete_on_termination").map(Field::flag).orElse(false),
        Optional.empty());
  }

  static Refused invalid(String why) {
    return ApiError.badRequest("Block Device Mapping is Invalid: " + why).thrown();
  }
}
