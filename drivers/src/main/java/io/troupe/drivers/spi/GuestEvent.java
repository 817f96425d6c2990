package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import java.time.Instant;

/**
 * Something a guest of ours did, or that was done to it, as the hypervisor reported it.
 *
 * @param reason the hypervisor's words, such as {@code stopped: shutdown by the guest}
 */
public record GuestEvent(
    String host, InstanceId instance, long generation, PowerState power, String reason, Instant at)
    implements CborSerializable {}
