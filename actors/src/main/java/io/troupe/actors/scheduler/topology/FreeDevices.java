package io.troupe.actors.scheduler.topology;

import io.troupe.config.PciAlias;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology.Device;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a host's devices no claim has, and who may have them. Of a physical function and its
 * virtual ones either the whole is given away or the parts.
 */
final class FreeDevices {
  private final List<Device> devices;
  private final List<PciAlias> aliases;
  private final boolean[] free;

  FreeDevices(HostParts parts) {
    devices = parts.topology().devices();
    aliases = parts.aliases();
    var given = new HashSet<String>();
    for (GuestPlacement placement : parts.placements()) {
      placement.devices().forEach(device -> given.add(device.address()));
    }
    Set<String> broken = new HashSet<>();
    for (Device device : devices) {
      if (given.contains(device.address())) {
        device.parent().ifPresent(broken::add);
      }
    }
    free = new boolean[devices.size()];
    for (int d = 0; d < free.length; d++) {
      Device device = devices.get(d);
      free[d] =
          !given.contains(device.address())
              && !broken.contains(device.address())
              && device.parent().filter(given::contains).isEmpty();
    }
  }

  int count() {
    int count = 0;
    for (boolean one : free) {
      count += one ? 1 : 0;
    }
    return count;
  }

  /** In the order of devices, by index. */
  int[] of(String alias) {
    int[] found = new int[free.length];
    int count = 0;
    for (int d = 0; d < free.length; d++) {
      if (free[d] && isOf(devices.get(d), alias)) {
        found[count++] = d;
      }
    }
    return java.util.Arrays.copyOf(found, count);
  }

  private boolean isOf(Device device, String name) {
    for (PciAlias alias : aliases) {
      if (alias.name().equals(name)
          && alias.type().equals(device.type().name())
          && (alias.vendor().isEmpty() || alias.vendor().equals(device.vendor()))
          && (alias.product().isEmpty() || alias.product().equals(device.product()))) {
        return true;
      }
    }
    return false;
  }
}
