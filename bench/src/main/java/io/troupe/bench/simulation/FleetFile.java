package io.troupe.bench.simulation;

import io.troupe.actors.catalog.SchedulerOverrides;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.config.FilterName;
import io.troupe.config.FleetSettings;
import io.troupe.config.PciAlias;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Names;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.HostTopology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Reads a fleet; docs/simulator.md lists the fields. */
final class FleetFile {
  private static final long MOST = 1 << 30;
  private static final double FOREVER = 1e12;
  private static final ConnectionId CONNECTION = new ConnectionId("simulated");
  private static final FleetSettings USUAL = FleetSettings.DEFAULT;
  private static final List<String> LIMITS =
      List.of("host_subset_size", "max_io_ops_per_host", "max_instances_per_host");

  private record Aggregate(Map<String, String> metadata) {}

  private final Map<String, Aggregate> aggregates = new HashMap<>();
  private final Map<String, Flavor> flavors = new LinkedHashMap<>();
  private final List<PciAlias> aliases = new ArrayList<>();

  /** Hosts of equal build share one copy. */
  private final Map<HostTopology, HostTopology> topologies = new HashMap<>();

  private final Set<String> hostNames = new HashSet<>();
  private final Set<String> instanceNames = new HashSet<>();
  private Requests requests;

  private FleetFile() {}

  /**
   * @throws InputException when something in it is wrong
   * @throws IOException when it cannot be read
   */
  static Fleet read(Path file) throws IOException {
    return new FleetFile().fleet(Input.document(file));
  }

  private Fleet fleet(Input document) {
    var fields = document.object("hosts", "aggregates", "flavors", "pci_aliases", "scheduler");
    SchedulerSettings settings =
        fields.optional("scheduler").map(FleetFile::settings).orElse(SchedulerSettings.DEFAULT);
    fields.optional("flavors").ifPresent(this::readFlavors);
    fields.optional("aggregates").ifPresent(this::readAggregates);
    fields.optional("pci_aliases").ifPresent(this::readAliases);
    requests = new Requests(flavors, aliases, settings.candidates());
    var hosts = fields.required("hosts").list().stream().map(this::host).toList();
    if (hosts.isEmpty()) {
      throw fields.required("hosts").wrong("there are no hosts");
    }
    return new Fleet(hosts, flavors, aliases, settings);
  }

  private void readFlavors(Input field) {
    for (Input one : field.list()) {
      var fields = one.object("name", "vcpus", "ram_mib", "disk_gib", "extra_specs");
      String name = fields.required("name").text();
      if (flavors.put(name, Flavor.of(name, fields)) != null) {
        throw fields.required("name").wrong("there are two flavors '" + name + "'");
      }
    }
  }

  private void readAggregates(Input field) {
    for (Input one : field.list()) {
      var fields = one.object("name", "metadata");
      String name = fields.required("name").text();
      var metadata = fields.optional("metadata").map(m -> m.object().words()).orElse(Map.of());
      if (aggregates.put(name, new Aggregate(metadata)) != null) {
        throw fields.required("name").wrong("there are two aggregates '" + name + "'");
      }
    }
  }

  /** As {@code troupe.fleet.pci-aliases} has them. */
  private void readAliases(Input field) {
    for (Input one : field.list()) {
      var fields = one.object("name", "vendor_id", "product_id", "device_type", "numa_policy");
      try {
        aliases.add(
            PciAlias.of(
                fields.required("name").text(),
                word(fields, "vendor_id", ""),
                word(fields, "product_id", ""),
                word(fields, "device_type", "type-PCI"),
                word(fields, "numa_policy", "legacy")));
      } catch (IllegalArgumentException e) {
        throw one.wrong(e.getMessage());
      }
    }
  }

