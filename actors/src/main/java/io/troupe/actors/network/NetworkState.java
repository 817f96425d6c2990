package io.troupe.actors.network;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.core.serialization.CborSerializable;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * The ports of a network and which addresses they take; persistent maps, so that a change is cheap.
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE) // Pekko shows fields otherwise
public final class NetworkState implements CborSerializable {
  public static final NetworkState EMPTY =
      new NetworkState(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty(), 0);

  private final PMap<String, Port> ports;
  private final PMap<Long, String> taken;
  private final PMap<String, PSet<String>> byDevice;

  /**
   * The address handed out last: the next one is looked for behind it, so that addresses are reused
   * late.
   */
  private final long last;

  private NetworkState(
      PMap<String, Port> ports,
      PMap<Long, String> taken,
      PMap<String, PSet<String>> byDevice,
      long last) {
    this.ports = ports;
    this.taken = taken;
    this.byDevice = byDevice;
    this.last = last;
  }

  /** From a snapshot. */
  @JsonCreator
  static NetworkState of(@JsonProperty("ports") List<Port> ports, @JsonProperty("last") long last) {
    var state = EMPTY.evolve(new NetworkEvent.PortsChanged(ports, List.of()));
    return new NetworkState(state.ports, state.taken, state.byDevice, last);
  }

  @JsonProperty
  Collection<Port> ports() {
    return ports.values();
  }

  @JsonProperty
  long last() {
    return last;
  }

  public Optional<Port> port(String id) {
    return Optional.ofNullable(ports.get(id));
  }

  public List<Port> portsOf(String deviceId) {
    return byDevice.getOrDefault(deviceId, HashTreePSet.empty()).stream().map(ports::get).toList();
  }

  public boolean isTaken(long address) {
    return taken.containsKey(address);
  }

  /** A free address from {@code first} to {@code end}, both included; empty when none is left. */
  public OptionalLong free(long first, long end) {
    var size = end - first + 1;
    if (taken.size() >= size && countTaken(first, end) >= size) {
      return OptionalLong.empty();
    }
    var start = last >= first && last < end ? last + 1 : first;
    for (long step = 0; step < size; step++) {
      var address = first + (start - first + step) % size;
      if (!taken.containsKey(address)) {
        return OptionalLong.of(address);
      }
    }
    return OptionalLong.empty();
  }

  private long countTaken(long first, long end) {
    return taken.keySet().stream().filter(address -> address >= first && address <= end).count();
  }

  public NetworkState evolve(NetworkEvent event) {
    return switch (event) {
      case NetworkEvent.PortsChanged(var put, var removed) -> {
        var state = this;
        for (Port port : put) {
          state = state.with(port);
        }
        for (String id : removed) {
          state = state.without(id);
        }
        yield state;
      }
    };
  }

  private NetworkState with(Port port) {
    var address = Ipv4.parse(port.address());
    var isNew = !ports.containsKey(port.id());
    var rest = without(port.id());
    var ofDevice = rest.byDevice.getOrDefault(port.deviceId(), HashTreePSet.empty());
    return new NetworkState(
        rest.ports.plus(port.id(), port),
        rest.taken.plus(address, port.id()),
        port.deviceId().isEmpty()
            ? rest.byDevice
            : rest.byDevice.plus(port.deviceId(), ofDevice.plus(port.id())),
        isNew ? address : last);
  }

  private NetworkState without(String id) {
    var port = ports.get(id);
    if (port == null) {
      return this;
    }
    var address = Ipv4.parse(port.address());
    var ofDevice = byDevice.getOrDefault(port.deviceId(), HashTreePSet.empty()).minus(id);
    return new NetworkState(
        ports.minus(id),
        id.equals(taken.get(address)) ? taken.minus(address) : taken,
        ofDevice.isEmpty()
            ? byDevice.minus(port.deviceId())
            : byDevice.plus(port.deviceId(), ofDevice),
        last);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkState that && ports.equals(that.ports);
  }

  @Override
  public int hashCode() {
    return ports.hashCode();
  }

  @Override
  public String toString() {
    return "NetworkState" + ports.values();
  }
}
