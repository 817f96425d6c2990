package io.troupe.actors.rebalance;

import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.Machine;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.rebalance.Guest;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fleet as the rebalancer looks at it, from what hosts, aggregates and instances say.
 *
 * @param hosts as the scheduler sees them
 * @param guests on them, each with why it cannot be moved now
 */
public record FleetSnapshot(List<HostRow> hosts, List<Guest> guests) {
  /** Destinations looked at for each guest. */
  private static final int CANDIDATES = 10;

  private static final long MIB_PER_GIB = 1024;

  public FleetSnapshot {
    hosts = List.copyOf(hosts);
    guests = List.copyOf(guests);
  }

  /**
   * @param sharedStorage whether disks and volumes stay where they are when a guest moves
   */
  public static FleetSnapshot of(
      List<HostView> hosts,
      List<Aggregate> aggregates,
      Iterable<InstanceView> instances,
      boolean sharedStorage) {
    var guests = new ArrayList<Guest>();
    var groups = new HashMap<InstanceId, String>();
    for (InstanceView instance : instances) {
      instance.request().group().ifPresent(group -> groups.put(instance.id(), group.id()));
      if (instance.host().isPresent() && instance.vmState() != VmState.DELETED) {
        guests.add(guest(instance, sharedStorage));
      }
    }
    return new FleetSnapshot(
        hosts.stream().map(host -> row(host, aggregates, groups)).toList(), guests);
  }

  private static Guest guest(InstanceView instance, boolean sharedStorage) {
    RequestSpec spec =
        instance.request().laterSpec(instance.id(), Optional.empty(), Set.of(), CANDIDATES);
    long ramGib = Math.ceilDiv(spec.resources().ramMib(), MIB_PER_GIB);
    return new Guest(
        spec,
        instance.host().orElseThrow(),
        ramGib + (sharedStorage ? 0 : spec.resources().diskGib()),
        whyFixed(instance, sharedStorage));
  }

  private static Optional<String> whyFixed(InstanceView instance, boolean sharedStorage) {
    if (instance.taskState().isPresent()) {
      return Optional.of("it is busy: " + instance.taskState().get().word());
    }
    if (instance.vmState() != VmState.ACTIVE && instance.vmState() != VmState.PAUSED) {
      return Optional.of("it is " + instance.vmState().word() + ", not active or paused");
    }
    if (!sharedStorage && !instance.volumes().isEmpty()) {
      return Optional.of("it has volumes, which lie on its host");
    }
    return Optional.empty();
  }

  private static HostRow row(
      HostView host, List<Aggregate> aggregates, Map<InstanceId, String> groups) {
    var metadata = new HashMap<String, Set<String>>();
    for (Aggregate aggregate : aggregates) {
      if (aggregate.hosts().contains(host.id().value())) {
        aggregate
            .metadata()
            .forEach(
                (key, value) -> metadata.computeIfAbsent(key, _ -> new HashSet<>()).add(value));
      }
    }
    var members = new HashMap<String, Integer>();
    for (InstanceId instance : host.instances()) {
      Optional.ofNullable(groups.get(instance))
          .ifPresent(group -> members.merge(group, 1, Integer::sum));
    }
    var inventory = host.inventory();
    return new HostRow(
        host.id(),
        1,
        inventory.total(),
        host.reserved(),
        host.claimed(),
        host.cpuRatio(),
        host.ramRatio(),
        host.diskRatio(),
        host.availabilityZone(),
        metadata,
        host.enabled(),
        host.disabledReason(),
        host.up(),
        host.instances().size(),
        host.building(),
        members,
        new Machine(
            inventory.hypervisorType(),
            inventory.hypervisorVersion(),
            inventory.architecture(),
            inventory.guestType()),
        inventory.address(),
        host.detail());
  }
}
