package io.troupe.drivers.spi;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.UUID;

/**
 * Which guest a command is for, and what fences it.
 *
 * @param host the host's name as the driver's inventory gave it
 * @param generation grows with each new owner of the instance; a guest whose recorded generation is
 *     newer is not touched
 * @param epoch the incarnation of the host actor that sends this; a lower one than seen before is
 *     refused
 * @param deadline after it nobody waits for the answer
 */
public record GuestTarget(
    InstanceId instance,
    String host,
    long generation,
    long epoch,
    OperationId operation,
    Instant deadline) {

  /**
   * For commands about a volume that no guest need have: it stands in a guest's place, so that one
   * volume's commands come one after the other.
   *
   * @param volumeId a UUID
   */
  public static GuestTarget ofVolume(
      String volumeId, String host, OperationId operation, Instant deadline) {
    return new GuestTarget(
        new InstanceId(UUID.fromString(volumeId)), host, 0, 0, operation, deadline);
  }

  GuestTarget withEpoch(long newEpoch) {
    return new GuestTarget(instance, host, generation, newEpoch, operation, deadline);
  }
}
