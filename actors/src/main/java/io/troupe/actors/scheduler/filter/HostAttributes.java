package io.troupe.actors.scheduler.filter;

import static java.util.Map.entry;

import io.troupe.actors.scheduler.HostRow;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a host is and has, under the names of the attributes of Nova's host state. MiB and GiB, as
 * {@code _mb} and {@code _gb} mean there; used amounts count reservations.
 */
final class HostAttributes {
  private static final Map<String, Function<HostRow, Object>> BY_NAME =
      Map.ofEntries(
          entry("host", host -> host.id().value()),
          entry("hypervisor_hostname", host -> host.id().value()),
          entry("hypervisor_type", host -> host.machine().hypervisorType()),
          entry("hypervisor_version", host -> host.machine().hypervisorVersion()),
          entry("cpu_info:arch", host -> host.machine().architecture()),
          entry("host_ip", HostRow::address),
          entry("vcpus_total", host -> host.total().vcpus()),
          entry("vcpus_used", host -> host.reserved().vcpus() + host.claimed().vcpus()),
          entry("total_usable_ram_mb", host -> host.total().ramMib()),
          entry("free_ram_mb", HostRow::idleRamMib),
          entry("total_usable_disk_gb", host -> host.total().diskGib()),
          entry("disk_mb_used", host -> 1024L * usedDiskGib(host)),
          entry("free_disk_mb", host -> 1024L * (host.total().diskGib() - usedDiskGib(host))),
          entry("num_instances", HostRow::instances),
          entry("num_io_ops", HostRow::ioOps),
          entry("failed_builds", host -> host.detail().failedBuilds()),
          entry("cpu_allocation_ratio", HostRow::cpuRatio),
          entry("ram_allocation_ratio", HostRow::ramRatio),
          entry("disk_allocation_ratio", HostRow::diskRatio));

  private HostAttributes() {}

  private static long usedDiskGib(HostRow host) {
    return host.reserved().diskGib() + host.claimed().diskGib();
  }

  /**
   * The attribute, empty when there is none of that name or the host does not tell.
   *
   * @param path attribute names separated by colons
   */
  static Optional<String> of(HostRow host, String path) {
    return value(host, path).map(String::valueOf);
  }

  /** The same as a number or a text. */
  static Optional<Object> value(HostRow host, String path) {
    return Optional.ofNullable(BY_NAME.get(path))
        .map(attribute -> attribute.apply(host))
        .filter(value -> !value.equals(""));
  }

  static boolean isKnown(String path) {
    return BY_NAME.containsKey(path);
  }
}
