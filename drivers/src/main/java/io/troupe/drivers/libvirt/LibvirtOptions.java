package io.troupe.drivers.libvirt;

import io.troupe.core.value.Names;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.SharedPool;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The options of a libvirt connection.
 *
 * @param pool name of the storage pool ({@code pool}, default {@code troupe})
 * @param poolPath directory on the host where that pool is made when it is absent ({@code
 *     poolPath}, default as in {@link #DEFAULT_POOL_PATH})
 * @param guestType {@code kvm} or {@code qemu} ({@code guestType}); empty: found out by booting
 * @param nic what NICs are plugged into ({@code nic}: {@code user}, {@code network:NAME} or {@code
 *     bridge:NAME}); empty: libvirt's network {@code default} if it is active, else {@code user}
 * @param vncListen address the guests' VNC servers listen on ({@code vncListen}); empty: as the
 *     host is configured
 * @param peerUri at which other hosts' libvirtd open this one to send guests ({@code peerUri});
 *     empty: the connection's own URI if that names a host, else guests cannot come here
 * @param sharedPool the name by which all hosts know the storage pool that they have in common
 *     ({@code sharedPool}, see {@link SharedPool}); empty: the pool is this host's own
 * @param migrationUri at which QEMU listens for a guest that comes ({@code migrationUri}, such as
 *     {@code tcp://10.0.0.7}); empty: as the host is configured
 * @param dedicatedCpus CPUs that only pinned vCPUs run on ({@code dedicatedCpus}, such as {@code
 *     4-15}); Nova's {@code cpu_dedicated_set}
 * @param pciDevices {@code VENDOR:PRODUCT} of the devices that guests may be given ({@code
 *     pciDevices}, parted by commas); Nova's {@code device_spec}
 */
record LibvirtOptions(
    String pool,
    String poolPath,
    Optional<String> guestType,
    Optional<NicSource> nic,
    Optional<String> vncListen,
    Optional<String> peerUri,
    Optional<String> migrationUri,
    Optional<SharedPool> sharedPool,
    List<Integer> dedicatedCpus,
    Set<String> pciDevices) {
  static final String DEFAULT_POOL_PATH = "/var/lib/libvirt/images/troupe";
  private static final Set<String> KNOWN =
      Set.of(
          "pool",
          "poolPath",
          "sharedPool",
          "guestType",
          "nic",
          "vncListen",
          "peerUri",
          "migrationUri",
          "dedicatedCpus",
          "pciDevices");
  private static final Pattern DEVICE = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{4}");

  static LibvirtOptions of(ConnectionSpec connection) throws DriverException {
    Map<String, String> options = connection.options();
    Set<String> unknown = new TreeSet<>(options.keySet());
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw bad("unknown option " + unknown + "; there are " + new TreeSet<>(KNOWN));
    }
    String pool = options.getOrDefault("pool", "troupe");
    if (!Names.isToken(pool)) {
      throw bad("option pool is not a pool's name: " + pool);
    }
    String poolPath = options.getOrDefault("poolPath", DEFAULT_POOL_PATH);
    if (!poolPath.startsWith("/") || poolPath.length() == 1) {
      throw bad("option poolPath is not an absolute directory: " + poolPath);
    }
    Optional<String> guestType = Optional.ofNullable(options.get("guestType"));
    if (guestType.isPresent() && !Set.of("kvm", "qemu").contains(guestType.get())) {
      throw bad("option guestType is neither kvm nor qemu: " + guestType.get());
    }
    Optional<NicSource> nic = Optional.empty();
    if (options.containsKey("nic")) {
      nic = NicSource.parse(options.get("nic"));
      if (nic.isEmpty()) {
        throw bad("option nic is none of user, network:NAME, bridge:NAME: " + options.get("nic"));
      }
    }
    return new LibvirtOptions(
        pool,
        poolPath,
        guestType,
        nic,
        Optional.ofNullable(options.get("vncListen")),
        uri(options, "peerUri").or(() -> own(connection.uri())),
        uri(options, "migrationUri"),
        sharedPool(options),
        dedicatedCpus(options.get("dedicatedCpus")),
        pciDevices(options.get("pciDevices")));
  }

  private static Optional<SharedPool> sharedPool(Map<String, String> options)
      throws DriverException {
    String name = options.get("sharedPool");
    if (name != null && !SharedPool.isName(name)) {
      throw bad("option sharedPool is not lower-case letters, digits and '_': " + name);
    }
    return Optional.ofNullable(name).map(SharedPool::new);
  }

  private static List<Integer> dedicatedCpus(String text) throws DriverException {
    try {
      return text == null ? List.of() : CpuList.parse(text);
    } catch (IllegalArgumentException e) {
      throw bad("option dedicatedCpus: " + e.getMessage());
    }
  }

  private static Set<String> pciDevices(String text) throws DriverException {
    Set<String> devices = text == null ? Set.of() : Set.copyOf(List.of(text.split(",")));
    for (String device : devices) {
      if (!DEVICE.matcher(device).matches()) {
        throw bad("option pciDevices: " + device + " is not VENDOR:PRODUCT such as 10de:1db6");
      }
    }
    return devices;
  }

  private static Optional<String> uri(Map<String, String> options, String name)
      throws DriverException {
    String text = options.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      if (new URI(text).getScheme() != null) {
        return Optional.of(text);
      }
    } catch (URISyntaxException e) {
      throw bad("option " + name + " is not a URI: " + e.getMessage());
    }
    throw bad("option " + name + " is not a URI with a scheme: " + text);
  }

  private static Optional<String> own(URI uri) {
    return uri.getHost() == null ? Optional.empty() : Optional.of(uri.toString());
  }

  private static DriverException bad(String message) {
    return DriverException.hostFault(message);
  }
}
