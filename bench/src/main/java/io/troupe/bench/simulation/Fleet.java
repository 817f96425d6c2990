package io.troupe.bench.simulation;

import io.troupe.actors.host.HostState;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.FleetSettings;
import io.troupe.config.PciAlias;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Where a simulation begins.
 *
 * @param flavors by name
 * @param aliases that requests may ask PCI devices by
 */
record Fleet(
    List<Member> hosts,
    Map<String, Flavor> flavors,
    List<PciAlias> aliases,
    SchedulerSettings settings) {
  Fleet {
    hosts = List.copyOf(hosts);
    flavors = Map.copyOf(flavors);
    aliases = List.copyOf(aliases);
  }

  /** What is asked of it, read by its flavors and aliases. */
  Requests requests() {
    return new Requests(flavors, aliases, settings.candidates());
  }

  /**
   * One host.
   *
   * @param state with its inventory and equipment, and the claims of its residents
   * @param settings its ratios and reservations
   */
  record Member(
      HostId id,
      HostState state,
      HostState.Surroundings around,
      FleetSettings settings,
      List<Resident> residents) {
    Member {
      residents = List.copyOf(residents);
    }
  }

  /**
   * An instance that is there from the beginning.
   *
   * @param departs seconds after the beginning
   */
  record Resident(String name, RequestSpec spec, OptionalDouble departs) {}
}
