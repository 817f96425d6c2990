package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import java.util.Optional;

/**
 * One guest found on a host.
 *
 * @param name as the hypervisor calls it
 * @param instance empty for a guest that Troupe did not make
 * @param generation as recorded with the guest; 0 for a foreign one
 * @param foreign what is told of a foreign guest, so that it can be adopted; empty for ours, and
 *     when the hypervisor does not say
 */
public record GuestReport(
    String name,
    Optional<InstanceId> instance,
    long generation,
    PowerState power,
    Optional<Foreign> foreign)
    implements CborSerializable {

  /**
   * A guest that Troupe did not make.
   *
   * @param id the instance's if it is adopted; the hypervisor knows the guest by it
   * @param size vCPUs, RAM in MiB and its first disk in GiB, rounded up
   */
  public record Foreign(InstanceId id, Resources size) {}

  public GuestReport {
    foreign = foreign == null ? Optional.empty() : foreign;
  }

  public GuestReport(
      String name, Optional<InstanceId> instance, long generation, PowerState power) {
    this(name, instance, generation, power, Optional.empty());
  }
}
