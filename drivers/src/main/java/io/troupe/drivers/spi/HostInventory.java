package io.troupe.drivers.spi;

import io.troupe.core.value.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A hypervisor host as its hypervisor describes it.
 *
 * @param name unique within the connection; becomes the host's name in the cloud
 * @param hypervisorType as Nova writes it: {@code QEMU}, {@code fake} …
 * @param hypervisorVersion as one number, 1000000 × major + 1000 × minor + release
 * @param guestType what guests are made of here, for instance {@code kvm} or {@code qemu}
 * @param total physical vCPUs, RAM in MiB, disk for guests in GiB, before any allocation ratio
 * @param address the host's own IP address
 * @param traits standard trait names
 * @param details further facts for operators, such as the CPU model
 * @param topology cells and devices; absent in what former releases wrote
 */
public record HostInventory(
    String name,
    String hypervisorType,
    long hypervisorVersion,
    String architecture,
    String guestType,
    Resources total,
    String address,
    Set<String> traits,
    Map<String, String> details,
    Optional<HostTopology> topology) {
  public HostInventory {
    traits = Set.copyOf(traits);
    details = Map.copyOf(details);
    topology = topology == null ? Optional.empty() : topology.filter(it -> !it.isNone());
  }

  /** One that tells nothing of cells and devices. */
  public HostInventory(
      String name,
      String hypervisorType,
      long hypervisorVersion,
      String architecture,
      String guestType,
      Resources total,
      String address,
      Set<String> traits,
      Map<String, String> details) {
    this(
        name,
        hypervisorType,
        hypervisorVersion,
        architecture,
        guestType,
        total,
        address,
        traits,
        details,
        Optional.empty());
  }

  public HostInventory with(HostTopology inside) {
    return new HostInventory(
        name,
        hypervisorType,
        hypervisorVersion,
        architecture,
        guestType,
        total,
        address,
        traits,
        details,
        Optional.of(inside));
  }
}
