package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.network.Port;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Ports in a map, with addresses from the first subnet's pool. */
public final class MemoryNetworks implements Networks {
  private final Catalog catalog;
  private final Clock clock;
  private final Map<String, Port> ports = new LinkedHashMap<>();

  public MemoryNetworks(Catalog catalog, Clock clock) {
    this.catalog = catalog;
    this.clock = clock;
  }

  @Override
  public synchronized CompletionStage<Answer<Port>> createPort(
      String networkId, String projectId, String name, Optional<String> fixedIp) {
    return CompletableFuture.completedFuture(
        allocate(networkId, projectId, name, fixedIp, "", false));
  }

  /** What the boot of an instance does. */
  synchronized Answer<Port> allocate(
      String networkId,
      String projectId,
      String name,
      Optional<String> fixedIp,
      String deviceId,
      boolean ownedByInstance) {
    Optional<Network> network = catalog.find(Network.class, networkId);
    if (network.isEmpty()) {
      return Answer.refuse(new Rejection.NotFound("Network", networkId));
    }
    Network.Subnet subnet = network.get().subnets().getFirst();
    Set<String> taken =
        ports.values().stream()
            .filter(port -> port.networkId().equals(networkId))
            .map(Port::address)
            .collect(Collectors.toSet());
    if (fixedIp.isPresent() && taken.contains(fixedIp.get())) {
      return Answer.refuse(new Rejection.Conflict("IP address is already allocated."));
    }
    int first = number(subnet.poolStart());
    int last = number(subnet.poolEnd());
    Optional<String> address = fixedIp;
    for (int i = first; address.isEmpty() && i <= last; i++) {
      address = Optional.of(text(i)).filter(free -> !taken.contains(free));
    }
    if (address.isEmpty()) {
      return Answer.refuse(new Rejection.Conflict("No more IP addresses available."));
    }
    int value = number(address.get());
    if (value < first || value > last) {
      return Answer.refuse(new Rejection.Invalid("fixed_ip", "it is outside the subnet"));
    }
    var port =
        new Port(
            UUID.randomUUID().toString(),
            networkId,
            subnet.id(),
            projectId,
            name,
            "fa:16:3e:%02x:%02x:%02x"
                .formatted(ports.size() >> 16, ports.size() >> 8 & 255, ports.size() & 255),
            address.get(),
            deviceId,
            ownedByInstance,
            clock.instant());
    ports.put(port.id(), port);
    return Answer.of(port);
  }

  /** Gives a port to an instance, or back. */
  public synchronized void use(String portId, String deviceId) {
    ports.computeIfPresent(
        portId,
        (id, p) ->
            new Port(
                p.id(),
                p.networkId(),
                p.subnetId(),
                p.projectId(),
                p.name(),
                p.mac(),
                p.address(),
                deviceId,
                p.ownedByInstance(),
                p.createdAt()));
  }

  synchronized Port port(String id) {
    return ports.get(id);
  }

  synchronized void releaseOne(String portId) {
    ports.remove(portId);
  }

  synchronized void release(String deviceId) {
    for (Port port : new ArrayList<>(ports.values())) {
      if (port.deviceId().equals(deviceId)) {
        if (port.ownedByInstance()) {
          ports.remove(port.id());
        } else {
          use(port.id(), "");
        }
      }
    }
  }

  @Override
  public synchronized CompletionStage<List<Port>> ports(String networkId) {
    return CompletableFuture.completedFuture(
        ports.values().stream().filter(port -> port.networkId().equals(networkId)).toList());
  }

  @Override
  public synchronized CompletionStage<Answer<Port>> deletePort(String networkId, String portId) {
    Port port = ports.get(portId);
    if (port == null || !port.networkId().equals(networkId)) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.NotFound("Port", portId)));
    }
    if (!port.deviceId().isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.Conflict("Port " + portId + " is in use.")));
    }
    ports.remove(portId);
    return CompletableFuture.completedFuture(Answer.of(port));
  }

  private static int number(String address) {
    return ByteBuffer.wrap(InetAddress.ofLiteral(address).getAddress()).getInt();
  }

  private static String text(int value) {
    return "%d.%d.%d.%d".formatted(value >>> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
  }
}
