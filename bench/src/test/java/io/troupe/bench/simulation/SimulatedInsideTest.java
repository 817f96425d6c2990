package io.troupe.bench.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cells, pinned CPUs, pages and devices of simulated hosts. */
class SimulatedInsideTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Two cells of 4 CPUs, siblings n and n + 4; CPUs 2, 3, 6, 7 are for pinned vCPUs, and each cell
   * has 2 GiB of its 8 in huge pages. Two cards at cell 0, one at cell 1.
   */
  private static final String INSIDE =
      """
      "numa": {"dedicated_cpus": "2-3,6-7", "cells": [
        {"cpus": "0,2,4,6", "siblings": ["0,4", "2,6"], "ram_mib": 8192,
         "huge_pages": [{"size_kib": 2048, "count": 1024}]},
        {"cpus": "1,3,5,7", "siblings": ["1,5", "3,7"], "ram_mib": 8192,
         "huge_pages": [{"size_kib": 2048, "count": 1024}]}]},
      "pci": [
        {"address": "0000:65:00.0", "vendor_id": "10de", "product_id": "1db6", "numa": 0},
        {"address": "0000:66:00.0", "vendor_id": "10de", "product_id": "1db6", "type": "type-PCI",
         "numa": 0, "tags": {"physical_network": "a"}},
        {"address": "0000:b3:00.0", "vendor_id": "10de", "product_id": "1db6", "numa": 1}]
      """;

  private static final String FLEET =
      """
      {"pci_aliases": [{"name": "card", "vendor_id": "10de", "numa_policy": "required"}],
       "flavors": [
        {"name": "pin", "vcpus": 2, "ram_mib": 1024, "extra_specs": {"hw:cpu_policy": "dedicated"}},
        {"name": "card", "vcpus": 2, "ram_mib": 1024,
         "extra_specs": {"hw:cpu_policy": "dedicated", "pci_passthrough:alias": "card:1"}},
        {"name": "huge", "vcpus": 1, "ram_mib": 1536, "extra_specs": {"hw:mem_page_size": "2MB"}},
        {"name": "plain", "vcpus": 4, "ram_mib": 1024}],
       "hosts": [
        {"name": "a", "vcpus": 8, "ram_mib": 16384, "disk_gib": 100, "ratios": {"vcpus": 1},
         "reserved": {"ram_mib": 0}, INSIDE, "instances": [RESIDENTS]}]}
      """
          .replace("INSIDE", INSIDE.strip());

  @TempDir private Path directory;

  private record Ran(int status, String out, String err) {}

  private static Ran run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int status =
        SimulateCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Ran(status, out.toString(), err.toString());
  }

  private Ran simulate(String fleet, String requests) throws IOException {
    Files.writeString(directory.resolve("fleet.json"), fleet);
    Files.writeString(directory.resolve("requests.jsonl"), requests);
    return run(
        "--fleet",
        directory.resolve("fleet.json").toString(),
        "--requests",
        directory.resolve("requests.jsonl").toString(),
        "--out",
        directory.resolve("out.jsonl").toString(),
        "--summary",
        directory.resolve("summary.json").toString());
  }

  private List<JsonNode> decisions() throws IOException {
    var all = new ArrayList<JsonNode>();
    for (String line : Files.readAllLines(directory.resolve("out.jsonl"))) {
      all.add(JSON.readTree(line));
    }
    return all;
  }

  private List<String> outcomes() throws IOException {
    return decisions().stream().map(one -> one.path("outcome").asText()).toList();
  }

  private double end(String figure, String resource) throws IOException {
    return JSON.readTree(directory.resolve("summary.json").toFile())
        .path(figure)
        .path(resource)
        .path("end")
        .asDouble(-1);
  }

  @Nested
  class Decisions {
    @Test
    void pinnedCpusAreGivenOnceAndComeBack() throws IOException {
      var ran =
          simulate(
              FLEET.replace("RESIDENTS", ""),
              """
              {"at": 0, "id": "one", "flavor": "pin"}
              {"at": 1, "id": "two", "flavor": "pin"}
              {"at": 2, "id": "three", "flavor": "pin"}
              {"at": 3, "departs": "one"}
              {"at": 4, "id": "four", "flavor": "pin"}
              {"at": 5, "id": "beside", "flavor": "plain"}
              {"at": 6, "id": "more", "flavor": {"vcpus": 1, "ram_mib": 64}}
              """);

      assertThat(ran.err).isEmpty();
      assertThat(outcomes())
          .containsExactly(
              "placed", "placed", "no-valid-host", "placed", "placed", "no-valid-host");
      assertThat(decisions().get(2).path("reason").asText())
          .contains("dedicated cpus for guest cell 0 on cell", "2 asked, 0 free");
      assertThat(decisions().get(5).path("reason").asText())
          .as("the shared CPUs are half of them")
          .contains("1 asked, 0 free");
    }

    @Test
    void devicesAreGivenNearTheCells() throws IOException {
      simulate(
          FLEET.replace("RESIDENTS", ""),
          """
          {"at": 0, "id": "one", "flavor": "card"}
          {"at": 1, "id": "two", "flavor": "card"}
          {"at": 2, "departs": "two"}
          {"at": 3, "id": "near", "flavor": {"vcpus": 1, "ram_mib": 1024,
            "extra_specs": {"hw:numa_nodes": "1", "pci_passthrough:alias": "card:2"}}}
          """
              .replace("1024,\n", "1024,"));

      assertThat(outcomes()).containsExactly("placed", "placed", "no-valid-host");
      assertThat(decisions().getLast().path("reason").asText())
          .contains("devices of card near the guest's cells");
    }

    @Test
    void residentsHoldTheirsFromTheBeginning() throws IOException {
      simulate(
          FLEET.replace(
              "RESIDENTS",
              """
              {"id": "r1", "flavor": "card", "departs": 10}, {"id": "r2", "flavor": "card"},
              {"id": "r3", "flavor": "huge"}, {"id": "r4", "flavor": "huge"}
              """),
          """
          {"at": 0, "id": "early", "flavor": "pin"}
          {"at": 1, "id": "page", "flavor": "huge"}
          {"at": 11, "id": "late", "flavor": "pin"}
          """);

      assertThat(outcomes()).containsExactly("no-valid-host", "no-valid-host", "placed");
      assertThat(decisions().get(1).path("reason").asText())
          .contains("pages for guest cell 0", "1536 MiB asked, 512 MiB free");
    }

    @Test
    void areTakenTogetherOrNotAtAll() throws IOException {
      simulate(
          FLEET.replace("RESIDENTS", ""),
          """
          {"at": 0, "id": "three", "flavor": "pin", "count": 3, "all_or_nothing": true}
          {"at": 1, "id": "two", "flavor": "pin", "count": 2, "all_or_nothing": true}
          """);

      assertThat(outcomes().subList(0, 3)).containsOnly("no-valid-host");
      assertThat(outcomes().subList(3, 5)).containsOnly("placed");
    }
  }

  @Test
  void figuresTellWhatIsTakenAndWhatIsStranded() throws IOException {
    var ran =
        simulate(
            FLEET.replace("RESIDENTS", ""),
            """
            {"at": 0, "id": "one", "flavor": "card"}
            {"at": 1, "id": "two", "flavor": {"vcpus": 1, "ram_mib": 1024, "extra_specs": {"hw:cpu_policy": "dedicated", "hw:mem_page_size": "large"}}}
            {"at": 2, "id": "unplaced", "flavor": "card"}
            """);

    // One card is given, and the one CPU that is left is too little for a guest with another.
    assertThat(end("utilisation", "pinned_cpus")).isEqualTo(3 / 4.0);
    assertThat(end("utilisation", "devices")).isEqualTo(1 / 3.0);
    assertThat(end("utilisation", "pages_2048_kib")).isEqualTo(512 / 2048.0);
    assertThat(end("stranded", "devices")).isEqualTo(2 / 3.0);
    assertThat(end("stranded", "pinned_cpus")).as("one more like 'two' fits").isZero();
    assertThat(outcomes()).containsExactly("placed", "placed", "no-valid-host");
    assertThat(ran.out).contains("pinned_cpus", "pages_2048_kib", "devices");
  }

  @Nested
  class BadInput {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "\"0,4\", \"2,6\" | \"0,5\" | hosts[0].numa.cells[0].siblings[0]: CPU 5 is not in this",
          "\"cpus\": \"1,3,5,7\" | \"cpus\": \"0,3,5,7\" | hosts[0].numa.cells[1].cpus: CPU 0 is in"
              + " another",
          "\"cpus\": \"1,3,5,7\" | \"cpus\": \"1,3,5,x\" | hosts[0].numa.cells[1].cpus: 'x' is no"
              + " CPU",
          "\"vcpus\": 8 | \"vcpus\": 9 | hosts[0].numa.cells: the cells have 8 CPUs, the host 9",
          "16384 | 16000 | hosts[0].numa.cells: the cells have 16384 MiB, the host 16000",
          "\"count\": 1024 | \"count\": 4097 | hosts[0].numa.cells[0].huge_pages[0]: the pages are"
              + " more than the cell's 8192 MiB",
          "\"size_kib\": 2048 | \"size_kib\": 2000 | hosts[0].numa.cells[0].huge_pages[0].size_kib:"
              + " must be a power of two",
          "\"2-3,6-7\" | \"2-8\" | hosts[0].numa.dedicated_cpus: CPU 8 is in no cell",
          "\"cells\": | \"cell\": | hosts[0].numa.cell: is not known",
          "0000:66 | 0000:65 | hosts[0].pci[1]: there are two devices 0000:65:00.0",
          "0000:66 | 66 | hosts[0].pci[1].address: must be an address such as 0000:65:00.0",
          "\"numa\": 1} | \"numa\": 2} | hosts[0].pci[2].numa: there is no cell 2",
          "type-PCI | GPU | hosts[0].pci[1].type: must be one of PCI, PF, VF, was 'GPU'",
          "type-PCI\" | VF\", \"parent\": \"0000:65:00.0\" | hosts[0].pci[1]: there is no device of"
              + " type PF at 0000:65:00.0",
          "\"product_id\": \"1db6\" | \"product_id\": \"1DB6\" | hosts[0].pci[0].product_id: must be"
              + " four hexadecimal digits",
          "\"numa_policy\": \"required\" | \"numa_policy\": \"near\" | pci_aliases[0]: there is no"
              + " PCI NUMA policy 'near'",
          "\"name\": \"card\", \"vendor_id\" | \"name\": \"c\", \"vendor_id\" | flavor: there is no"
              + " alias 'card' in pci_aliases",
          "\"hw:cpu_policy\": \"dedicated\"}} | \"hw:numa_nodes\": \"3\"}} | flavor:"
              + " hw:numa_nodes: 2 vCPUs and 1024 MiB of RAM are not evenly divided",
          "RESIDENTS | {\"id\": \"r\", \"flavor\": {\"vcpus\": 5, \"ram_mib\": 64, \"extra_specs\":"
              + " {\"hw:cpu_policy\": \"dedicated\"}}} | hosts[0].instances[0]: does not fit on host"
              + " a: dedicated cpus for guest cell 0"
        })
    void isOneLine(String place, String wrong, String complaint) throws IOException {
      var ran =
          simulate(
              FLEET.replace(place, wrong).replace("RESIDENTS", ""),
              """
              {"at": 0, "id": "one", "flavor": "pin"}
              {"at": 0, "id": "two", "flavor": "card"}
              """);

      assertThat(ran.status).isEqualTo(1);
      assertThat(ran.err).contains(complaint).hasLineCount(1);
      assertThat(directory.resolve("out.jsonl")).doesNotExist();
    }
  }

  // ---- many

  private Fleet generated(int hosts, int count, String numa) throws IOException {
    var ran =
        run(
            "generate",
            "--hosts",
            String.valueOf(hosts),
            "--count",
            String.valueOf(count),
            "--seed",
            "11",
            "--numa",
            numa,
            "--fleet",
            directory.resolve("made.json").toString(),
            "--requests",
            directory.resolve("made.jsonl").toString());
    assertThat(ran.err).isEmpty();
    return FleetFile.read(directory.resolve("made.json"));
  }

  @Test
  void generatedHostsGiveNothingTwiceAndStayAsFullAsTheyWere() throws IOException {
    Fleet fleet = generated(40, 3_000, "0.5");
    var trace = new Trace(directory.resolve("made.jsonl"), fleet);
    var simulation =
        new Simulation(
            fleet,
            new Simulation.Options(3, 3, 50, 0, false),
            trace.outlook(),
            new DecisionLog(new StringWriter()));

    var steps = new AtomicInteger();
    trace.forEach(
        step -> {
          simulation.read(step);
          if (steps.incrementAndGet() % 20 > 0) {
            return;
          }
          simulation.hosts().rows().forEach(SimulatedInsideTest::requireNothingTwice);
        });
    simulation.end();

    assertThat(
            fleet.hosts().stream()
                .filter(host -> host.state().inventory().orElseThrow().topology().isPresent()))
        .hasSize(20);
    var utilisation = simulation.samples().taken().getLast().utilisation();
    assertThat(utilisation.get("pinned_cpus")).isBetween(0.3, 1.0);
    assertThat(utilisation.get("pages_2048_kib")).isBetween(0.05, 1.0);
    assertThat(utilisation.get("devices")).isBetween(0.05, 1.0);
  }

  private static void requireNothingTwice(HostRow host) {
    var parts = host.detail().parts();
    if (parts.isEmpty()) {
      return;
    }
    HostTopology topology = parts.get().topology();
    var cpus = new HashSet<Integer>();
    var devices = new HashSet<String>();
    var pagesMib = new HashMap<Integer, Long>();
    for (GuestPlacement placement : parts.get().placements()) {
      for (GuestPlacement.Cell cell : placement.cells()) {
        for (GuestPlacement.Pin pin : cell.pins()) {
          assertThat(cpus.add(pin.cpu())).as("CPU %d of %s", pin.cpu(), host.id()).isTrue();
          assertThat(topology.dedicated()).contains(pin.cpu());
        }
        if (cell.pageKib() > 4) {
          pagesMib.merge(cell.hostCell(), cell.ramMib(), Long::sum);
        }
      }
      placement
          .devices()
          .forEach(
              device -> assertThat(devices.add(device.address())).as(device.address()).isTrue());
    }
    pagesMib.forEach(
        (cell, mib) ->
            assertThat(mib)
                .isLessThanOrEqualTo(topology.cells().get(cell).pages().get(1).count() * 2));
  }

  /** The simulated hosts against hosts' actors, through every claim and release. */
  @Test
  void claimsAreThoseOfAHostsActor() throws IOException {
    Fleet fleet = generated(3, 300, "1");
    var simulated = new SimulatedHosts(fleet);
    try (var stage = new Stage()) {
      var actors = new HashMap<HostId, ActorRef<HostActor.Message>>();
      fleet.hosts().forEach(host -> actors.put(host.id(), actor(stage, host)));
      fleet
          .hosts()
          .forEach(
              host ->
                  assertThat(placements(stage, actors.get(host.id())))
                      .as("before anything")
                      .isEqualTo(of(simulated.row(host.id()))));

      var random = new Random(7);
      var there = new ArrayList<RequestSpec>();
      var placed = new HashMap<RequestSpec, HostId>();
      int refused = 0;
      for (int step = 0; step < 250; step++) {
        if (!there.isEmpty() && random.nextInt(3) == 0) {
          var gone = there.remove(random.nextInt(there.size()));
          simulated.release(gone.instance());
          stage.ask(
              actors.get(placed.remove(gone)),
              HostActor.ClaimReply.class,
              to -> new HostActor.ReleaseClaim(gone.instance(), 1, to));
        } else {
          var flavors = GeneratedCells.FLAVORS;
          var spec = Requests.plain("step-" + step, flavors.get(random.nextInt(flavors.size())));
          HostId host = fleet.hosts().get(random.nextInt(3)).id();
          Optional<String> refusal = simulated.claim(host, spec);
          var reply =
              stage.ask(
                  actors.get(host),
                  HostActor.ClaimReply.class,
                  to -> new HostActor.MakeClaim(spec, 1, to));
          assertThat(
                  reply instanceof HostActor.ClaimRefused(var why)
                      ? Optional.of(why)
                      : Optional.empty())
              .isEqualTo(refusal);
          if (refusal.isEmpty()) {
            there.add(spec);
            placed.put(spec, host);
          } else {
            refused++;
          }
        }
        for (Fleet.Member host : fleet.hosts()) {
          assertThat(of(simulated.row(host.id())))
              .as("step " + step)
              .isEqualTo(placements(stage, actors.get(host.id())));
        }
      }
      assertThat(refused).isBetween(10, 200);
    }
  }

  private static ActorRef<HostActor.Message> actor(Stage stage, Fleet.Member host) {
    var actor =
        stage.enter(
            HostActor.create(
                host.id(),
                stage,
                (_, _, _) -> host.around(),
                host.settings(),
                stage.journalMeter(),
                stage));
    actor.tell(
        new HostActor.Seen(
            new ConnectionId("c-1"), "through", host.state().inventory().orElseThrow()));
    for (Fleet.Resident resident : host.residents()) {
      assertThat(
              stage.ask(
                  actor,
                  HostActor.ClaimReply.class,
                  to -> new HostActor.MakeClaim(resident.spec(), 1, to)))
          .isInstanceOf(HostActor.ClaimMade.class);
    }
    return actor;
  }

  private static List<GuestPlacement> placements(Stage stage, ActorRef<HostActor.Message> actor) {
    return stage
        .ask(actor, HostActor.ViewReply.class, HostActor.GetView::new)
        .view()
        .orElseThrow()
        .detail()
        .parts()
        .orElseThrow()
        .placements();
  }

  private static List<GuestPlacement> of(HostRow row) {
    return row.detail().parts().orElseThrow().placements();
  }
}
