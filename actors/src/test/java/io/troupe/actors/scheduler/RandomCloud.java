package io.troupe.actors.scheduler;

import io.troupe.config.FilterName;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * Hosts, requests and settings from a seed. Values come from short lists, so that hosts tie, groups
 * meet and amounts hit their limits exactly; {@code variety} says how many different hosts there
 * are.
 */
final class RandomCloud {
  private static final List<String> PROJECTS = List.of("alpha", "beta", "gamma");
  private static final List<String> ZONES = List.of("nova", "east", "west");
  private static final List<String> GROUPS = List.of("g1", "g2", "g3");
  private static final List<Machine> MACHINES =
      List.of(
          Machine.UNKNOWN,
          new Machine("QEMU", 8_002_000, "x86_64", "kvm"),
          new Machine("QEMU", 10_000_001, "aarch64", "qemu"),
          new Machine("fake", 1_000_000, "amd64", "fake"));
  private static final List<String> ARCHITECTURES = List.of("x86_64", "AMD64", "aarch64", "");
  private static final List<String> HYPERVISORS = List.of("kvm", "qemu", "FAKE", "xen");
  private static final double[] RATIOS = {1.0, 1.5, 4.0, 0.9, 16.0};
  private static final double[] MULTIPLIERS = {1.0, 0.0, -1.0, 2.5, 0.1};

  private final Random random;
  private final int names;

