package io.troupe.actors.instance;

import io.troupe.config.PreemptionMode;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A preemptible instance has to leave its host for somebody more important. Said again until it has
 * left; it has one effect.
 *
 * @param host that it shall leave
 * @param generation of its claim there
 * @param graceMillis for its guest to switch itself off
 * @param by the instance that needs the room
 * @param operation of that one
 */
public record Eviction(
    HostId host,
    long generation,
    PreemptionMode mode,
    long graceMillis,
    InstanceId by,
    OperationId operation)
    implements InstanceInput {

  /** The id of the action that tells the owner; the same whenever it is said. */
  OperationId notice(InstanceId evicted) {
    return derived("notice", evicted);
  }

  /** The id of the operation by which it leaves. */
  OperationId leave(InstanceId evicted) {
    return derived("leave", evicted);
  }

  private OperationId derived(String what, InstanceId evicted) {
    var name = what + " " + operation + " " + evicted;
    return new OperationId("req-" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }
}
