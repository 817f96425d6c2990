package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import java.util.Optional;

/**
 * One guest found on a host.
 *
 * @param name as the hypervisor calls it
 * @param instance empty for a guest that Troupe did not make
 * @param generation as recorded with the guest; 0 for a foreign one
 */
public record GuestReport(
    String name, Optional<InstanceId> instance, long generation, PowerState power)
    implements CborSerializable {}
