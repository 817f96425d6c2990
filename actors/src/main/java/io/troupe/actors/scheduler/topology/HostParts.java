package io.troupe.actors.scheduler.topology;

import io.troupe.config.PciAlias;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.ArrayList;
import java.util.List;

/**
 * A host's cells and devices, and what its claims hold of them.
 *
 * @param aliases by which its devices are asked for; none when it has no devices
 * @param cpuRatio shared vCPUs per CPU, in each cell
 * @param ramRatio claimed per physical RAM, in each cell
 * @param placements of its claims that have one
 */
public record HostParts(
    HostTopology topology,
    List<PciAlias> aliases,
    double cpuRatio,
    double ramRatio,
    List<GuestPlacement> placements) {
  public HostParts {
    aliases = List.copyOf(aliases);
    placements = List.copyOf(placements);
  }

  /** With these in place of the claims it knew. */
  public HostParts holding(List<GuestPlacement> others) {
    return new HostParts(topology, aliases, cpuRatio, ramRatio, others);
  }

  public HostParts and(GuestPlacement more) {
    var all = new ArrayList<>(placements);
    all.add(more);
    return holding(all);
  }

  /** The same on an equal topology, so that equal hosts do not hold copies of it. */
  public HostParts sharing(HostTopology equal) {
    return topology == equal ? this : new HostParts(equal, aliases, cpuRatio, ramRatio, placements);
  }

  /** Devices that could still be given to a guest that asks for them by this alias. */
  public List<HostTopology.Device> freeDevices(String alias) {
    var found = new ArrayList<HostTopology.Device>();
    for (int device : new FreeDevices(this).of(alias)) {
      found.add(topology.devices().get(device));
    }
    return found;
  }

  /** Devices that could still be given to a guest. */
  public int freeDevices() {
    return topology.devices().isEmpty() ? 0 : new FreeDevices(this).count();
  }
}
