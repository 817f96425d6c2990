package io.troupe.actors;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.RebuildRequest;
import io.troupe.actors.instance.Revision;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** Values to make tests of. Optional parts are there, so that one that gets lost is missed. */
public final class Examples {
  public static final Instant NOW = Instant.parse("2026-11-20T08:30:00.123456789Z");
  public static final ProjectId PROJECT = new ProjectId("demo");
  public static final HostId H1 = new HostId("h1");
  public static final HostId H2 = new HostId("h2");
  public static final HostId H3 = new HostId("h3");

  private Examples() {}

  /** The same id for the same number, always. */
  public static InstanceId instance(int number) {
    return new InstanceId(new UUID(0x5eedL, number));
  }

  public static UserCommand.Origin origin(String operation) {
    return new UserCommand.Origin(new OperationId(operation), "alice", PROJECT.value(), false);
  }

  /** An administrator of another project. */
  public static UserCommand.Origin adminOrigin(String operation) {
    return new UserCommand.Origin(new OperationId(operation), "root", "admin", true);
  }

  public static FlavorAtBoot flavor() {
    return new FlavorAtBoot(
        "2", "m1.small", 1, 2048, 20, 0, 512, Map.of("hw:cpu_policy", "shared"));
  }

  /** On as many networks: {@code net-0}, {@code net-1} … */
  public static BootRequest boot(int networks) {
    return boot(flavor(), networks, Optional.empty(), Optional.empty());
  }

  public static BootRequest boot(
      FlavorAtBoot flavor, int networks, Optional<String> forcedHost, Optional<GroupSpec> group) {
    return boot(
        flavor,
        IntStream.range(0, networks)
            .<NetworkChoice>mapToObj(
                index -> new NetworkChoice.OnNetwork("net-" + index, Optional.empty()))
            .toList(),
        forcedHost,
        group);
  }

  public static BootRequest boot(List<NetworkChoice> networks) {
    return boot(flavor(), networks, Optional.empty(), Optional.empty());
  }

  private static BootRequest boot(
      FlavorAtBoot flavor,
      List<NetworkChoice> networks,
      Optional<String> forcedHost,
      Optional<GroupSpec> group) {
    return new BootRequest(
        "web 1",
        Optional.of("in front"),
        "web-1",
        PROJECT,
        "alice",
        flavor,
        new GuestSpec.ImageRef("img-1", "ab12", "qcow2", 1_000_000, 10_000_000),
        Map.of("hw_disk_bus", "virtio"),
        networks,
        Optional.of("alice-key"),
        Optional.of("ssh-ed25519 AAAA alice"),
        "I2Nsb3VkLWNvbmZpZw==",
        Map.of("role", "web"),
        List.of("blue"),
        Optional.empty(),
        forcedHost,
        group,
        Map.of("same_host", List.of("x", "y")),
        List.of("default"),
        "AUTO",
        Optional.of("192.0.2.1"),
        Optional.empty(),
        true,
        "r-1",
        0,
        Optional.empty(),
        Optional.empty(),
        List.of(new GuestSpec.InjectedFile("/etc/motd", "aGVsbG8=")));
  }

  /** From another image, with a new name and other metadata. */
  public static RebuildRequest rebuild(String imageId) {
    return new RebuildRequest(
        new GuestSpec.ImageRef(imageId, "cd34", "qcow2", 2_000_000, 20_000_000),
        Map.of("hw_architecture", "x86_64"),
        Revision.ofName("web 2"),
        Optional.empty(),
        Optional.empty(),
        Optional.of(Map.of("role", "db")),
        List.of());
  }

  /** Without bytes, of an instance that boots from a volume. */
  public static Image imageOfVolumes(String id) {
    var like = image(id);
    return new Image(
        id,
        like.name(),
        like.owner(),
        like.visibility(),
        "active",
        like.diskFormat(),
        like.containerFormat(),
        Optional.of(0L),
        like.virtualSizeBytes(),
        like.md5(),
        like.sha512(),
        like.minDiskGib(),
        like.minRamMib(),
        like.isProtected(),
        like.hidden(),
        Map.of(Image.MAPPING, "[]"),
        like.tags(),
        like.createdAt(),
        like.updatedAt());
  }

  /** Of a guest, without bytes yet. */
  public static Image image(String id) {
    return new Image(
        id,
        "snapshot of web 1",
        PROJECT.value(),
        "private",
        "queued",
        "qcow2",
        "bare",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        20,
        0,
        false,
        false,
        Map.of("instance_uuid", instance(1).toString(), "image_type", "snapshot"),
        Set.of(),
        NOW,
        NOW);
  }

  public static Nic nic(int network) {
    return new Nic(
        "port-" + network,
        "net-" + network,
        "private",
        "subnet-" + network,
        "02:00:0a:00:00:05",
        "10.0." + network + ".5",
        "10.0." + network + ".0/24",
        Optional.of("10.0." + network + ".1"),
        List.of("192.0.2.53"),
        1450);
  }

  /** An existing volume, with the same id for the same number. */
  public static VolumeChoice volumeChoice(int number) {
    return new VolumeChoice(
        new UUID(0x701L, number).toString(), Optional.empty(), false, false, Optional.of("data"));
  }

  public static AttachedVolume volume(int number) {
    var id = new UUID(0x701L, number).toString();
    var ref = new VolumeRef(id, "troupe-volume-" + id + ".qcow2", "qcow2");
    var device = "/dev/vd" + (char) ('a' + number);
    return new AttachedVolume(ref, "att-" + number, 5, device, false, false, Optional.of("data"));
  }

  /** {@code net-}number with the addresses 10.0.number.first to 10.0.number.last. */
  public static Network network(int number, int first, int last) {
    var subnet =
        new Network.Subnet(
            "subnet-" + number,
            "private-v4",
            "10.0." + number + ".0/24",
            Optional.of("10.0." + number + ".1"),
            List.of("192.0.2.53"),
            "10.0." + number + "." + first,
            "10.0." + number + "." + last);
    return new Network(
        "net-" + number, "private", PROJECT.value(), false, 1450, List.of(subnet), NOW);
  }

  public static HostInventory inventory(HostId host, int vcpus, long ramMib, long diskGib) {
    return new HostInventory(
        host.value(),
        "fake",
        1_002_003,
        "x86_64",
        "fake",
        new Resources(vcpus, ramMib, diskGib),
        "192.0.2.10",
        Set.of("HW_CPU_X86_AVX2"),
        Map.of("cpu", "Example 9000"));
  }
}
