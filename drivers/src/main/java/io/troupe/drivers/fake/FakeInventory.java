package io.troupe.drivers.fake;

import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The hosts of a fake connection: all alike, made when first asked for. */
final class FakeInventory {
  /** Trait names of the OpenStack library os-traits. */
  private static final Set<String> TRAITS =
      Set.of("COMPUTE_NODE", "COMPUTE_IMAGE_TYPE_QCOW2", "COMPUTE_IMAGE_TYPE_RAW");

  private static final Map<String, String> DETAILS = Map.of("cpu_model", "fake");

  private final FakeSettings settings;
  private final Set<String> traits;
  private volatile List<HostInventory> hosts = List.of();

  FakeInventory(FakeSettings settings) {
    this.settings = settings;
    var all = new HashSet<>(TRAITS);
    settings.sharedPool().map(SharedPool::trait).ifPresent(all::add);
    this.traits = Set.copyOf(all);
  }

  List<HostInventory> hosts() {
    if (hosts.isEmpty()) {
      hosts = IntStream.rangeClosed(1, settings.hosts()).mapToObj(this::host).toList();
    }
    return hosts;
  }

  private HostInventory host(int number) {
    return new HostInventory(
        settings.prefix() + number,
        "fake",
        1_000_000,
        "x86_64",
        "fake",
        settings.capacity(),
        "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255),
        traits,
        DETAILS,
        Optional.of(settings.topology()));
  }

  void requireHost(String name) throws DriverException {
    if (!name.startsWith(settings.prefix())
        || !isNumberOfHost(name.substring(settings.prefix().length()))) {
      throw DriverException.hostFault("no such host: " + name);
    }
  }

  private boolean isNumberOfHost(String text) {
    if (text.isEmpty() || text.length() > 7 || text.startsWith("0")) {
      return false;
    }
    if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return false;
    }
    return Integer.parseInt(text) <= settings.hosts();
  }

  /** One guest may not be larger than the host; what all together may be is not decided here. */
  void requireFits(Resources guest) throws DriverException {
    var host = settings.capacity();
    if (guest.vcpus() > host.vcpus()
        || guest.ramMib() > host.ramMib()
        || guest.diskGib() > host.diskGib()) {
      throw DriverException.hostFault("the guest " + guest + " is larger than the host " + host);
    }
  }
}
