package io.troupe.bench.simulation;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code troupe simulate generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description =
        "Makes a fleet and a trace of requests in the shape of published cloud traces; see"
            + " docs/simulator.md.")
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--hosts", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int hosts = 100;

  @Option(names = "--requests", paramLabel = "FILE", required = true, description = "To write.")
  private Path requests;

  @Option(names = "--fleet", paramLabel = "FILE", required = true, description = "To write.")
  private Path fleet;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Requests in the trace (default: ${DEFAULT-VALUE}).")
  private int count = 10_000;

  @Option(
      names = "--fill",
      paramLabel = "SHARE",
      description =
          "Of the fleet's RAM that is claimed on average, 0 to 2; above 1 more is asked than there"
              + " is (default: ${DEFAULT-VALUE}).")
  private double fill = 0.7;

  @Option(
      names = "--numa",
      paramLabel = "SHARE",
      description =
          "Of the hosts, those with NUMA cells, CPUs for pinned vCPUs and huge pages, every other of"
              + " them with PCI devices, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double numa = 0;

  @Option(names = "--seed", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Override
  public Integer call() throws IOException {
    between("--hosts", hosts, 1, 1_000_000);
    between("--count", count, 1, 100_000_000);
    between("--fill", fill, 0, 2);
    between("--numa", numa, 0, 1);
    var generator = new Generator(hosts, count, fill, numa, seed);
    try (BufferedWriter out = Files.newBufferedWriter(fleet)) {
      generator.writeFleet(out);
    }
    try (BufferedWriter out = Files.newBufferedWriter(requests)) {
      generator.writeRequests(out);
    }
    return 0;
  }

  private void between(String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s must be %.0f to %.0f, was %s".formatted(option, least, most, value));
    }
  }
}
