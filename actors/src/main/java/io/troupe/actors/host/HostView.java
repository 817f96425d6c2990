package io.troupe.actors.host;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.actors.scheduler.HostDetail;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.HostTopology;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A host as its actor knows it.
 *
 * @param claimed the sum of all claims
 * @param enabled by its connection and by the administrator
 * @param up whether its hypervisor answered within the last heartbeat interval and nobody forced it
 *     down
 * @param foreignGuests guests on it that no claim stands for, foremost those that Troupe did not
 *     make; they are reported and never touched
 * @param forcedDown whether an administrator has declared it down
 * @param building instances on it whose guests are being made
 * @param unknownGuests the foreign guests as they were seen last; none from a node of a former
 *     release
 * @param equipment what an operator says it has
 * @param detail what the scheduler sees of it beside capacity
 * @param driverLacks what its driver does not carry out, simple names of {@code DriverCommand}s;
 *     empty also while that is not known, and then nothing is refused for it
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
    Instant lastSeen,
    boolean forcedDown,
    int building,
    List<GuestReport> unknownGuests,
    Equipment equipment,
    HostDetail detail,
    Set<String> driverLacks)
    implements CborSerializable {
  public HostView {
    instances = List.copyOf(instances);
    foreignGuests = List.copyOf(foreignGuests);
    unknownGuests = unknownGuests == null ? List.of() : List.copyOf(unknownGuests);
    equipment = equipment == null ? Equipment.NONE : equipment;
    detail = detail == null ? HostDetail.NONE : detail;
    driverLacks = driverLacks == null ? Set.of() : Set.copyOf(driverLacks);
  }

  /** Whether its driver is known not to carry out {@code call}. */
  public boolean lacks(String call) {
    return driverLacks.contains(call);
  }

  /** A host without equipment, of which it is not known what its driver can do. */
  public HostView(
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
      Instant lastSeen,
      boolean forcedDown,
      int building,
      List<GuestReport> unknownGuests) {
    this(
        id,
        connection,
        inventory,
        cpuRatio,
        ramRatio,
        diskRatio,
        reserved,
        claimed,
        instances,
        enabled,
        disabledReason,
        up,
        availabilityZone,
        foreignGuests,
        lastSeen,
        forcedDown,
        building,
        unknownGuests,
        Equipment.NONE,
        HostDetail.NONE,
        Set.of());
  }

  /** What could still be claimed when this was written; the host alone decides about a claim. */
  @JsonIgnore
  public Resources free() {
    var total = inventory.total();
    return new Resources(
        (int)
            free(
                total.vcpus() - inventory.topology().map(HostTopology::dedicatedCount).orElse(0),
                reserved.vcpus(),
                cpuRatio,
                claimed.vcpus()),
        free(total.ramMib(), reserved.ramMib(), ramRatio, claimed.ramMib()),
        free(total.diskGib(), reserved.diskGib(), diskRatio, claimed.diskGib()));
  }

  private static long free(long total, long reserved, double ratio, long claimed) {
    return Math.max(0, (long) ((total - reserved) * ratio) - claimed);
  }
}
