package io.troupe.http.live;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.network.Port;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Ports of /24 networks, addresses from .2 on. */
public final class NetworksInMemory implements Networks {
  private final Catalog catalog;
  private final List<Port> ports = new ArrayList<>();

  public NetworksInMemory(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Hands a port to an instance. */
  public synchronized void attach(String portId, String deviceId) {
    Port port = ports.stream().filter(p -> p.id().equals(portId)).findFirst().orElseThrow();
    ports.remove(port);
    ports.add(
        new Port(
            port.id(),
            port.networkId(),
            port.subnetId(),
            port.projectId(),
            port.name(),
            port.mac(),
            port.address(),
            deviceId,
            false,
            port.createdAt()));
  }

  @Override
  public synchronized CompletionStage<Answer<Port>> createPort(
      String networkId, String projectId, String name, Optional<String> fixedIp) {
    return CompletableFuture.completedFuture(create(networkId, projectId, name, fixedIp));
  }

  private Answer<Port> create(
      String networkId, String projectId, String name, Optional<String> fixedIp) {
    Optional<Network> network = catalog.find(Network.class, networkId);
    if (network.isEmpty()) {
      return Answer.refuse(new Rejection.NotFound("Network", networkId));
    }
    if (network.get().subnets().isEmpty()) {
      return Answer.refuse(new Rejection.Conflict("No address is left on " + networkId));
    }
    Network.Subnet subnet = network.get().subnets().getFirst();
    String prefix = subnet.cidr().replaceAll("\\d+/24$", "");
    if (fixedIp.isPresent() && !fixedIp.get().startsWith(prefix)) {
      return Answer.refuse(new Rejection.Invalid("ip_address", "it is outside " + subnet.cidr()));
    }
    int last = 2;
    while (isTaken(networkId, prefix + last)) {
      last++;
    }
    String address = fixedIp.orElse(prefix + last);
    if (isTaken(networkId, address)) {
      return Answer.refuse(new Rejection.Conflict("Address " + address + " is taken"));
    }
    Port port =
        new Port(
            UUID.randomUUID().toString(),
            networkId,
            subnet.id(),
            projectId,
            name,
            "fa:16:3e:00:00:" + String.format("%02x", ports.size()),
            address,
            "",
            false,
            Instant.now());
    ports.add(port);
    return Answer.of(port);
  }

  private boolean isTaken(String networkId, String address) {
    return ports.stream()
        .anyMatch(p -> p.networkId().equals(networkId) && p.address().equals(address));
  }

  @Override
  public synchronized CompletionStage<List<Port>> ports(String networkId) {
    return CompletableFuture.completedFuture(
        ports.stream().filter(port -> port.networkId().equals(networkId)).toList());
  }

  @Override
  public synchronized CompletionStage<Answer<Port>> deletePort(String networkId, String portId) {
    Optional<Port> port =
        ports.stream()
            .filter(p -> p.networkId().equals(networkId) && p.id().equals(portId))
            .findFirst();
    if (port.isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.NotFound("Port", portId)));
    }
    if (!port.get().deviceId().isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.Conflict("Port " + portId + " is in use")));
    }
    ports.remove(port.get());
    return CompletableFuture.completedFuture(Answer.of(port.get()));
  }
}
