package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.config.FilterName;
import io.troupe.config.Isolation;
import io.troupe.config.MetricWeights;
import io.troupe.config.PciAlias;
import io.troupe.config.PciNumaPolicy;
import io.troupe.config.PreemptionSettings;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.ArrayList;
import java.util.EnumMap;
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
  private static final List<String> FLAVORS = List.of("m1.small", "m1.large", "c1");
  private static final List<String> IMAGES = List.of("img-1", "img-2");
  private static final List<String> TRAITS = List.of("CUSTOM_FAST", "CUSTOM_TRUSTED", "HW_X");
  private static final List<String> CLASSES = List.of("CUSTOM_A", "VGPU");
  private static final List<PciAlias> ALIASES =
      List.of(
          new PciAlias("gpu", "10de", "", "PCI", PciNumaPolicy.PREFERRED),
          new PciAlias("gpu", "8086", "0002", "PCI", PciNumaPolicy.PREFERRED),
          new PciAlias("any", "", "", "PCI", PciNumaPolicy.LEGACY),
          new PciAlias("pf", "8086", "", "PF", PciNumaPolicy.LEGACY),
          new PciAlias("vf", "8086", "0001", "VF", PciNumaPolicy.REQUIRED),
          new PciAlias("vf", "8086", "0002", "VF", PciNumaPolicy.REQUIRED));
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
        oneOf(List.of("", "10.0.0.7", "10.0.1.7", "10.1.0.7", "fd00::7")),
        chance(0.3) ? HostDetail.NONE : detail());
  }

  private HostDetail detail() {
    var instances = new HashSet<InstanceId>();
    var flavors = new HashMap<String, Integer>();
    var properties = new HashMap<String, Integer>();
    while (chance(0.6)) {
      instances.add(resident());
      flavors.merge(oneOf(FLAVORS), 1, Integer::sum);
      properties.merge(
          oneOf(List.of("hw_disk_bus=virtio", "hw_disk_bus=scsi", "os_distro=arch")),
          1,
          Integer::sum);
    }
    var metrics = new HashMap<String, Double>();
    if (chance(0.7)) {
      metrics.put("cpu.frequency", oneOf(List.of(1.5, 2.0, 2.5)));
    }
    if (chance(0.7)) {
      metrics.put("cpu.idle", oneOf(List.of(0.0, 50.0, 99.25)));
    }
    var providers = chance(0.3) ? List.<Provider>of() : providers();
    return new HostDetail(
        new Residents(instances, flavors, properties),
        traits(),
        providers,
        used(providers),
        chance(0.7) ? 0 : random.nextInt(3),
        metrics,
        List.of(),
        chance(0.3) ? Optional.empty() : Optional.of(parts()));
  }

  private HostParts parts() {
    var cells = new ArrayList<HostTopology.Cell>();
    int threads = 1 + random.nextInt(2);
    int cpu = 0;
    int count = 1 + random.nextInt(3);
    for (int id = 0; id < count; id++) {
      var cores = new ArrayList<List<Integer>>();
      int own = 1 + random.nextInt(3);
      for (int core = 0; core < own; core++) {
        cores.add(threads == 1 ? List.of(cpu++) : List.of(cpu++, cpu++));
      }
      cells.add(
          new HostTopology.Cell(
              id,
              id / 2,
              cores,
              512L * (1 + random.nextInt(8)),
              List.of(
                  new HostTopology.Pages(4, 131_072L * random.nextInt(8)),
                  new HostTopology.Pages(2_048, 256L * random.nextInt(6)))));
    }
    var dedicated = new ArrayList<Integer>();
    for (int one = 0; one < cpu; one++) {
      if (chance(0.5)) {
        dedicated.add(one);
      }
    }
    var topology = new HostTopology(cells, dedicated, devices(cells.size()));
    var placements = new ArrayList<GuestPlacement>();
    while (chance(0.4)) {
      placements.add(placement(topology));
    }
    return new HostParts(topology, ALIASES, oneOf(RATIOS), oneOf(List.of(1.0, 1.5)), placements);
  }

  private List<HostTopology.Device> devices(int cells) {
    var devices = new ArrayList<HostTopology.Device>();
    var physical = new ArrayList<String>();
    while (chance(0.8) && devices.size() < 6) {
      String address = "0000:0" + devices.size() + ":00.0";
      var type = oneOf(List.of(HostTopology.Type.values()));
      boolean nvidia = type == HostTopology.Type.PCI && chance(0.5);
      devices.add(
          new HostTopology.Device(
              address,
              nvidia ? "10de" : "8086",
              oneOf(List.of("0001", "0002")),
              type,
              chance(0.7) ? Optional.of(random.nextInt(cells)) : Optional.empty(),
              type == HostTopology.Type.VF && !physical.isEmpty()
                  ? Optional.of(oneOf(physical))
                  : Optional.empty(),
              Map.of()));
      if (type == HostTopology.Type.PF) {
        physical.add(address);
      }
    }
    return devices;
  }

  private GuestPlacement placement(HostTopology topology) {
    var cell = oneOf(topology.cells());
    var pins =
        chance(0.5)
            ? List.of(new GuestPlacement.Pin(0, oneOf(cell.cpus())))
            : List.<GuestPlacement.Pin>of();
    var devices =
        topology.devices().isEmpty() || chance(0.5)
            ? List.<GuestPlacement.Device>of()
            : List.of(new GuestPlacement.Device(oneOf(topology.devices()).address(), "gpu"));
    long pageKib = oneOf(List.of(0L, 4L, 2_048L));
    return new GuestPlacement(
        1,
        512,
        List.of(
            new GuestPlacement.Cell(
                cell.id(), List.of(0), 512, pageKib, pins, List.of(), List.of())),
        List.of(),
        List.of(),
        devices);
  }

  private InstanceId resident() {
    return new InstanceId(new UUID(0x7e5, random.nextInt(12)));
  }

  private Set<String> traits() {
    var traits = new HashSet<String>();
    for (String trait : TRAITS) {
      if (chance(0.5)) {
        traits.add(trait);
      }
    }
    return traits;
  }

  private List<Provider> providers() {
    var providers = new ArrayList<Provider>();
    providers.add(new Provider(Provider.HOST, traits(), stocks()));
    while (providers.size() < 4 && chance(0.7)) {
      providers.add(new Provider("p" + providers.size(), traits(), stocks()));
    }
    return providers;
  }

  private Map<String, Stock> stocks() {
    var stocks = new HashMap<String, Stock>();
    for (String name : CLASSES) {
      if (chance(0.5)) {
        stocks.put(
            name,
            chance(0.7)
                ? Stock.of(1 + random.nextInt(4))
                : new Stock(8, random.nextInt(3), 2, 6, 2, oneOf(List.of(1.0, 1.5, 0.5))));
      }
    }
    return stocks;
  }

  private Map<String, Map<String, Long>> used(List<Provider> providers) {
    var used = new HashMap<String, Map<String, Long>>();
    for (Provider provider : providers) {
      for (String name : provider.stocks().keySet()) {
        if (chance(0.3)) {
          used.computeIfAbsent(provider.name(), p -> new HashMap<>())
              .put(name, 1L + random.nextInt(3));
        }
      }
    }
    return used;
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
      metadata.put("instance_type", Set.of(oneOf(List.of("m1.small,m1.large", "m1.large"))));
    }
    if (chance(0.1)) {
      metadata.put("build_failure_weight_multiplier", Set.of("0.5", "2"));
    }
    if (chance(0.3)) {
      metadata.put("PRIORITY", chance(0.8) ? Set.of("3", "7") : Set.of("high"));
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
    addResources(specs);
    addParts(specs);
    if (chance(0.1)) {
      specs.put("trust:trusted_host", oneOf(List.of("trusted", "untrusted", "perhaps")));
    }
    var hints = new HashMap<String, List<String>>();
    if (chance(0.2)) {
      hints.put("same_host", List.of(resident().toString(), "nobody"));
    }
    if (chance(0.2)) {
      hints.put("different_host", List.of(resident().toString(), resident().toString()));
    }
    if (chance(0.2)) {
      hints.put("query", List.of(oneOf(ReferenceQuery.QUERIES)));
    }
    if (chance(0.4)) {
      hints.put("build_near_host_ip", List.of(oneOf(List.of("10.0.0.1", "fd00::1", "near"))));
    }
    if (chance(0.4)) {
      hints.put("cidr", List.of(oneOf(List.of("/16", "/24", "/99", "wide"))));
    }
    if (chance(0.2)) {
      hints.put("SCHED_REQUIREMENTS", List.of(oneOf(ReferenceQuery.REQUIREMENTS)));
    }
    if (chance(0.1)) {
      hints.put("SCHED_RANK", List.of(oneOf(ReferenceQuery.RANKS)));
    }
    if (chance(0.2)) {
      hints.put("spread", List.of(oneOf(List.of("zone=2", "host=1", "tier=3"))));
    }
    var properties = new HashMap<String, String>();
    if (chance(0.4)) {
      properties.put("hw_disk_bus", oneOf(List.of("virtio", "scsi", "")));
      properties.put("distro", "arch");
      properties.put("os_distro", "arch");
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
    if (chance(0.1)) {
      properties.put("trait:" + oneOf(TRAITS), oneOf(List.of("required", "forbidden")));
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
        1 + random.nextInt(5),
        new RequestDetail(
            chance(0.8) ? Optional.of(oneOf(FLAVORS)) : Optional.empty(),
            chance(0.8) ? Optional.of(oneOf(IMAGES)) : Optional.empty(),
            chance(0.1) ? Optional.of(host().value().toUpperCase()) : Optional.empty(),
            chance(0.1) ? Set.of(host().value().toLowerCase(), "nowhere") : Set.of()));
  }

  private void addParts(Map<String, String> specs) {
    if (chance(0.8)) {
      return; // most ask nothing of it, or hardly any would be placed
    }
    if (chance(0.4)) {
      specs.put("hw:numa_nodes", oneOf(List.of("1", "2", "2", "3")));
    }
    if (chance(0.4)) {
      specs.put("hw:cpu_policy", "dedicated");
      if (chance(0.5)) {
        specs.put("hw:cpu_thread_policy", oneOf(List.of("prefer", "isolate", "require")));
      }
    }
    if (chance(0.3)) {
      specs.put("hw:mem_page_size", oneOf(List.of("small", "large", "any", "2048", "1048576")));
    }
    if (chance(0.5)) {
      specs.put(
          "pci_passthrough:alias",
          oneOf(List.of("gpu:1", "any:1,gpu:1", "vf:1", "pf:1,vf:2", "vf:2,pf:1", "none:1")));
    }
    if (chance(0.4)) {
      specs.put(
          "hw:pci_numa_affinity_policy",
          oneOf(List.of("required", "preferred", "legacy", "socket")));
    }
  }

  private void addResources(Map<String, String> specs) {
    if (chance(0.25)) {
      specs.put("resources:" + oneOf(CLASSES), oneOf(List.of("1", "2", "0", "many")));
    }
    if (chance(0.25)) {
      specs.put("trait:" + oneOf(TRAITS), oneOf(List.of("required", "forbidden", "liked")));
    }
    for (String suffix : List.of("1", "_net", "B-2")) {
      if (chance(0.2)) {
        specs.put("resources" + suffix + ":" + oneOf(CLASSES), oneOf(List.of("1", "2", "3")));
      }
      if (chance(0.15)) {
        specs.put("trait" + suffix + ":" + oneOf(TRAITS), oneOf(List.of("required", "forbidden")));
      }
      if (chance(0.05)) {
        specs.put("resources" + suffix + ":VCPU", "1");
      }
    }
    if (chance(0.4)) {
      specs.put("group_policy", oneOf(List.of("isolate", "none")));
    }
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
    if (chance(0.3)) {
      return SchedulerSettings.DEFAULT;
    }
    var multipliers = new EnumMap<WeigherName, Double>(WeigherName.class);
    var weighers = EnumSet.noneOf(WeigherName.class);
    for (WeigherName weigher : WeigherName.values()) {
      multipliers.put(weigher, oneOf(MULTIPLIERS));
      if (chance(0.8)) {
        weighers.add(weigher);
      }
    }
    var ratios = new HashMap<String, Double>();
    if (chance(0.5)) {
      ratios.put("cpu.frequency", 2.0);
    }
    if (chance(0.3)) {
      ratios.put("cpu.idle", -0.25);
    }
    return new SchedulerSettings(
        SchedulerPolicy.FILTER,
        filters(),
        weighers,
        multipliers,
        1 + random.nextInt(4),
        3,
        1 + random.nextInt(5),
        1 + random.nextInt(6),
        new Isolation(
            Set.of("host-1", "HOST-2", "host-3"),
            chance(0.3) ? Set.of() : Set.of("img-1"),
            chance(0.7)),
        new MetricWeights(ratios, -7.5),
        chance(0.5) ? Map.of() : Map.of("hw_disk_bus", 2.5),
        PreemptionSettings.OFF);
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