  private Fleet.Member host(Input field) {
    var fields =
        field.object(
            "name",
            "vcpus",
            "ram_mib",
            "disk_gib",
            "reserved",
            "ratios",
            "zone",
            "aggregates",
            "traits",
            "inventories",
            "providers",
            "numa",
            "pci",
            "enabled",
            "disabled_reason",
            "up",
            "hypervisor_type",
            "hypervisor_version",
            "architecture",
            "guest_type",
            "address",
            "details",
            "instances");
    HostId id = fields.required("name").text(HostId::new);
    if (!hostNames.add(id.value())) {
      throw fields.required("name").wrong("there are two hosts '" + id + "'");
    }
    var around = surroundings(fields);
    var settings = settings(fields, around.zone());
    var state =
        HostState.UNKNOWN
            .evolve(new HostEvent.Discovered(CONNECTION, inventory(id, fields)))
            .evolve(new HostEvent.Equipped(equipment(fields)));
    var residents = new ArrayList<Fleet.Resident>();
    if (fields.optional("instances").isPresent()) {
      var open =
          new HostState.Surroundings(around.zone(), around.aggregateMetadata(), true, "", true);
      for (Input one : fields.required("instances").list()) {
        var resident = resident(one);
        var row = state.row(id, 1, open, 0, settings);
        var refusal = state.refusal(resident.spec(), 1, row);
        if (refusal.isPresent()) {
          throw one.wrong("does not fit on host " + id + ": " + refusal.get());
        }
        state = state.evolve(new HostEvent.Claimed(state.claimOf(resident.spec(), 1, row)));
        residents.add(resident);
      }
    }
    return new Fleet.Member(id, state, around, settings, residents);
  }

  private Fleet.Resident resident(Input field) {
    var fields = field.object(Requests.fields("id", "departs"));
    String name = fields.required("id").text();
    if (!instanceNames.add(name)) {
      throw fields.required("id").wrong("there are two instances '" + name + "'");
    }
    var departs = fields.optional("departs");
    return new Fleet.Resident(
        name,
        requests.spec(name, fields),
        departs.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(departs.get().number(0, FOREVER)));
  }

  private HostInventory inventory(HostId id, Input.Members fields) {
    Resources total = amounts(fields, 1);
    HostTopology inside = InsideFields.read(fields, total);
    return new HostInventory(
            id.value(),
            word(fields, "hypervisor_type", "QEMU"),
            fields.optional("hypervisor_version").map(v -> v.whole(0, Long.MAX_VALUE)).orElse(0L),
            word(fields, "architecture", "x86_64"),
            word(fields, "guest_type", "kvm"),
            total,
            word(fields, "address", ""),
            traits(fields),
            fields.optional("details").map(details -> details.object().words()).orElse(Map.of()))
        .with(topologies.computeIfAbsent(inside, same -> same));
  }

  private static String word(Input.Members fields, String name, String usual) {
    return fields.optional(name).map(Input::text).orElse(usual);
  }

  private static Resources amounts(Input.Members fields, long least) {
    return new Resources(
        (int) fields.required("vcpus").whole(least, 1 << 16),
        fields.required("ram_mib").whole(least, MOST),
        fields.optional("disk_gib").map(disk -> disk.whole(0, MOST)).orElse(0L));
  }

  private FleetSettings settings(Input.Members host, String zone) {
    var ratios = host.optional("ratios").map(field -> field.object("vcpus", "ram", "disk"));
    var reserved =
        host.optional("reserved").map(field -> field.object("vcpus", "ram_mib", "disk_gib"));
    var settings =
        new FleetSettings(
            USUAL.heartbeatMillis(),
            USUAL.reconcileMillis(),
            ratio(ratios, "vcpus", USUAL.cpuRatio()),
            ratio(ratios, "ram", USUAL.ramRatio()),
            ratio(ratios, "disk", USUAL.diskRatio()),
            (int) kept(reserved, "vcpus", USUAL.reservedVcpus()),
            kept(reserved, "ram_mib", USUAL.reservedRamMib()),
            kept(reserved, "disk_gib", USUAL.reservedDiskGib()),
            zone);
    return settings.withPciAliases(aliases);
  }

  private static double ratio(Optional<Input.Members> ratios, String name, double usual) {
    return ratios.flatMap(all -> all.optional(name)).map(r -> r.number(0.001, 1_000)).orElse(usual);
  }

  private static long kept(Optional<Input.Members> reserved, String name, long usual) {
    return reserved.flatMap(all -> all.optional(name)).map(r -> r.whole(0, MOST)).orElse(usual);
  }

