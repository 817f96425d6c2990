package io.troupe.actors.network;

import io.troupe.actors.Answer;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.config.NetworkSettings;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** One network without its actor. */
public final class NetworkDesk {
  private final PortAllocation allocation;
  private NetworkState state = NetworkState.EMPTY;

  public NetworkDesk(Network network, Instant now) {
    this.allocation = new PortAllocation(network, NetworkSettings.DEFAULT, now);
  }

  public Answer<Nic> attach(
      InstanceId instance, ProjectId project, NetworkChoice choice, int index) {
    var port = allocation.attach(state, instance, project, choice, index);
    if (port instanceof Answer.Accepted<Port>(var taken)) {
      state = state.evolve(new NetworkEvent.PortsChanged(List.of(taken), List.of()));
    }
    return port.map(allocation::nic);
  }

  public void release(InstanceId instance) {
    var ids = state.portsOf(instance.toString()).stream().map(Port::id).toList();
    state = state.evolve(new NetworkEvent.PortsChanged(List.of(), ids));
  }

  public void releasePort(String id) {
    state = state.evolve(new NetworkEvent.PortsChanged(List.of(), List.of(id)));
  }

  public Collection<Port> ports() {
    return state.ports();
  }
}
