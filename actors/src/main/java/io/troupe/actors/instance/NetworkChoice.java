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

  /** The owner's word for the card; may be absent in what former releases wrote. */
  Optional<String> tag();

  /**
   * A new port on this network, with a given address or any free one. The port goes with the
   * instance.
   */
  record OnNetwork(String networkId, Optional<String> fixedIp, Optional<String> tag)
      implements NetworkChoice {
    public OnNetwork {
      tag = tag == null ? Optional.empty() : tag;
    }

    /** Without a tag. */
    public OnNetwork(String networkId, Optional<String> fixedIp) {
      this(networkId, fixedIp, Optional.empty());
    }
  }

  /** A port that is there already. It stays when the instance goes. */
  record ExistingPort(String networkId, String portId, Optional<String> tag)
      implements NetworkChoice {
    public ExistingPort {
      tag = tag == null ? Optional.empty() : tag;
    }

    /** Without a tag. */
    public ExistingPort(String networkId, String portId) {
      this(networkId, portId, Optional.empty());
    }
  }
}
