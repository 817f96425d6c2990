package io.troupe.actors.host;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.HostInventory;

/** What has happened to a host. Stored for ever: names stay, fields are only added. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = HostEvent.Discovered.class, name = "discovered"),
  @JsonSubTypes.Type(value = HostEvent.Claimed.class, name = "claimed"),
  @JsonSubTypes.Type(value = HostEvent.Condemned.class, name = "condemned"),
  @JsonSubTypes.Type(value = HostEvent.Released.class, name = "released"),
  @JsonSubTypes.Type(value = HostEvent.EpochTaken.class, name = "epoch-taken"),
  @JsonSubTypes.Type(value = HostEvent.Forgotten.class, name = "forgotten"),
  @JsonSubTypes.Type(value = HostEvent.Administered.class, name = "administered"),
  @JsonSubTypes.Type(value = HostEvent.VolumeStored.class, name = "volume-stored"),
  @JsonSubTypes.Type(value = HostEvent.VolumeDropped.class, name = "volume-dropped"),
  @JsonSubTypes.Type(value = HostEvent.Equipped.class, name = "equipped")
})
public sealed interface HostEvent {
  /** The host was seen for the first time, or with another inventory or connection than before. */
  record Discovered(ConnectionId connection, HostInventory inventory) implements HostEvent {}

  record Claimed(Claim claim) implements HostEvent {}

  /**
   * The claim stays until the guest is gone.
   *
   * @param keepsDisk whether the guest's root disk stays; false in events of former releases
   */
  record Condemned(InstanceId instance, boolean keepsDisk) implements HostEvent {}

  record Released(InstanceId instance) implements HostEvent {}

  /**
   * This incarnation of the host speaks to its driver with this epoch; drivers refuse lower ones.
   */
  record EpochTaken(long epoch) implements HostEvent {}

  /** Its connection was removed. */
  record Forgotten() implements HostEvent {}

  /** An administrator enabled, disabled or forced it down, or took that back. */
  record Administered(Administration administration) implements HostEvent {}

  /** A volume has room on the host's storage, GiB, or more than before. */
  record VolumeStored(String volumeId, long gib) implements HostEvent {}

  /** Its room is free again. */
  record VolumeDropped(String volumeId) implements HostEvent {}

  /** An operator said what the host has beyond what its driver sees. */
  record Equipped(Equipment equipment) implements HostEvent {}
}
