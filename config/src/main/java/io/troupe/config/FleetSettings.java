package io.troupe.config;

import java.util.List;

/**
 * How hosts are watched and how far they are overcommitted.
 *
 * @param heartbeatMillis ms between two questions to a hypervisor connection
 * @param reconcileMillis ms between two comparisons of a host's guests with its claims
 * @param cpuRatio virtual per physical CPU
 * @param ramRatio claimed per physical RAM
 * @param diskRatio claimed per physical disk
 * @param reservedVcpus kept back for the host itself
 * @param reservedRamMib MiB kept back for the host itself
 * @param reservedDiskGib GiB kept back for the host itself
 * @param defaultZone the availability zone of hosts in no other
 * @param pciAliases names that flavors ask PCI devices by
 * @param pools how much of the storage volumes may take
 */
public record FleetSettings(
    long heartbeatMillis,
    long reconcileMillis,
    double cpuRatio,
    double ramRatio,
    double diskRatio,
    int reservedVcpus,
    long reservedRamMib,
    long reservedDiskGib,
    String defaultZone,
    List<PciAlias> pciAliases,
    PoolSettings pools) {
  /** Nova's initial allocation ratios, reserved RAM and default zone. */
  public static final FleetSettings DEFAULT =
      new FleetSettings(10_000, 60_000, 4.0, 1.0, 1.0, 0, 512, 0, "nova");

  public FleetSettings {
    pciAliases = List.copyOf(pciAliases);
  }

  /** With what volumes take counted like guests' disks. */
  public FleetSettings(
      long heartbeatMillis,
      long reconcileMillis,
      double cpuRatio,
      double ramRatio,
      double diskRatio,
      int reservedVcpus,
      long reservedRamMib,
      long reservedDiskGib,
      String defaultZone,
      List<PciAlias> pciAliases) {
    this(
        heartbeatMillis,
        reconcileMillis,
        cpuRatio,
        ramRatio,
        diskRatio,
        reservedVcpus,
        reservedRamMib,
        reservedDiskGib,
        defaultZone,
        pciAliases,
        PoolSettings.DEFAULT.withRatio(diskRatio));
  }

  /** Without PCI devices. */
  public FleetSettings(
      long heartbeatMillis,
      long reconcileMillis,
      double cpuRatio,
      double ramRatio,
      double diskRatio,
      int reservedVcpus,
      long reservedRamMib,
      long reservedDiskGib,
      String defaultZone) {
    this(
        heartbeatMillis,
        reconcileMillis,
        cpuRatio,
        ramRatio,
        diskRatio,
        reservedVcpus,
        reservedRamMib,
        reservedDiskGib,
        defaultZone,
        List.of());
  }

  public FleetSettings withPciAliases(List<PciAlias> aliases) {
    return new FleetSettings(
        heartbeatMillis,
        reconcileMillis,
        cpuRatio,
        ramRatio,
        diskRatio,
        reservedVcpus,
        reservedRamMib,
        reservedDiskGib,
        defaultZone,
        aliases,
        pools);
  }
}
