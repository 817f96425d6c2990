package io.troupe.bench.boot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.troupe.bench.cloud.CloudException;
import io.troupe.bench.cloud.Compute;
import io.troupe.bench.cloud.Identity;
import io.troupe.bench.cloud.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench boot}: exit code 0 if all went well, 1 if anything failed, 2 for wrong options. */
@Command(
    name = "boot",
    description = "Boots servers through the API of an OpenStack-compatible cloud and measures it.",
    sortOptions = false)
public final class BootCommand implements Callable<Integer> {
  private static final int MOST_CONNECTIONS = 512;

  @Spec private CommandSpec spec;
  @Mixin private CloudOptions cloud;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Boots between request and ACTIVE at any time (default: ${DEFAULT-VALUE}).")
  private int inFlight = 64;

  @Option(
      names = "--boots",
      paramLabel = "N",
      description = "Boots in all, with --in-flight (default: ${DEFAULT-VALUE}).")
  private int boots = 2000;

  @ArgGroup(exclusive = false)
  private RateOptions rate; // stays null when none of its options is given

  private static final class RateOptions {
    @Option(
        names = "--rate",
        required = true,
        paramLabel = "R",
        description = "Begin R boots per second whatever the cloud does, in place of --in-flight.")
    private double perSecond;

    @Option(names = "--seconds", paramLabel = "S", description = "For so long (default: 30).")
    private int seconds = 30;

    @Option(
        names = "--max-in-flight",
        paramLabel = "N",
        description = "Boots beyond this are not sent and count as failed (default: 10000).")
    private int maxInFlight = 10_000;
  }

  @Option(names = "--flavor", paramLabel = "NAME|ID", description = "Default: ${DEFAULT-VALUE}.")
  private String flavor = "m1.nano";

  @Option(names = "--image", paramLabel = "NAME|ID", description = "Default: the first active one.")
  private Optional<String> image = Optional.empty();

  @Option(
      names = "--network",
      paramLabel = "none|auto|NAME|ID",
      description = "Default: ${DEFAULT-VALUE}.")
  private String network = "none";

  @Option(
      names = "--name",
      paramLabel = "PREFIX",
      description = "What server names begin with (default: ${DEFAULT-VALUE}).")
  private String namePrefix = "bench-";

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Boots beforehand that do not count (default: ${DEFAULT-VALUE}).")
  private int warmUpBoots;

  @Option(
      names = "--poll",
      paramLabel = "MILLIS",
      description = "Shortest time between two looks at a server (default: ${DEFAULT-VALUE}).")
  private int pollMillis = 20;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description =
          "Longest wait for ACTIVE, and for a deleted server to go (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds = 60;

  @Option(
      names = "--lists",
      paramLabel = "N",
      description =
          "How often the first 1000 servers are listed in detail (default: ${DEFAULT-VALUE}).")
  private int lists = 20;

  @Option(
      names = "--shows",
      paramLabel = "N",
      description = "How many servers are shown (default: ${DEFAULT-VALUE}).")
  private int shows = 500;

  @Option(names = "--keep", description = "Leave the servers when done.")
  private boolean keep;

  @Option(
      names = "--compute-api-version",
      paramLabel = "2.N",
      description = "Microversion of every Compute call (default: ${DEFAULT-VALUE}).")
  private String microversion = "2.37";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures there too; - for standard output alone.")
  private Optional<String> json = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var load = load();
    try (var wire = new Wire(Math.min(load.width(), MOST_CONNECTIONS), timeoutSeconds)) {
      var session = Identity.login(wire, cloud.credentials(System.getenv()));
      var compute = new Compute(wire, session, microversion);
      var report = new BootRun(compute, plan(compute, load)).run();
      print(report);
      return report.isClean() ? 0 : 1;
    } catch (CloudException unusable) {
      spec.commandLine().getErr().println("bench boot: " + unusable.getMessage());
      return 1;
    }
  }

  private Load load() {
    var load =
        Optional.ofNullable(rate)
            .<Load>map(
                r -> new Load.Rate(r.perSecond, Duration.ofSeconds(r.seconds), r.maxInFlight))
            .orElseGet(() -> new Load.InFlight(inFlight, boots));
    if (load.boots() < 1 || load.width() < 1 || pollMillis < 1 || timeoutSeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "rates, times and numbers of boots must be at least 1");
    }
    return load;
  }

  private BootPlan plan(Compute compute, Load load) {
    var server =
        new Compute.ServerSpec(
            compute.flavorId(flavor), compute.imageId(image), compute.networks(network));
    return new BootPlan(
        load,
        server,
        flavor,
        network,
        namePrefix,
        warmUpBoots,
        Duration.ofMillis(pollMillis),
        Duration.ofSeconds(timeoutSeconds),
        lists,
        shows,
        keep);
  }

  private void print(BootReport report) throws IOException {
    var out = spec.commandLine().getOut();
    var writer = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    if (json.equals(Optional.of("-"))) {
      out.println(writer.writeValueAsString(report));
    } else {
      out.print(report.text());
      if (json.isPresent()) {
        Files.writeString(Path.of(json.get()), writer.writeValueAsString(report) + "\n");
      }
    }
    out.flush();
  }
}
