package io.troupe.bench.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Two hosts of 8 vCPUs and 16 GiB without reservation, one of them with a resident of half. */
  private static final String TWO_HOSTS =
      """
      {"flavors": [{"name": "half", "vcpus": 4, "ram_mib": 8192, "disk_gib": 10},
                   {"name": "small", "vcpus": 1, "ram_mib": 2048, "disk_gib": 1}],
       "hosts": [
        {"name": "a", "vcpus": 8, "ram_mib": 16384, "disk_gib": 100,
         "ratios": {"vcpus": 1}, "reserved": {"ram_mib": 0},
         "instances": [{"id": "old", "flavor": "half", "departs": 100}]},
        {"name": "b", "vcpus": 8, "ram_mib": 16384, "disk_gib": 100,
         "ratios": {"vcpus": 1}, "reserved": {"ram_mib": 0}}
       ]}
      """;

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

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Ran simulate(String fleet, String requests, String... options) throws IOException {
    var arguments = new ArrayList<>(List.of("--fleet", file("fleet.json", fleet).toString()));
    arguments.addAll(List.of("--requests", file("requests.jsonl", requests).toString()));
    arguments.addAll(List.of("--out", directory.resolve("decisions.jsonl").toString()));
    arguments.addAll(List.of(options));
    return run(arguments.toArray(String[]::new));
  }

  private List<JsonNode> decisions() throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve("decisions.jsonl"))) {
      var all = new ArrayList<JsonNode>();
      for (String line : lines.toList()) {
        all.add(JSON.readTree(line));
      }
      return all;
    }
  }

  private List<String> hosts() throws IOException {
    return decisions().stream().map(decision -> decision.path("host").asText("-")).toList();
  }

  @Nested
  class Decisions {
    @Test
    void areWrittenWithCountsAndWeights() throws IOException {
      var ran =
          simulate(
              TWO_HOSTS,
              """
              {"at": 0, "id": "first", "flavor": "half"}
              {"at": 1, "id": "large", "flavor": {"vcpus": 1, "ram_mib": 12288}}
              """);

      assertThat(ran.err).isEmpty();
      assertThat(ran.status).isZero();
      var first = decisions().getFirst();
      assertThat(first.path("host").asText()).isEqualTo("b"); // has more room
      assertThat(first.path("alternates").get(0).asText()).isEqualTo("a");
      assertThat(first.path("considered").asInt()).isEqualTo(2);
      var ram = first.path("weights").get(0);
      assertThat(ram.path("weigher").asText()).isEqualTo("RamWeigher");
      assertThat(ram.path("raw").asInt()).isEqualTo(16_384);
      assertThat(ram.path("weight").asDouble()).isEqualTo(1.0);
      var large = decisions().getLast();
      assertThat(large.path("outcome").asText()).isEqualTo("no-valid-host");
      assertThat(large.path("filters").get(0).path("filter").asText()).isEqualTo("RamFilter");
      assertThat(large.path("filters").get(0).path("removed").asInt()).isEqualTo(2);
      assertThat(large.path("reason").asText()).contains("12288 MiB asked, 8192 MiB free");
      assertThat(ran.out).contains("placed         1 (50.00 %)", "1 RamFilter");
    }

    @Test
    void departuresMakeRoom() throws IOException {
      simulate(
          TWO_HOSTS,
          """
          {"at": 0, "id": "fill", "flavor": "half", "count": 3, "lifetime": 500}
          {"at": 50, "id": "early", "flavor": "half"}
          {"at": 100, "id": "into-old", "flavor": "half"}
          {"at": 200, "departs": "fill-1"}
          {"at": 200, "id": "into-fill", "flavor": "half"}
          {"at": 499, "id": "still-full", "flavor": "half"}
          {"at": 500, "id": "after-lives", "flavor": "half", "count": 2}
          """);

      assertThat(decisions().stream().map(one -> one.path("outcome").asText().charAt(0)))
          .containsExactly('p', 'p', 'p', 'n', 'p', 'p', 'n', 'p', 'p');
    }

    @Test
    void togetherOrNotAtAll() throws IOException {
      simulate(
          TWO_HOSTS,
          """
          {"at": 0, "id": "four", "flavor": "half", "count": 4, "all_or_nothing": true}
          {"at": 0, "id": "three", "flavor": "half", "count": 3, "all_or_nothing": true}
          """);

      assertThat(hosts().subList(0, 4)).containsOnly("-");
      assertThat(hosts().subList(4, 7)).containsExactlyInAnyOrder("a", "b", "b");
    }

    @Test
    void keepGroupsAndHints() throws IOException {
      String anti = "\"group\": {\"id\": \"g\", \"policy\": \"anti-affinity\"}";
      String near = "\"group\": {\"id\": \"n\", \"policy\": \"affinity\"}";
      simulate(
          TWO_HOSTS.replace(
              "\"hosts\"",
              "\"scheduler\": {\"enabled_filters\": [\"SameHostFilter\","
                  + " \"ServerGroupAffinityFilter\", \"ServerGroupAntiAffinityFilter\"]},"
                  + " \"hosts\""),
          """
          {"at": 0, "id": "apart", "flavor": "small", "count": 3, %s}
          {"at": 0, "id": "near", "flavor": "small", "count": 2, %s}
          {"at": 0, "id": "same", "flavor": "small", "hints": {"same_host": "old"}}
          """
              .formatted(anti, near));

      var hosts = hosts();
      assertThat(hosts.subList(0, 3)).containsExactlyInAnyOrder("a", "b", "-");
      assertThat(hosts.get(3)).isEqualTo(hosts.get(4)).isNotEqualTo("-");
      assertThat(hosts.get(5)).isEqualTo("a");
    }

    @Test
    void countResourceClassesAndWhatTheyPutInPlaceOfTheFlavor() throws IOException {
      String card = "\"extra_specs\": {\"resources:CUSTOM_CARD\": 1, \"resources:VCPU\": 0}";
      simulate(
          TWO_HOSTS.replace(
              "{\"name\": \"a\",",
              "{\"name\": \"a\", \"inventories\": {\"CUSTOM_CARD\": {\"total\": 2}},"),
          """
          {"at": 0, "id": "c", "flavor": {"vcpus": 8, "ram_mib": 1024, %s}, "count": 3}
          """
              .formatted(card));

      assertThat(hosts()).containsExactly("a", "a", "-"); // 16 of its vCPUs, were they counted
    }

    @Test
    void areTheSameForTheSameSeed() throws IOException {
      generate(30, 800, 9);
      var first = trace("one", "--seed", "7", "--requesters", "3", "--delay", "20");
      var again = trace("two", "--seed", "7", "--requesters", "3", "--delay", "20");
      var other = trace("three", "--seed", "8", "--requesters", "3", "--delay", "20");

      assertThat(again).isEqualTo(first);
      assertThat(other).isNotEqualTo(first);
    }

    @Test
    void doNotDependOnBeingExplained() throws IOException {
      generate(30, 800, 9);
      trace("all", "--explain", "all");
      var all = chosen("all");
      trace("refused", "--explain", "refused");

      assertThat(chosen("refused")).isEqualTo(all);
    }

    private List<String> chosen(String name) throws IOException {
      var chosen = new ArrayList<String>();
      for (String line : Files.readAllLines(directory.resolve(name))) {
        chosen.add(JSON.readTree(line).path("host").asText("-"));
      }
      return chosen;
    }
  }

  private void generate(int hosts, int count, long seed) {
    var ran =
        run(
            "generate",
            "--hosts",
            String.valueOf(hosts),
            "--count",
            String.valueOf(count),
            "--seed",
            String.valueOf(seed),
            "--fleet",
            directory.resolve("made.json").toString(),
            "--requests",
            directory.resolve("made.jsonl").toString());
    assertThat(ran.err).isEmpty();
    assertThat(ran.status).isZero();
  }

  /** The decisions on the generated files. */
  private String trace(String name, String... options) throws IOException {
    var arguments = new ArrayList<>(List.of("--fleet", directory.resolve("made.json").toString()));
    arguments.addAll(List.of("--requests", directory.resolve("made.jsonl").toString()));
    arguments.addAll(List.of("--out", directory.resolve(name).toString()));
    arguments.addAll(List.of(options));
    var ran = run(arguments.toArray(String[]::new));
    assertThat(ran.err).isEmpty();
    assertThat(ran.status).isZero();
    return Files.readString(directory.resolve(name));
  }

  @Test
  void figuresAndPicturesAreWritten() throws Exception {
    simulate(
        TWO_HOSTS,
        """
        {"at": 0, "id": "one", "flavor": {"vcpus": 8, "ram_mib": 4096, "disk_gib": 1}}
        {"at": 50, "id": "two", "flavor": {"vcpus": 2, "ram_mib": 3072, "disk_gib": 1}}
        """,
        "--summary",
        directory.resolve("summary.json").toString(),
        "--plots",
        directory.resolve("plots").toString());

    var summary = JSON.readTree(directory.resolve("summary.json").toFile());
    // a: 6 of 8 vCPUs, 11 of 16 GiB; b: 8 of 8 vCPUs, 4 of 16 GiB, so 12 of 32 GiB are stranded.
    assertThat(end(summary, "utilisation", "vcpus")).isEqualTo(14 / 16.0);
    assertThat(end(summary, "utilisation", "ram")).isEqualTo(15 / 32.0);
    assertThat(end(summary, "stranded", "ram")).isEqualTo(12 / 32.0);
    assertThat(end(summary, "stranded", "vcpus")).isZero();
    // The largest asks 8 vCPUs, two are free; 8 GiB, of 17 free 8 are in such pieces.
    assertThat(end(summary, "fragmentation", "vcpus")).isEqualTo(1.0);
    assertThat(end(summary, "fragmentation", "ram")).isCloseTo(9 / 17.0, within(1e-9));
    for (String plot : List.of("utilisation", "fragmentation", "stranded", "hosts")) {
      var svg =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(directory.resolve("plots").resolve(plot + ".svg").toFile());
      assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    }
    assertThat(Files.readString(directory.resolve("plots/hosts.svg"))).contains("60–70 %");
  }

  private static double end(JsonNode summary, String figure, String resource) {
    return summary.path(figure).path(resource).path("end").asDouble(-1);
  }

  @Test
  void staleRequestersConflictAndNeverOvercommit() throws IOException {
    generate(40, 3_000, 5);
    Fleet fleet = FleetFile.read(directory.resolve("made.json"));
    var trace = new Trace(directory.resolve("made.jsonl"), fleet);
    var options = new Simulation.Options(3, 4, 200, 0, false);
    var decisions = new StringWriter();
    var log = new DecisionLog(decisions);
    var simulation = new Simulation(fleet, options, trace.outlook(), log);

    trace.forEach(
        step -> {
          simulation.read(step);
          assertThat(
                  simulation
                      .hosts()
                      .rows()
                      .filter(
                          host ->
                              host.freeRamMib() < 0
                                  || host.freeVcpus() < 0
                                  || host.freeDiskGib() < 0))
              .isEmpty();
        });
    log.close();

    assertThat(simulation.hosts().refused()).isPositive();
    assertThat(simulation.hosts().tried() - simulation.hosts().refused())
        .isEqualTo(simulation.placed());
    assertThat(decisions.toString()).contains("\"conflicts\":[{\"host\":");
  }

  @Test
  void oneRequesterWhoHearsAllMeetsNoConflict() throws IOException {
    generate(40, 2_000, 5);

    trace("out", "--summary", directory.resolve("s.json").toString(), "--explain", "refused");

    assertThat(JSON.readTree(directory.resolve("s.json").toFile()).path("conflicts").asInt(-1))
        .isZero();
  }

  @Nested
  class Generated {
    @Test
    void requestsHaveTheShapeOfTraces() throws IOException {
      generate(100, 20_000, 1);
      int single = 0;
      int commonest = 0;
      int shorterThanADay = 0;
      double hours = 0;
      double longHours = 0;
      double byDay = 0;
      var lines = Files.readAllLines(directory.resolve("made.jsonl"));
      for (String line : lines) {
        JsonNode request = JSON.readTree(line);
        double lifetime = request.path("lifetime").asDouble();
        double hour = request.path("at").asDouble() / 3600 % 24;
        single += request.path("count").asInt(1) == 1 ? 1 : 0;
        commonest += List.of("d2", "b1", "d4").contains(request.path("flavor").asText()) ? 1 : 0;
        shorterThanADay += lifetime < Workload.DAY ? 1 : 0;
        hours += lifetime;
        longHours += lifetime >= Workload.DAY ? lifetime : 0;
        byDay += hour >= 6 && hour < 18 ? 1 : 0;
      }

      assertThat(lines).hasSize(20_000);
      assertThat(single / 20_000.0).isBetween(0.83, 0.87);
      assertThat(commonest / 20_000.0).isBetween(0.6, 0.8);
      assertThat(shorterThanADay / 20_000.0).isGreaterThan(0.85);
      assertThat(longHours / hours).isGreaterThan(0.7);
      assertThat(byDay / 20_000.0).isGreaterThan(0.55);
    }

    @Test
    void fleetStaysAboutAsFullAsItWas() throws IOException {
      generate(100, 20_000, 2);

      trace("out", "--summary", directory.resolve("s.json").toString(), "--explain", "refused");

      var summary = JSON.readTree(directory.resolve("s.json").toFile());
      assertThat(summary.path("utilisation").path("ram").path("mean").asDouble())
          .isBetween(0.55, 0.85);
      assertThat(summary.path("placed").asInt())
          .isGreaterThan(summary.path("asked").asInt() * 9 / 10);
    }

    @Test
    void isTheSameForTheSameSeed() throws IOException {
      generate(20, 500, 4);
      var fleet = Files.readString(directory.resolve("made.json"));
      var requests = Files.readString(directory.resolve("made.jsonl"));
      generate(20, 500, 4);

      assertThat(Files.readString(directory.resolve("made.json"))).isEqualTo(fleet);
      assertThat(Files.readString(directory.resolve("made.jsonl"))).isEqualTo(requests);
    }
  }

  @Nested
  class BadInput {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{\"hosts\": [ | :1: is not JSON",
          "[] | :1: must be an object, was a list",
          "{} | :1: hosts: is missing",
          "{\"hosts\": []} | :1: hosts: there are no hosts",
          "{\"hosts\": [{\"name\": \"a\", \"name\": \"b\"}]} | :1: is not JSON: Duplicate field",
          "{\"hosts\": [{\"nam\": \"a\"}]} | :1: hosts[0].nam: is not known; known are [address,",
          "{\"hosts\": [{\"name\": \"a b\"}]} | :1: hosts[0].name: host name must be 1 to 255",
          "{\"hosts\": [{\"name\": \"a\", \"vcpus\": \"8\"}]}"
              + " | :1: hosts[0].vcpus: must be a whole number of 1 to 65536, was '8'",
          "{\"hosts\": [{\"name\": \"a\", \"vcpus\": 1e999999999}]}"
              + " | :1: hosts[0].vcpus: must be a whole number of 1 to 65536",
          "{\"hosts\": [{\"name\": \"a\", \"vcpus\": 8, \"ram_mib\": 1,"
              + " \"ratios\": {\"ram\": 0}}]} | :1: hosts[0].ratios.ram: must be a number of 0.001",
          "{\"hosts\": [{\"name\": \"a\", \"vcpus\": 8, \"ram_mib\": 1, \"aggregates\": [\"x\"]}]}"
              + " | :1: hosts[0].aggregates[0]: there is no aggregate 'x'",
          "{\"hosts\": [{\"name\": \"a\", \"vcpus\": 8, \"ram_mib\": 1024, \"instances\":"
              + " [{\"id\": \"i\", \"flavor\": {\"vcpus\": 64, \"ram_mib\": 1}}]}]}"
              + " | :1: hosts[0].instances[0]: does not fit on host a: 64 vCPU asked, 32 free",
          "{\"hosts\": [{\"name\": \"a\"}], \"scheduler\": {\"enabled_filters\": [\"XFilter\"]}}"
              + " | :1: scheduler.enabled_filters[0]: ",
          "{\"hosts\": [{\"name\": \"a\"}], \"scheduler\": {\"multipliers\": {\"ram\": 1}}}"
              + " | :1: scheduler.multipliers.ram: is not known; known are ["
        })
    void ofAFleetIsOneLine(String fleet, String complaint) throws IOException {
      var ran = simulate(fleet, "{\"at\": 0, \"id\": \"x\", \"flavor\": \"small\"}");

      assertThat(ran.status).isEqualTo(1);
      assertThat(ran.err).contains("fleet.json" + complaint).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{\"at\": 1 | :2: is not JSON",
          "{\"at\": 0} {} | :2: there is more after the JSON value",
          "{\"id\": \"x\", \"flavor\": \"small\"} | :2: at: is missing",
          "{\"at\": 1, \"id\": \"x\", \"flavor\": \"small\"} | :2: at: is before the line above",
          "{\"at\": 9, \"id\": \"x\"} | :2: flavor: is missing",
          "{\"at\": 9, \"id\": \"x\", \"flavor\": \"none\"} | :2: flavor: there is no flavor 'none'",
          "{\"at\": 9, \"id\": \"ok\", \"flavor\": \"small\"} | :2: id: there was a request",
          "{\"at\": 9, \"id\": \"old\", \"flavor\": \"small\"} | :2: id: there was a request",
          "{\"at\": 9, \"id\": \"x\", \"flavor\": \"small\", \"count\": 0}"
              + " | :2: count: must be a whole number of 1 to 1000, was 0",
          "{\"at\": 9, \"departs\": \"nobody\"} | :2: departs: there was no request or instance",
          "{\"at\": 9, \"departs\": \"ok\", \"id\": \"x\"} | :2: id: is not known",
          "{\"at\": 9, \"id\": \"x\", \"flavor\": \"small\", \"group\":"
              + " {\"id\": \"g\", \"policy\": \"near\"}}"
              + " | :2: group.policy: unknown server group policy: near",
          "{\"at\": 9, \"id\": \"x\", \"flavor\": \"small\", \"lifetime\": -1}"
              + " | :2: lifetime: must be a number of 0 to"
        })
    void ofATraceIsOneLineAndNothingIsDecided(String line, String complaint) throws IOException {
      var ran =
          simulate(TWO_HOSTS, "{\"at\": 5, \"id\": \"ok\", \"flavor\": \"small\"}\n" + line + "\n");

      assertThat(ran.status).isEqualTo(1);
      assertThat(ran.err).contains("requests.jsonl" + complaint).hasLineCount(1);
      assertThat(directory.resolve("decisions.jsonl")).doesNotExist();
    }

    @Test
    void linesAreCountedInAFleetOfSeveral() throws IOException {
      var ran = simulate(TWO_HOSTS.replace("\"name\": \"b\"", "\"name\": \"a\""), "");

      assertThat(ran.err).contains("fleet.json:7: hosts[1].name: there are two hosts 'a'");
    }

    @Test
    void aMissingFileOrOptionIsOneLine() {
      assertThat(run("--fleet", "none.json", "--requests", "r", "--out", "o").err)
          .isEqualTo("troupe: there is no file or directory none.json" + System.lineSeparator());
      assertThat(run("--fleet", "none.json").err).startsWith("--requests is missing");
      assertThat(run("generate", "--fleet", "f", "--requests", "r", "--hosts", "0").err)
          .startsWith("--hosts must be 1 to 1000000, was 0");
    }
  }
}
