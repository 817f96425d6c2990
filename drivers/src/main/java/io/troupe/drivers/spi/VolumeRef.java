package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;

/**
 * A volume that lies on the guest's host, in the place where the driver keeps its own.
 *
 * @param id by which the cloud knows it; the guest sees it as the disk's serial number
 * @param name by which the host knows it
 * @param diskFormat {@code raw} or {@code qcow2}
 */
public record VolumeRef(String id, String name, String diskFormat) implements CborSerializable {}
