package io.troupe.drivers.configdrive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of a config drive, by path from its root. A pure function of instance and
 * specification: the same input gives the same bytes.
 *
 * <p>Source of the format: Nova's user guide, "Metadata service", chapter "OpenStack format
 * metadata", and cloud-init's {@code sources/helpers/openstack.py}, which falls back to the version
 * {@code latest} when it finds no dated one.
 */
public final class ConfigDriveFiles {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FOLDER = "openstack/latest/";

  private ConfigDriveFiles() {}

  /** Throws an instance fault when the user data is not base64. */
  public static SortedMap<String, byte[]> of(InstanceId instance, GuestSpec spec)
      throws DriverException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put(FOLDER + "meta_data.json", bytes(metaData(instance, spec)));
    files.put(FOLDER + "network_data.json", bytes(NetworkData.of(spec.nics())));
    files.put(FOLDER + "vendor_data.json", bytes(JsonNodeFactory.instance.objectNode()));
    byte[] userData = userData(spec.configDrive().userDataBase64());
    if (userData.length > 0) {
      files.put(FOLDER + "user_data", userData);
    }
    List<GuestSpec.InjectedFile> injected = spec.configDrive().files();
    for (int i = 0; i < injected.size(); i++) {
      files.put("openstack" + contentPath(i), content(injected.get(i)));
    }
    return files;
  }

  /** Where an injected file's bytes are, as meta_data.json says it. */
  private static String contentPath(int number) {
    return "/content/%04d".formatted(number);
  }

  private static byte[] content(GuestSpec.InjectedFile file) throws DriverException {
    try {
      return Base64.getDecoder().decode(file.contentBase64());
    } catch (IllegalArgumentException e) {
      throw DriverException.instanceFault(
          "the injected file " + file.path() + " is not base64: " + e.getMessage());
    }
  }

  private static ObjectNode metaData(InstanceId instance, GuestSpec spec) {
    var drive = spec.configDrive();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("uuid", instance.toString());
    json.put("name", spec.name());
    json.put("hostname", spec.hostname());
    json.put("launch_index", 0);
    json.put("availability_zone", drive.availabilityZone());
    json.put("project_id", spec.projectId());
    ObjectNode meta = json.putObject("meta");
    new TreeMap<>(drive.metadata()).forEach(meta::put);
    drive
        .publicKey()
        .ifPresent(
            key -> {
              String name = drive.keyName().orElse("default");
              json.putObject("public_keys").put(name, key);
              json.putArray("keys")
                  .addObject()
                  .put("name", name)
                  .put("type", "ssh")
                  .put("data", key);
            });
    if (!drive.files().isEmpty()) {
      ArrayNode files = json.putArray("files");
      for (int i = 0; i < drive.files().size(); i++) {
        files
            .addObject()
            .put("content_path", contentPath(i))
            .put("path", drive.files().get(i).path());
      }
    }
    ArrayNode devices = json.putArray("devices");
    drive.devices().forEach(device -> describe(devices.addObject(), device));
    return json;
  }

  /** Bus and address are the hypervisor's to choose; the guest knows a device by its id. */
  private static void describe(ObjectNode json, GuestSpec.TaggedDevice device) {
    switch (device.kind()) {
      case NIC -> json.put("type", "nic").put("bus", "none").put("mac", device.id());
      case DISK -> json.put("type", "disk").put("bus", "none").put("serial", device.id());
    }
    json.putArray("tags").add(device.tag());
  }

  private static byte[] userData(String base64) throws DriverException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw DriverException.instanceFault("user data is not base64: " + e.getMessage());
    }
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can always be written", e);
    }
  }
}
