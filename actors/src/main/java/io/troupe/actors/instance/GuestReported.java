package io.troupe.actors.instance;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;

/**
 * The host saw the guest in this power state, without having been asked by an operation.
 *
 * @param generation as recorded with the guest; a report about an older one changes nothing
 */
public record GuestReported(HostId host, long generation, PowerState power, String reason)
    implements InstanceInput, CborSerializable {}
