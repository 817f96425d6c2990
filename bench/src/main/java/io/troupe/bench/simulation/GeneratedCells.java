package io.troupe.bench.simulation;

import com.fasterxml.jackson.core.JsonGenerator;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.FleetSettings;
import io.troupe.config.PciAlias;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import io.troupe.drivers.spi.HostTopology.Type;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The inside of a made-up host: two cells with sibling CPUs, of which half are for pinned vCPUs,
 * half of the RAM in huge pages, and four cards or none. It keeps its own books, so that nothing is
 * put on it that it would refuse.
 */
final class GeneratedCells {
  static final PciAlias CARD = PciAlias.of("card", "10de", "2330", "type-PCI", "legacy");
  private static final int CELLS = 2;
  private static final int CARDS = 4;
  private static final long HUGE_KIB = 2048;
  private static final long GENERATION = 1;

  /** The commonest first. */
  static final List<Flavor> FLAVORS =
      List.of(
          flavor("p4", 4, 16, Map.of("hw:cpu_policy", "dedicated")),
          flavor("p2", 2, 8, Map.of("hw:cpu_policy", "dedicated")),
          flavor("p8", 8, 32, Map.of("hw:cpu_policy", "dedicated", "hw:mem_page_size", "large")),
          flavor(
              "c8", 8, 48, Map.of("hw:cpu_policy", "dedicated", "pci_passthrough:alias", "card:1")),
          flavor(
              "n16",
              16,
              64,
              Map.of(
                  "hw:cpu_policy", "dedicated", "hw:numa_nodes", "2", "hw:mem_page_size", "large")),
          flavor("c16", 16, 96, Map.of("hw:numa_nodes", "2", "pci_passthrough:alias", "card:2")));

  private static Flavor flavor(String name, int vcpus, long ramGib, Map<String, String> specs) {
    return new Flavor(name, new Resources(vcpus, ramGib * 1024, 10L * vcpus), specs);
  }

  private final HostTopology topology;
  private final FleetSettings settings;
  private HostState state;

  /**
   * @param settings with the host's ratios and reservations
   */
  GeneratedCells(Resources total, boolean withCards, FleetSettings settings) {
    this.settings = settings.withPciAliases(List.of(CARD));
    int half = total.vcpus() / 2; // CPU n and n + half are siblings, as Linux numbers them
    var cells = new ArrayList<Cell>();
    var dedicated = new ArrayList<Integer>();
    for (int c = 0; c < CELLS; c++) {
      var cores = new ArrayList<List<Integer>>();
      int first = half * c / CELLS;
      int end = half * (c + 1) / CELLS;
      for (int cpu = first; cpu < end; cpu++) {
        cores.add(List.of(cpu, cpu + half));
        if (cpu >= (first + end) / 2) {
          dedicated.addAll(cores.getLast());
        }
      }
      long ramMib = total.ramMib() / CELLS;
      long hugeCount = ramMib / 2 * 1024 / HUGE_KIB;
      long smallCount = (ramMib * 1024 - hugeCount * HUGE_KIB) / 4;
      cells.add(
          new Cell(
              c,
              c,
              cores,
              ramMib,
              List.of(new Pages(4, smallCount), new Pages(HUGE_KIB, hugeCount))));
    }
    dedicated.sort(null);
    topology = new HostTopology(cells, dedicated, withCards ? cards() : List.of());
    var inventory =
        new HostInventory(
            "made",
            "QEMU",
            0,
            "x86_64",
            "kvm",
            total,
            "",
            Set.of(),
            Map.of(),
            Optional.of(topology));
    state =
        HostState.UNKNOWN.evolve(
            new HostEvent.Discovered(new ConnectionId("generated"), inventory));
  }

  private static List<Device> cards() {
    return IntStream.range(0, CARDS)
        .mapToObj(
            card ->
                new Device(
                    "0000:%02x:00.0".formatted(0x17 + 0x20 * card),
                    CARD.vendor(),
                    CARD.product(),
                    Type.PCI,
                    Optional.of(card * CELLS / CARDS),
                    Optional.empty(),
                    Map.of()))
        .toList();
  }

  /** Whether there was room for an instance; then it is on the host. */
  boolean takes(String id, Flavor flavor) {
    RequestSpec spec = Requests.plain(id, flavor);
    HostRow row =
        state.row(
            new HostId("made"),
            1,
            new HostState.Surroundings("", Map.of(), true, "", true),
            0,
            settings);
    if (state.refusal(spec, GENERATION, row).isPresent()) {
      return false;
    }
    state = state.evolve(new HostEvent.Claimed(state.claimOf(spec, GENERATION, row)));
    return true;
  }

  /** Of the CPUs for pinned vCPUs, 0 to 1. */
  double full() {
    long own =
        state.claims().stream()
            .flatMap(claim -> claim.holding().placement().stream())
            .mapToLong(placement -> placement.ownCpus().size())
            .sum();
    return (double) own / topology.dedicatedCount();
  }

  /** Of the machine, for instances that have no CPUs to themselves. */
  int sharedCpus() {
    return topology.shared().size();
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("numa");
    json.writeStringField("dedicated_cpus", CpuList.write(topology.dedicated()));
    json.writeArrayFieldStart("cells");
    for (Cell cell : topology.cells()) {
      json.writeStartObject();
      json.writeStringField("cpus", CpuList.write(cell.cpus()));
      json.writeArrayFieldStart("siblings");
      for (List<Integer> core : cell.cores()) {
        json.writeString(CpuList.write(core));
      }
      json.writeEndArray();
      json.writeNumberField("ram_mib", cell.ramMib());
      json.writeArrayFieldStart("huge_pages");
      for (Pages pages : cell.pages().subList(1, cell.pages().size())) {
        json.writeStartObject();
        json.writeNumberField("size_kib", pages.sizeKib());
        json.writeNumberField("count", pages.count());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeArrayFieldStart("pci");
    for (Device device : topology.devices()) {
      json.writeStartObject();
      json.writeStringField("address", device.address());
      json.writeStringField("vendor_id", device.vendor());
      json.writeStringField("product_id", device.product());
      json.writeNumberField("numa", device.cell().orElseThrow());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Names by which its flavors ask for cards. */
  static void writeAliases(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("pci_aliases");
    json.writeStartObject();
    json.writeStringField("name", CARD.name());
    json.writeStringField("vendor_id", CARD.vendor());
    json.writeStringField("product_id", CARD.product());
    json.writeEndObject();
    json.writeEndArray();
  }
}