  RandomCloud(long seed, int names) {
    this.random = new Random(seed);
    this.names = names;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private double oneOf(double[] values) {
    return values[random.nextInt(values.length)];
  }

  HostId host() {
    return new HostId((chance(0.5) ? "host-" : "HOST-") + random.nextInt(names));
  }

  HostRow row(HostId id) {
    int size = 1 + random.nextInt(4);
    var total = new Resources(8 * size, 4096L * size, 100L * size);
    var claimed =
        new Resources(
            random.nextInt(10) * size, 512L * random.nextInt(9) * size, 10L * random.nextInt(11));
    boolean enabled = chance(0.9);
    return new HostRow(
        id,
        random.nextInt(4),
        total,
        chance(0.3) ? new Resources(1, 512, 5) : Resources.NONE,
        claimed,
        oneOf(RATIOS),
        oneOf(RATIOS),
        oneOf(RATIOS),
        oneOf(ZONES),
        aggregates(),
        enabled,
        enabled || chance(0.5) ? "" : "broken fan",
        chance(0.95),
        random.nextInt(5),
        random.nextInt(4),
        members(),
        oneOf(MACHINES),
        oneOf(List.of("", "10.0.0.7", "10.0.1.7", "10.1.0.7", "fd00::7")));
  }

  private Map<String, Set<String>> aggregates() {
    var metadata = new HashMap<String, Set<String>>();
    if (chance(0.1)) {
      metadata.put("filter_tenant_id", Set.of(chance(0.5) ? "alpha,beta" : "beta"));
    }
    if (chance(0.05)) {
      metadata.put("filter_tenant_id_2", Set.of("gamma", "alpha"));
    }
    if (chance(0.3)) {
      metadata.put("tier", Set.of(oneOf(List.of("1", "2", "3", "gold", "2,gold"))));
    }
    if (chance(0.3)) {
      metadata.put("ssd", chance(0.5) ? Set.of("true") : Set.of("true", "false"));
    }
    if (chance(0.15)) {
      metadata.put("ram_weight_multiplier", Set.of("-2", "3.5"));
    }
    if (chance(0.1)) {
      metadata.put("num_instances_weight_multiplier", Set.of("-1.5"));
    }
    if (chance(0.1)) {
      metadata.put("soft_affinity_weight_multiplier", Set.of(chance(0.5) ? "7" : "much"));
    }
    if (chance(0.3)) {
      metadata.put("max_io_ops_per_host", Set.of(oneOf(List.of("1", " 2 ", "4", "many")), "3"));
    }
    if (chance(0.3)) {
      metadata.put("max_instances_per_host", Set.of(oneOf(List.of("1", "2", "4", "2.5"))));
    }
    for (String resource : List.of("ram", "cpu", "disk")) {
      if (chance(0.3)) {
        metadata.put(
            resource + "_allocation_ratio", Set.of(oneOf(List.of("0.5", "0.8", "0", "x")), "2.0"));
      }
    }
    if (chance(0.2)) {
      metadata.put("hw_disk_bus", Set.of(oneOf(List.of("virtio", "scsi, virtio", "ide"))));
      metadata.put("distro", Set.of("debian"));
    }
    return metadata;
  }

  private Map<String, Integer> members() {
    var members = new HashMap<String, Integer>();
    for (String group : GROUPS) {
      if (chance(0.15)) {
        members.put(group, 1 + random.nextInt(3));
      }
    }
    return members;
  }

  RequestSpec request() {
    var specs = new HashMap<String, String>();
    specs.put("hw:cpu_policy", "shared");
    if (chance(0.2)) {
      specs.put(
          "aggregate_instance_extra_specs:tier",
          oneOf(List.of(">= 2", "<or> gold <or> 3", "gold", "1")));
    }
    if (chance(0.2)) {
      specs.put("aggregate_instance_extra_specs:ssd", "true");
    }
    if (chance(0.1)) {
      specs.put(oneOf(List.of("tier", "ssd")), "3");
    }
    if (chance(0.15)) {
      specs.put(
          oneOf(List.of("capabilities:hypervisor_type", "hypervisor_type")),
          oneOf(List.of("QEMU", "<or> fake <or> Xen")));
    }
    if (chance(0.1)) {
      specs.put(
          oneOf(List.of("capabilities:num_instances", "num_instances", "capabilities:unheard")),
          ">= 2");
    }
    var hints = new HashMap<String, List<String>>();
    if (chance(0.4)) {
      hints.put("build_near_host_ip", List.of(oneOf(List.of("10.0.0.1", "fd00::1", "near"))));
    }
    if (chance(0.4)) {
      hints.put("cidr", List.of(oneOf(List.of("/16", "/24", "/99", "wide"))));
    }
    var properties = new HashMap<String, String>();
    if (chance(0.4)) {
      properties.put("hw_disk_bus", oneOf(List.of("virtio", "scsi", "")));
      properties.put("distro", "arch");
    }
    if (chance(0.2)) {
      properties.put(oneOf(List.of("hw_architecture", "architecture")), oneOf(ARCHITECTURES));
    }
    if (chance(0.2)) {
      properties.put(oneOf(List.of("img_hv_type", "hypervisor_type")), oneOf(HYPERVISORS));
    }
    if (chance(0.1)) {
      properties.put("hw_vm_mode", oneOf(List.of("HVM", "xen", "hv")));
    }
    if (chance(0.3)) {
      properties.put("img_hv_requested_version", oneOf(List.of(">=8.2,<9", ">8.2.0", "new")));
    }
    var excluded = new HashSet<HostId>();
    while (chance(0.3)) {
      excluded.add(host());
    }
    return new RequestSpec(
        new InstanceId(new UUID(random.nextLong(), random.nextLong())),
        new ProjectId(oneOf(PROJECTS)),
        resources(),
        chance(0.3) ? Optional.of(oneOf(ZONES)) : Optional.empty(),
        chance(0.1) ? Optional.of(host().value().toLowerCase()) : Optional.empty(),
        excluded,
        group(),
        hints,
        specs,
        properties,
        1 + random.nextInt(5));
  }

  private Resources resources() {
    if (chance(0.05)) {
      return new Resources(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
    return new Resources(
        random.nextInt(9), 512L * random.nextInt(17), chance(0.2) ? 0 : 10L * random.nextInt(12));
  }

  private Optional<GroupSpec> group() {
    return chance(0.5)
        ? Optional.empty()
        : Optional.of(
            new GroupSpec(
                oneOf(GROUPS), oneOf(List.of(GroupSpec.Policy.values())), 1 + random.nextInt(3)));
  }

  SchedulerSettings settings() {
    return chance(0.3)
        ? SchedulerSettings.DEFAULT
        : new SchedulerSettings(
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS),
            1 + random.nextInt(4),
            3,
            filters(),
            1 + random.nextInt(5),
            1 + random.nextInt(6),
            oneOf(MULTIPLIERS),
            oneOf(MULTIPLIERS));
  }

  private Set<FilterName> filters() {
    var filters = EnumSet.noneOf(FilterName.class);
    for (FilterName filter : FilterName.values()) {
      if (chance(FilterName.DEFAULT.contains(filter) ? 0.8 : 0.15)) {
        filters.add(filter);
      }
    }
    return filters;
  }

  long seed() {
    return random.nextLong();
  }

  List<HostId> hosts(int count) {
    var hosts = new ArrayList<HostId>(count);
    for (int i = 0; i < count; i++) {
      hosts.add(host());
    }
    return hosts;
  }
}
