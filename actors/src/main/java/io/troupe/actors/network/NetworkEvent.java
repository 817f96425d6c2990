package io.troupe.actors.network;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What has happened to a network's ports. Stored for ever. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({@JsonSubTypes.Type(value = NetworkEvent.PortsChanged.class, name = "ports-changed")})
public sealed interface NetworkEvent {
  /** Ports made or changed, then ports removed; written together. */
  record PortsChanged(List<Port> put, List<String> removed) implements NetworkEvent {
    public PortsChanged {
      put = List.copyOf(put);
      removed = List.copyOf(removed);
    }
  }
}
