package io.troupe.actors.host;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.HostInventory;
import java.time.Instant;
import java.util.List;

/**
 * A host as its actor knows it.
 *
 * @param claimed the sum of all claims
 * @param up whether its hypervisor answered within the last heartbeat interval
 * @param foreignGuests guests on it that no claim stands for, foremost those that Troupe did not
 *     make; they are reported and never touched
 */
public record HostView(
    HostId id,
    ConnectionId connection,
    HostInventory inventory,
    double cpuRatio,
    double ramRatio,
    double diskRatio,
    Resources reserved,
    Resources claimed,
    List<InstanceId> instances,
    boolean enabled,
    String disabledReason,
    boolean up,
    String availabilityZone,
    List<String> foreignGuests,
    Instant lastSeen)
    implements CborSerializable {
  public HostView {
    instances = List.copyOf(instances);
    foreignGuests = List.copyOf(foreignGuests);
  }
}
