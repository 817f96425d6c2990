package io.troupe.drivers.spi;

import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a hypervisor needs to know to build a guest.
 *
 * @param name the server's display name, any printable text
 * @param hostname a valid DNS label made from it
 * @param size vCPUs, RAM in MiB, root disk in GiB (0: as large as the image)
 * @param image what the root disk starts from
 * @param nics in the order the guest shall see them
 * @param configDrive what cloud-init finds inside; always built, since there is no metadata service
 * @param extraSpecs the flavor's, for drivers that read some
 * @param rootVolume a volume on the host that is the root disk; then neither the image nor the
 *     flavor's disk is used
 * @param volumes further ones, in the order the guest shall see them
 * @param devices of each of these volumes, such as {@code vdb}; where there are none, in order
 * @param placement where on the host it runs; filled in by the host, which alone knows
 */
public record GuestSpec(
    String name,
    String hostname,
    String projectId,
    String userId,
    Resources size,
    ImageRef image,
    List<Nic> nics,
    ConfigDrive configDrive,
    Map<String, String> extraSpecs,
    Optional<VolumeRef> rootVolume,
    List<VolumeRef> volumes,
    List<String> devices,
    Optional<GuestPlacement> placement) {

  public GuestSpec {
    nics = List.copyOf(nics);
    extraSpecs = Map.copyOf(extraSpecs);
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
    devices = devices == null ? List.of() : List.copyOf(devices); // there were none at first
    placement = placement == null ? Optional.empty() : placement;
  }

  /** The device of one of the further volumes, such as {@code vdb}: as was said, or the next. */
  public String device(int volume) {
    return volume < devices.size() ? devices.get(volume) : "vd" + (char) ('b' + volume);
  }

  /** One that runs anywhere on its host. */
  public GuestSpec(
      String name,
      String hostname,
      String projectId,
      String userId,
      Resources size,
      ImageRef image,
      List<Nic> nics,
      ConfigDrive configDrive,
      Map<String, String> extraSpecs,
      Optional<VolumeRef> rootVolume,
      List<VolumeRef> volumes,
      List<String> devices) {
    this(
        name,
        hostname,
        projectId,
        userId,
        size,
        image,
        nics,
        configDrive,
        extraSpecs,
        rootVolume,
        volumes,
        devices,
        Optional.empty());
  }

  /** One whose volumes are its devices in order. */
  public GuestSpec(
      String name,
      String hostname,
      String projectId,
      String userId,
      Resources size,
      ImageRef image,
      List<Nic> nics,
      ConfigDrive configDrive,
      Map<String, String> extraSpecs,
      Optional<VolumeRef> rootVolume,
      List<VolumeRef> volumes) {
    this(
        name,
        hostname,
        projectId,
        userId,
        size,
        image,
        nics,
        configDrive,
        extraSpecs,
        rootVolume,
        volumes,
        List.of());
  }

  public GuestSpec at(Optional<GuestPlacement> where) {
    return new GuestSpec(
        name,
        hostname,
        projectId,
        userId,
        size,
        image,
        nics,
        configDrive,
        extraSpecs,
        rootVolume,
        volumes,
        devices,
        where);
  }

  /** One without volumes. */
  public GuestSpec(
      String name,
      String hostname,
      String projectId,
      String userId,
      Resources size,
      ImageRef image,
      List<Nic> nics,
      ConfigDrive configDrive,
      Map<String, String> extraSpecs) {
    this(
        name,
        hostname,
        projectId,
        userId,
        size,
        image,
        nics,
        configDrive,
        extraSpecs,
        Optional.empty(),
        List.of(),
        List.of());
  }

  /**
   * An image in the image store.
   *
   * @param sha512 of the bytes as stored, lower-case hexadecimal; the per-host cache key
   * @param diskFormat {@code raw} or {@code qcow2}; declared and checked at upload, never probed
   *     again
   */
  public record ImageRef(
      String id, String sha512, String diskFormat, long sizeBytes, long virtualSizeBytes) {
    /** Of a guest that boots from a volume which was made from no image. */
    public static final ImageRef NONE = new ImageRef("", "", "qcow2", 0, 0);
  }

  /**
   * One network interface.
   *
   * @param mac lower-case, colon separated
   * @param address an IPv4 address without prefix length
   * @param cidr the subnet, such as {@code 10.0.0.0/24}
   */
  public record Nic(
      String portId,
      String mac,
      String networkId,
      String subnetId,
      String address,
      String cidr,
      Optional<String> gateway,
      List<String> dnsServers,
      int mtu) {
    public Nic {
      dnsServers = List.copyOf(dnsServers);
    }
  }

  /**
   * A file that the guest finds at its first start.
   *
   * @param path in the guest, absolute
   */
  public record InjectedFile(String path, String contentBase64) {}

  /**
   * What the config drive says (OpenStack metadata format and cloud-init's network data).
   *
   * @param userData raw bytes, base64, empty when none was given
   * @param files that the guest shall have; cloud-init writes them
   * @param devices that the owner has given a word; absent in what former releases wrote
   */
  public record ConfigDrive(
      Map<String, String> metadata,
      Optional<String> keyName,
      Optional<String> publicKey,
      String userDataBase64,
      String availabilityZone,
      List<InjectedFile> files,
      List<TaggedDevice> devices) {
    public ConfigDrive {
      metadata = Map.copyOf(metadata);
      files = files == null ? List.of() : List.copyOf(files); // there were none at first
      devices = devices == null ? List.of() : List.copyOf(devices);
    }

    /** One without tagged devices. */
    public ConfigDrive(
        Map<String, String> metadata,
        Optional<String> keyName,
        Optional<String> publicKey,
        String userDataBase64,
        String availabilityZone,
        List<InjectedFile> files) {
      this(metadata, keyName, publicKey, userDataBase64, availabilityZone, files, List.of());
    }
  }

  /**
   * A card or disk that the owner has given a word, so that the guest finds it.
   *
   * @param kind what it is
   * @param id the MAC of a card, the serial number of a disk
   */
  public record TaggedDevice(Kind kind, String id, String tag) {
    /** What can have a tag. */
    public enum Kind {
      NIC,
      DISK
    }
  }
}
