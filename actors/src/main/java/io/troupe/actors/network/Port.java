package io.troupe.actors.network;

import io.troupe.core.serialization.CborSerializable;
import java.time.Instant;

/**
 * A place on a network with its address.
 *
 * @param deviceId the instance that uses it, empty when none does
 * @param ownedByInstance whether it goes when the instance goes
 */
public record Port(
    String id,
    String networkId,
    String subnetId,
    String projectId,
    String name,
    String mac,
    String address,
    String deviceId,
    boolean ownedByInstance,
    Instant createdAt)
    implements CborSerializable {

  public Port usedBy(String device) {
    return new Port(
        id, networkId, subnetId, projectId, name, mac, address, device, ownedByInstance, createdAt);
  }
}
