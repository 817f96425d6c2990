package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Step;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What came of a step. Late, repeated and foreign ones are recognised by operation, step and
 * generation: the same step is put to another host only under another generation.
 *
 * @param generation of the instance when it asked
 * @param startedAt when the step was asked for
 */
public record StepOutcome(
    OperationId operation, Step step, long generation, Instant startedAt, Result result)
    implements InstanceInput {

  /** What was answered. */
  public sealed interface Result {}

  /** Done, nothing more to say: reserve, claim, the releases. */
  public record Done(String detail) implements Result {}

  /** The quota refuses. */
  public record Refused(Rejection reason) implements Result {}

  /** The scheduler's choice, best first. */
  public record Placed(List<HostId> candidates, String detail) implements Result {}

  /** No host fits; {@code explanation} names the filters. */
  public record NoHost(String explanation) implements Result {}

  /** No host fits, unless others leave one. */
  public record NoHostUnless(String explanation, Preemption preemption) implements Result {}

  /** The host promised the capacity, in this zone. */
  public record Claimed(String availabilityZone) implements Result {}

  /** The host has no room, or is no longer there; another may be. */
  public record ClaimRefused(String reason) implements Result {}

  /** The port taken. */
  public record Attached(Nic nic) implements Result {}

  /** No port could be had. */
  public record NotAttached(Rejection reason) implements Result {}

  /** The volume lies on the host, reserved for the instance. */
  public record VolumeConnected(VolumeRef ref, String attachmentId, long sizeGib, VolumePlace place)
      implements Result {
    public VolumeConnected(VolumeRef ref, String attachmentId, long sizeGib) {
      this(ref, attachmentId, sizeGib, VolumePlace.NOWHERE);
    }
  }

  /**
   * All of them can be had on the host.
   *
   * @param places by volume id
   */
  public record VolumesConnected(Map<String, VolumePlace> places) implements Result {}

  /** The volume service says no. */
  public record VolumeRefused(Rejection reason) implements Result {}

  /** The guest has the volume as this device. */
  public record VolumeOnGuest(String device) implements Result {}

  /** The driver's good answer. */
  public record Guest(boolean present, PowerState power) implements Result {}

  /** What a host's driver tells the other host of a move. */
  public record Ticketed(MoveTicket ticket) implements Result {}

  /** The driver's failure. */
  public record DriverFailed(DriverFailure failure) implements Result {}
}