  private HostState.Surroundings surroundings(Input.Members fields) {
    var metadata = new HashMap<String, Set<String>>();
    String zone = USUAL.defaultZone();
    for (Input name : fields.optional("aggregates").map(Input::list).orElse(List.of())) {
      Aggregate aggregate = aggregates.get(name.text());
      if (aggregate == null) {
        throw name.wrong("there is no aggregate '" + name.text() + "' in the file");
      }
      aggregate.metadata.forEach(
          (key, value) -> metadata.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(value));
    }
    var zones = metadata.getOrDefault("availability_zone", Set.of());
    if (zones.size() > 1) {
      throw fields.required("aggregates").wrong("are in more than one availability zone: " + zones);
    }
    zone = zones.stream().findFirst().orElse(zone);
    boolean enabled = fields.optional("enabled").map(Input::flag).orElse(true);
    return new HostState.Surroundings(
        word(fields, "zone", zone),
        metadata,
        enabled,
        enabled ? "" : word(fields, "disabled_reason", ""),
        fields.optional("up").map(Input::flag).orElse(true));
  }

  private static Set<String> traits(Input.Members fields) {
    var traits = new LinkedHashSet<String>();
    fields
        .optional("traits")
        .ifPresent(list -> list.list().forEach(trait -> traits.add(trait.text())));
    return traits;
  }

  private static Equipment equipment(Input.Members fields) {
    var providers = new ArrayList<Provider>();
    fields
        .optional("inventories")
        .ifPresent(own -> providers.add(new Provider(Provider.HOST, Set.of(), stocks(own))));
    var names = new HashSet<String>();
    for (Input one : fields.optional("providers").map(Input::list).orElse(List.of())) {
      var part = one.object("name", "traits", "inventories");
      String name = part.required("name").text();
      if (!Names.isToken(name) || !names.add(name)) {
        throw part.required("name")
            .wrong("must be a name of letters, digits, '.', '_', '-' that no other provider has");
      }
      providers.add(
          new Provider(
              name,
              traits(part),
              part.optional("inventories").map(FleetFile::stocks).orElse(Map.of())));
    }
    return new Equipment(Set.of(), providers);
  }

  private static Map<String, Stock> stocks(Input field) {
    var stocks = new LinkedHashMap<String, Stock>();
    var classes = field.object();
    for (String name : classes.names()) {
      Input one = classes.get(name);
      var fields =
          one.object("total", "reserved", "min_unit", "max_unit", "step_size", "allocation_ratio");
      long total = fields.required("total").whole(1, 1L << 31);
      try {
        stocks.put(
            name,
            new Stock(
                total,
                whole(fields, "reserved", 0),
                whole(fields, "min_unit", 1),
                whole(fields, "max_unit", total),
                whole(fields, "step_size", 1),
                fields.optional("allocation_ratio").map(r -> r.number(0.001, 1_000)).orElse(1.0)));
      } catch (IllegalArgumentException e) {
        throw one.wrong(e.getMessage());
      }
    }
    return stocks;
  }

  private static long whole(Input.Members fields, String name, long usual) {
    return fields.optional(name).map(field -> field.whole(0, 1L << 31)).orElse(usual);
  }

  /** The body of {@code PUT /v1/scheduler}. */
  private static SchedulerSettings settings(Input field) {
    var fields =
        field.object(
            "policy",
            "enabled_filters",
            "enabled_weighers",
            "multipliers",
            LIMITS.get(0),
            LIMITS.get(1),
            LIMITS.get(2));
    var limits = new LinkedHashMap<String, Integer>();
    for (String limit : LIMITS) {
      fields
          .optional(limit)
          .ifPresent(
              value ->
                  limits.put(
                      limit,
                      (int)
                          (limit.equals("host_subset_size")
                              ? value.whole(1, 1000)
                              : value.whole(0, 1_000_000))));
    }
    return new SchedulerOverrides(
            fields.optional("policy").map(policy -> policy.text(SchedulerPolicy::of).word()),
            fields.optional("enabled_filters").map(list -> words(list, FilterName::of)),
            fields.optional("enabled_weighers").map(list -> words(list, WeigherName::of)),
            fields.optional("multipliers").map(FleetFile::multipliers).orElse(Map.of()),
            limits,
            Instant.EPOCH)
        .appliedTo(SchedulerSettings.DEFAULT);
  }

  private static List<String> words(Input list, java.util.function.Function<String, ?> reader) {
    return list.list().stream()
        .map(
            one -> {
              one.text(reader);
              return one.text();
            })
        .toList();
  }

  private static Map<String, Double> multipliers(Input field) {
    var known = Arrays.stream(WeigherName.values()).map(WeigherName::option).toArray(String[]::new);
    var multipliers = new LinkedHashMap<String, Double>();
    var members = field.object(known);
    for (String option : members.names()) {
      multipliers.put(option, members.get(option).number(-FOREVER, FOREVER));
    }
    return multipliers;
  }
}
