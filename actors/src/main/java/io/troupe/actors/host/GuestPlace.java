package io.troupe.actors.host;

import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where inside its host a guest runs, as its claim says.
 *
 * @param placement empty when it may run anywhere, or has no claim there
 * @param topology of the host
 */
public record GuestPlace(Optional<GuestPlacement> placement, HostTopology topology) {
  public static final GuestPlace NONE = new GuestPlace(Optional.empty(), HostTopology.NONE);

  /** Those vCPUs of a cell that share a core of the host with others of them, by core. */
  public List<List<Integer>> siblings(GuestPlacement.Cell cell) {
    Map<Integer, Integer> vcpuOn = new HashMap<>();
    cell.pins().forEach(pin -> vcpuOn.put(pin.cpu(), pin.vcpu()));
    var siblings = new ArrayList<List<Integer>>();
    for (HostTopology.Cell host : topology.cells()) {
      for (List<Integer> core : host.cores()) {
        List<Integer> here =
            core.stream().filter(vcpuOn::containsKey).map(vcpuOn::get).sorted().toList();
        if (here.size() > 1) {
          siblings.add(here);
        }
      }
    }
    return siblings;
  }
}
