package io.troupe.actors.scheduler.filter;

import static java.util.Map.entry;

import io.troupe.actors.scheduler.HostRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A host's attributes under OpenNebula's names: CPU in hundredths of a physical one, memory in KiB,
 * both as claimed and not as measured. Other names are looked up in the metadata of the host's
 * aggregates and then among the numbers it tells.
 */
final class NebulaAttributes {
  private static final Map<String, Function<HostRow, Object>> BY_NAME =
      Map.ofEntries(
          entry("NAME", host -> host.id().value()),
          entry("HOSTNAME", host -> host.id().value()),
          entry("CLUSTER", HostRow::availabilityZone),
          entry("HYPERVISOR", host -> host.machine().guestType()),
          entry("ARCH", host -> host.machine().architecture()),
          entry("TOTALCPU", host -> 100L * host.total().vcpus()),
          entry("MAX_CPU", host -> 100L * (host.total().vcpus() - host.reserved().vcpus())),
          entry("USED_CPU", host -> 100L * host.claimed().vcpus()),
          entry("CPU_USAGE", host -> 100L * host.claimed().vcpus()),
          entry("FREE_CPU", host -> 100L * host.freeVcpus()),
          entry("TOTALMEMORY", host -> 1024L * host.total().ramMib()),
          entry("MAX_MEM", host -> 1024L * (host.total().ramMib() - host.reserved().ramMib())),
          entry("USED_MEMORY", host -> 1024L * host.claimed().ramMib()),
          entry("MEM_USAGE", host -> 1024L * host.claimed().ramMib()),
          entry("FREE_MEMORY", host -> 1024L * host.freeRamMib()),
          entry("RUNNING_VMS", HostRow::instances));

  private NebulaAttributes() {}

  /** Its values, sorted; none when the host lacks it. */
  static List<String> of(HostRow host, String name) {
    if (name.equals("CURRENT_VMS")) {
      var instances = new TreeSet<String>();
      host.detail().residents().instances().forEach(one -> instances.add(one.toString()));
      host.detail().promised().forEach(one -> instances.add(one.instance().toString()));
      return List.copyOf(instances);
    }
    var attribute = BY_NAME.get(name);
    if (attribute != null) {
      String value = String.valueOf(attribute.apply(host));
      return value.isEmpty() ? List.of() : List.of(value);
    }
    var metadata = host.aggregateMetadata().get(name);
    if (metadata != null) {
      return new ArrayList<>(new TreeSet<>(metadata));
    }
    Double metric = host.detail().metrics().get(name);
    return metric == null ? List.of() : List.of(metric.toString());
  }

  /** The greatest of its values that are numbers, 0 without any. */
  static double number(HostRow host, String name) {
    return of(host, name).stream()
        .filter(value -> value.matches("-?\\d{1,15}(\\.\\d{1,9})?"))
        .mapToDouble(Double::parseDouble)
        .max()
        .orElse(0);
  }
}
