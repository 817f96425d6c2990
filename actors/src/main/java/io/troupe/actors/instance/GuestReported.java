package io.troupe.actors.instance;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;

/**
 * The host saw the guest in this power state, without having been asked by an operation.
 *
 * @param generation as recorded with the guest; a report about an older one changes nothing
 * @param gone whether the hypervisor shows no such guest; it has no power state then
 */
public record GuestReported(
    HostId host, long generation, PowerState power, String reason, boolean gone)
    implements InstanceInput, CborSerializable {

  public static GuestReported seen(HostId host, long generation, PowerState power, String reason) {
    return new GuestReported(host, generation, power, reason, false);
  }

  public static GuestReported gone(HostId host, long generation, String reason) {
    return new GuestReported(host, generation, PowerState.NOSTATE, reason, true);
  }
}
