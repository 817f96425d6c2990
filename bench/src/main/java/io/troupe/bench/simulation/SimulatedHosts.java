package io.troupe.bench.simulation;

import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.HostTopology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The hosts' own books, kept by the same {@link HostState} as a host's actor keeps them: what is
 * claimed is decided here and nowhere else.
 */
final class SimulatedHosts {
  private static final long GENERATION = 1;

  private static final class Host {
    final Fleet.Member origin;
    final Set<InstanceId> building = new HashSet<>();
    HostState state;
    HostRow row;

    /** As of {@code row}; empty until somebody asks. */
    Optional<InsideUse> inside = Optional.empty();

    Host(Fleet.Member origin) {
      this.origin = origin;
      state = origin.state();
    }
  }

  private final Map<HostId, Host> hosts = new LinkedHashMap<>();
  private final Map<InstanceId, HostId> where = new HashMap<>();

  /** For each affinity group the host it has agreed to last, as its own actor keeps it. */
  private final Map<String, HostId> settled = new HashMap<>();

  private long version;
  private long tried;
  private long refused;

  SimulatedHosts(Fleet fleet) {
    for (Fleet.Member member : fleet.hosts()) {
      var host = new Host(member);
      hosts.put(member.id(), host);
      member
          .residents()
          .forEach(
              resident -> {
                where.put(resident.spec().instance(), member.id());
                affinity(resident.spec()).ifPresent(group -> settled.put(group.id(), member.id()));
              });
      refresh(host);
    }
  }

  /** As the host tells of itself now. */
  HostRow row(HostId id) {
    return hosts.get(id).row;
  }

  Stream<HostRow> rows() {
    return hosts.values().stream().map(host -> host.row);
  }

  /**
   * What a host in service has inside.
   *
   * @param kinds that find what is stranded; the same at every call
   */
  InsideUse inside(HostId id, Kinds kinds) {
    Host host = hosts.get(id);
    if (host.inside.isEmpty()) {
      host.inside =
          Optional.of(
              host.row
                  .detail()
                  .parts()
                  .map(parts -> look(host, parts, kinds))
                  .orElse(InsideUse.NONE));
    }
    return host.inside.get();
  }

  private static InsideUse look(Host host, HostParts parts, Kinds kinds) {
    List<RequestSpec> pinned = kinds.pinned();
    var asked = new HashSet<String>();
    var open = new HashSet<String>();
    kinds
        .withDevices()
        .forEach(
            (alias, those) -> {
              var free =
                  parts.freeDevices(alias).stream().map(HostTopology.Device::address).toList();
              asked.addAll(free);
              if (!free.isEmpty() && anyFits(host, those)) {
                open.addAll(free);
              }
            });
    return InsideUse.of(
        parts,
        pinned.isEmpty() || anyFits(host, pinned),
        parts.freeDevices() - asked.size() + open.size());
  }

  private static boolean anyFits(Host host, List<RequestSpec> kinds) {
    return kinds.stream()
        .anyMatch(kind -> host.state.refusal(kind, GENERATION, host.row).isEmpty());
  }

  int instances() {
    return where.size();
  }

  /** Claims that were asked for. */
  long tried() {
    return tried;
  }

  /** Claims that a host did not grant. */
  long refused() {
    return refused;
  }

  /** Why the host does not grant the claim; empty when it has granted it. */
  Optional<String> claim(HostId id, RequestSpec spec) {
    tried++;
    Host host = hosts.get(id);
    var refusal = elsewhere(id, spec).or(() -> host.state.refusal(spec, GENERATION, host.row));
    if (refusal.isPresent()) {
      refused++;
      return refusal;
    }
    var claim = host.state.claimOf(spec, GENERATION, host.row);
    host.state = host.state.evolve(new HostEvent.Claimed(claim));
    host.building.add(spec.instance());
    where.put(spec.instance(), id);
    affinity(spec).ifPresent(group -> settled.put(group.id(), id));
    refresh(host);
    return Optional.empty();
  }

  private Optional<String> elsewhere(HostId id, RequestSpec spec) {
    return affinity(spec)
        .flatMap(
            group ->
                Optional.ofNullable(settled.get(group.id()))
                    .filter(host -> !host.equals(id))
                    .filter(host -> hosts.get(host).state.members(group.id()) > 0)
                    .map(host -> "server group %s is on host %s".formatted(group.id(), host)));
  }

  private static Optional<GroupSpec> affinity(RequestSpec spec) {
    return spec.group().filter(group -> group.policy() == GroupSpec.Policy.AFFINITY);
  }

  /** The host that had it; empty when none has. */
  Optional<HostId> release(InstanceId instance) {
    HostId id = where.remove(instance);
    if (id == null) {
      return Optional.empty();
    }
    Host host = hosts.get(id);
    host.state = host.state.evolve(new HostEvent.Released(instance));
    host.building.remove(instance);
    refresh(host);
    return Optional.of(id);
  }

  /** The host where it counts as built from now on; empty when none has it any more. */
  Optional<HostId> built(InstanceId instance) {
    HostId id = where.get(instance);
    if (id == null || !hosts.get(id).building.remove(instance)) {
      return Optional.empty();
    }
    refresh(hosts.get(id));
    return Optional.of(id);
  }

  private void refresh(Host host) {
    host.inside = Optional.empty();
    host.row =
        host.state.row(
            host.origin.id(),
            ++version,
            host.origin.around(),
            host.building.size(),
            host.origin.settings());
  }
}
