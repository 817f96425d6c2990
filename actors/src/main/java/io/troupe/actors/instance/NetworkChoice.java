package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;

/** One network interface asked for at boot. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = NetworkChoice.OnNetwork.class, name = "network"),
  @JsonSubTypes.Type(value = NetworkChoice.ExistingPort.class, name = "port")
})
public sealed interface NetworkChoice {
  /** The network's id. */
  String networkId();

  /**
   * A new port on this network, with a given address or any free one. The port goes with the
   * instance.
   */
  record OnNetwork(String networkId, Optional<String> fixedIp) implements NetworkChoice {}

  /** A port that is there already. It stays when the instance goes. */
  record ExistingPort(String networkId, String portId) implements NetworkChoice {}
}
