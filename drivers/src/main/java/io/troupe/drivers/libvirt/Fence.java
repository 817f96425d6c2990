package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestTarget;
import java.util.Optional;

/**
 * Keeps commands away from guests they must not touch: those that a newer owner made, and those
 * that we did not make at all.
 */
record Fence(LibvirtConnection connection) {
  /**
   * What is recorded with the target's guest; empty when the host has none. Throws an instance
   * fault when the guest is of a newer generation or foreign.
   */
  Optional<DomainMetadata> check(GuestTarget target) throws DriverException {
    Optional<Optional<DomainMetadata>> domain =
        connection.onDomain("metadata", target.instance(), DomainMetadata::read);
    if (domain.isEmpty()) {
      return Optional.empty();
    }
    DomainMetadata recorded =
        domain
            .get()
            .filter(metadata -> metadata.instance().equals(target.instance()))
            .orElseThrow(
                () ->
                    DriverException.instanceFault(
                        "the domain with UUID " + target.instance() + " is not ours"));
    if (recorded.generation() > target.generation()) {
      throw DriverException.instanceFault(
          "guest "
              + target.instance()
              + " belongs to generation "
              + recorded.generation()
              + ", the command to "
              + target.generation());
    }
    return Optional.of(recorded);
  }

  /** The recorded generation; empty when the guest is absent or foreign. */
  Optional<Long> generation(InstanceId instance) throws DriverException {
    return connection
        .onDomain("metadata", instance, DomainMetadata::read)
        .flatMap(metadata -> metadata)
        .filter(metadata -> metadata.instance().equals(instance))
        .map(DomainMetadata::generation);
  }
}
