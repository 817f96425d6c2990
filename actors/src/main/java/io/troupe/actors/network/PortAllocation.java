package io.troupe.actors.network;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.config.NetworkSettings;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Instant;
import java.util.Optional;

/** Which port a request gets. Pure: a network, the ports it has, and what is asked for. */
final class PortAllocation {
  private final Network network;
  private final NetworkSettings settings;
  private final Instant now;

  PortAllocation(Network network, NetworkSettings settings, Instant now) {
    this.network = network;
    this.settings = settings;
    this.now = now;
  }

  /**
   * The port of an instance's {@code index}th choice; the same one however often it is asked for.
   */
  Answer<Port> attach(
      NetworkState state, InstanceId instance, ProjectId project, NetworkChoice choice, int index) {
    return switch (choice) {
      case NetworkChoice.OnNetwork(_, var fixedIp, _) -> {
        var id = Nic.portIdOf(instance, index);
        yield state
            .port(id)
            .map(Answer::of)
            .orElseGet(
                () -> create(state, id, project.value(), "", fixedIp, instance.toString(), true));
      }
      case NetworkChoice.ExistingPort(_, var portId, _) ->
          existing(state, portId, instance, project);
    };
  }

  private Answer<Port> existing(
      NetworkState state, String portId, InstanceId instance, ProjectId project) {
    var found = state.port(portId).filter(port -> port.projectId().equals(project.value()));
    if (found.isEmpty()) {
      return Answer.refuse(new Rejection.NotFound("Port", portId));
    }
    var port = found.get();
    if (port.deviceId().isEmpty() || port.deviceId().equals(instance.toString())) {
      return Answer.of(port.usedBy(instance.toString()));
    }
    return Answer.refuse(new Rejection.Conflict("Port " + portId + " is still in use."));
  }

  Answer<Port> create(
      NetworkState state,
      String id,
      String projectId,
      String name,
      Optional<String> fixedIp,
      String deviceId,
      boolean ownedByInstance) {
    if (network.subnets().isEmpty()) {
      return Answer.refuse(
          new Rejection.Conflict(
              "Network " + network.id() + " has no subnet to take an address from."));
    }
    var subnet = network.subnets().getFirst();
    return address(state, subnet, fixedIp)
        .map(
            address ->
                new Port(
                    id,
                    network.id(),
                    subnet.id(),
                    projectId,
                    name,
                    Ipv4.mac(settings.macPrefix(), network.id(), address),
                    Ipv4.text(address),
                    deviceId,
                    ownedByInstance,
                    now));
  }

  private Answer<Long> address(
      NetworkState state, Network.Subnet subnet, Optional<String> fixedIp) {
    if (fixedIp.isPresent()) {
      return given(state, subnet, fixedIp.get());
    }
    var free = state.free(Ipv4.parse(subnet.poolStart()), Ipv4.parse(subnet.poolEnd()));
    return free.isPresent()
        ? Answer.of(free.getAsLong())
        : Answer.refuse(
            new Rejection.Conflict(
                "No more IP addresses available on network " + network.id() + "."));
  }

  private static Answer<Long> given(NetworkState state, Network.Subnet subnet, String text) {
    long address;
    try {
      address = Ipv4.parse(text);
    } catch (IllegalArgumentException e) {
      return Answer.refuse(new Rejection.Invalid("fixed_ip", e.getMessage()));
    }
    var slash = subnet.cidr().indexOf('/');
    var prefix = Integer.parseInt(subnet.cidr().substring(slash + 1));
    var base = Ipv4.parse(subnet.cidr().substring(0, slash));
    var size = 1L << 32 - prefix;
    var isHost = address > base && address < base + size - 1;
    if (!isHost || subnet.gateway().filter(text::equals).isPresent()) {
      return Answer.refuse(
          new Rejection.Invalid(
              "fixed_ip", "Fixed IP " + text + " is not a free host address of " + subnet.cidr()));
    }
    if (state.isTaken(address)) {
      return Answer.refuse(
          new Rejection.Conflict("Fixed IP address " + text + " is already in use."));
    }
    return Answer.of(address);
  }

  /** As the instance remembers it. */
  Nic nic(Port port) {
    var subnet = network.subnets().getFirst();
    return new Nic(
        port.id(),
        network.id(),
        network.name(),
        port.subnetId(),
        port.mac(),
        port.address(),
        subnet.cidr(),
        subnet.gateway(),
        subnet.dnsServers(),
        network.mtu());
  }
}
