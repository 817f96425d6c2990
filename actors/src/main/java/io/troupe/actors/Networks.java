package io.troupe.actors;

import io.troupe.actors.network.Port;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The ports of the cloud's networks. Networks and subnets themselves are in the {@link Catalog}.
 */
public interface Networks {
  /**
   * A new port with a free address, or the given one.
   *
   * @return {@link Rejection.NotFound} without such a network, {@link Rejection.Conflict} when the
   *     address is taken, {@link Rejection.Invalid} when it is outside the subnet, {@link
   *     Rejection.Conflict} when no address is left
   */
  CompletionStage<Answer<Port>> createPort(
      String networkId, String projectId, String name, Optional<String> fixedIp);

  /** Every port of a network. */
  CompletionStage<List<Port>> ports(String networkId);

  /**
   * Removes a port; {@link Rejection.NotFound}, or {@link Rejection.Conflict} while an instance
   * uses it.
   */
  CompletionStage<Answer<Port>> deletePort(String networkId, String portId);
}
