package io.troupe.bench.simulation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.Resources;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A fleet that has run for long, and what is asked of it from then on. Arrivals and lifetimes are
 * in balance at the share of RAM that was wished for, so that a trace shows a fleet as it usually
 * is and not how it fills. The same arguments give the same files.
 */
final class Generator {
  private static final List<String> ZONES = List.of("zone-1", "zone-2", "zone-3");
  private static final double VCPU_RATIO = 2.0;

  /** The same as {@link #host} writes. */
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, VCPU_RATIO, 1, 1, 0, 0, 0, "zone");

  /** A host is not filled above this at the beginning. */
  private static final double FULL = 0.95;

  /** The commonest first. */
  private static final List<Flavor> FLAVORS =
      List.of(
          flavor("d2", 2, 8, 40),
          flavor("b1", 1, 2, 20),
          flavor("d4", 4, 16, 80),
          flavor("f2", 2, 4, 20),
          flavor("d8", 8, 32, 160),
          flavor("e2", 2, 16, 40),
          flavor("f4", 4, 8, 40),
          flavor("e4", 4, 32, 80),
          flavor("d16", 16, 64, 320),
          new Flavor(
              "l4",
              new Resources(4, 16_384, 400),
              Map.of("aggregate_instance_extra_specs:ssd", "true")),
          flavor("e8", 8, 64, 160),
          new Flavor(
              "h8", new Resources(8, 32_768, 160), Map.of("trait:HW_CPU_X86_AVX512F", "required")),
          flavor("e16", 16, 128, 320),
          flavor("d32", 32, 128, 640));

  private static Flavor flavor(String name, int vcpus, long ramGib, long diskGib) {
    return new Flavor(name, new Resources(vcpus, ramGib * 1024, diskGib), Map.of());
  }

  private record Resident(String id, Flavor flavor, double departs) {}

  /**
   * @param inside cells, if it tells of any
   */
  private record Machine(
      int number,
      Resources total,
      boolean recent,
      Optional<GeneratedCells> inside,
      List<Resident> residents) {
    String zone() {
      return ZONES.get(number % ZONES.size());
    }

    boolean hasSsd() {
      return number % 10 == 0;
    }
  }

  private final Workload workload;
  private final Random random;
  private final int requests;
  private final List<Machine> machines = new ArrayList<>();
  private final double perSecond;

  /** Of the hosts, those that tell of cells. */
  private final double numa;

  /** Of the requests, those that only such hosts can take. */
  private final double pinned;

  /**
   * @param fill of all RAM that is claimed on average, above 0
   * @param numa share of hosts with cells, 0 to 1
   */
  Generator(int hosts, int requests, double fill, double numa, long seed) {
    this.requests = requests;
    this.numa = numa;
    random = new Random(seed);
    workload = new Workload(random);
    double start = Math.min(fill, FULL);
    long instances = 0;
    long onCells = 0;
    for (int i = 0; i < hosts; i++) {
      machines.add(machine(i, start));
      var residents = machines.getLast().residents;
      instances += residents.size();
      onCells += residents.stream().filter(one -> isPinned(one.flavor)).count();
    }
    // Little's law: as many come in a lifetime as are there.
    double there = Math.max(1, instances * fill / start);
    pinned = instances == 0 ? 0 : (double) onCells / instances;
    perSecond = there / (workload.meanLifetime() * Workload.meanCount());
  }

  private Machine machine(int number, double fill) {
    boolean recent = random.nextInt(3) == 0;
    var total = recent ? new Resources(96, 786_432, 7_600) : new Resources(64, 393_216, 3_800);
    var machine = new Machine(number, total, recent, inside(number, total), new ArrayList<>());
    machine.inside.ifPresent(cells -> fill(machine, cells, fill));
    long ram = (long) (fill * total.ramMib());
    long disk = total.diskGib();
    int vcpus =
        (int) (VCPU_RATIO * machine.inside.map(GeneratedCells::sharedCpus).orElse(total.vcpus()));
    for (Resident resident : machine.residents) {
      var taken = Requests.plain(resident.id, resident.flavor).resources();
      ram -= taken.ramMib();
      disk -= taken.diskGib();
      vcpus -= taken.vcpus();
    }
    int misses = 0;
    while (misses < 3) {
      Flavor flavor = drawFlavor();
      var asked = flavor.resources();
      boolean wanted = flavor.extraSpecs().isEmpty();
      if (!wanted || asked.ramMib() > ram || asked.diskGib() > disk || asked.vcpus() > vcpus) {
        misses++;
        continue;
      }
      ram -= asked.ramMib();
      disk -= asked.diskGib();
      vcpus -= asked.vcpus();
      String id = "old-" + number + "-" + machine.residents.size();
      machine.residents.add(new Resident(id, flavor, workload.remainingLifetime()));
    }
    return machine;
  }

  /** Hosts with cells are spread evenly; every other of them has cards. */
  private Optional<GeneratedCells> inside(int number, Resources total) {
    long before = (long) (number * numa);
    return (long) ((number + 1) * numa) == before
        ? Optional.empty()
        : Optional.of(new GeneratedCells(total, before % 2 == 0, SETTINGS));
  }

  private void fill(Machine machine, GeneratedCells cells, double fill) {
    int misses = 0;
    while (misses < 3 && cells.full() < fill) {
      Flavor flavor = drawPinned();
      String id = "own-" + machine.number + "-" + machine.residents.size();
      if (cells.takes(id, flavor)) {
        machine.residents.add(new Resident(id, flavor, workload.remainingLifetime()));
      } else {
        misses++;
      }
    }
  }

  private Flavor drawPinned() {
    return GeneratedCells.FLAVORS.get(workload.ranked(GeneratedCells.FLAVORS.size(), 1.5));
  }

  private static boolean isPinned(Flavor flavor) {
    return GeneratedCells.FLAVORS.contains(flavor);
  }

  private Flavor drawFlavor() {
    return FLAVORS.get(workload.ranked(FLAVORS.size(), 1.5));
  }

  void writeFleet(Writer out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeArrayFieldStart("flavors");
      for (Flavor flavor : flavors()) {
        json.writeStartObject();
        json.writeStringField("name", flavor.name());
        amounts(json, flavor.resources());
        words(json, "extra_specs", flavor.extraSpecs());
        json.writeEndObject();
      }
      json.writeEndArray();
      if (numa > 0) {
        GeneratedCells.writeAliases(json);
      }
      json.writeArrayFieldStart("aggregates");
      for (String zone : ZONES) {
        aggregate(json, zone, Map.of("availability_zone", zone));
      }
      aggregate(json, "ssd", Map.of("ssd", "true"));
      json.writeEndArray();
      json.writeArrayFieldStart("hosts");
      for (Machine machine : machines) {
        host(json, machine);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private List<Flavor> flavors() {
    return numa == 0
        ? FLAVORS
        : Stream.concat(FLAVORS.stream(), GeneratedCells.FLAVORS.stream()).toList();
  }

  private static void aggregate(JsonGenerator json, String name, Map<String, String> metadata)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    words(json, "metadata", metadata);
    json.writeEndObject();
  }

  private static void host(JsonGenerator json, Machine machine) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", "host-" + machine.number);
    amounts(json, machine.total);
    json.writeObjectFieldStart("ratios");
    json.writeNumberField("vcpus", VCPU_RATIO);
    json.writeEndObject();
    json.writeObjectFieldStart("reserved");
    json.writeNumberField("ram_mib", 0);
    json.writeEndObject();
    json.writeArrayFieldStart("aggregates");
    json.writeString(machine.zone());
    if (machine.hasSsd()) {
      json.writeString("ssd");
    }
    json.writeEndArray();
    json.writeArrayFieldStart("traits");
    if (machine.recent) {
      json.writeString("HW_CPU_X86_AVX512F");
    }
    json.writeEndArray();
    if (machine.inside.isPresent()) {
      machine.inside.get().write(json);
    }
    json.writeArrayFieldStart("instances");
    for (Resident resident : machine.residents) {
      json.writeStartObject();
      json.writeStringField("id", resident.id);
      json.writeStringField("flavor", resident.flavor.name());
      json.writeNumberField("departs", (long) resident.departs);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void amounts(JsonGenerator json, Resources amounts) throws IOException {
    json.writeNumberField("vcpus", amounts.vcpus());
    json.writeNumberField("ram_mib", amounts.ramMib());
    json.writeNumberField("disk_gib", amounts.diskGib());
  }

  private static void words(JsonGenerator json, String name, Map<String, String> words)
      throws IOException {
    if (!words.isEmpty()) {
      json.writeObjectFieldStart(name);
      for (var word : new java.util.TreeMap<>(words).entrySet()) {
        json.writeStringField(word.getKey(), word.getValue());
      }
      json.writeEndObject();
    }
  }

  void writeRequests(Writer out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      double now = 0;
      for (int i = 0; i < requests; i++) {
        now = workload.next(now, perSecond);
        request(json, i, now);
      }
      json.writeRaw('\n');
    }
  }

  private void request(JsonGenerator json, int number, double now) throws IOException {
    int count = workload.count();
    json.writeStartObject();
    json.writeNumberField("at", Math.rint(now * 1000) / 1000);
    json.writeStringField("id", "new-" + number);
    json.writeStringField("project", "project-" + workload.ranked(50, 1.2));
    boolean own = pinned > 0 && random.nextDouble() < pinned;
    json.writeStringField("flavor", (own ? drawPinned() : drawFlavor()).name());
    if (random.nextDouble() < 0.15) {
      json.writeStringField("availability_zone", ZONES.get(random.nextInt(ZONES.size())));
    }
    if (count > 1) {
      json.writeNumberField("count", count);
      if (random.nextDouble() < 0.2) {
        json.writeObjectFieldStart("group");
        json.writeStringField("id", "group-" + number);
        json.writeStringField("policy", "anti-affinity");
        json.writeEndObject();
      }
    }
    json.writeNumberField("lifetime", (long) workload.lifetime());
    json.writeEndObject();
  }
}
