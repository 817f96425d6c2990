package io.troupe.drivers.spi;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;

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

  GuestTarget withEpoch(long newEpoch) {
    return new GuestTarget(instance, host, generation, newEpoch, operation, deadline);
  }
}
