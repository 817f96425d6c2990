package io.troupe.bench.simulation;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code troupe simulate}. */
@Command(
    name = "troupe simulate",
    mixinStandardHelpOptions = true,
    subcommands = GenerateCommand.class,
    description =
        "Runs the scheduler on a fleet and a trace of requests, without a cluster; see"
            + " docs/simulator.md.")
public final class SimulateCommand implements Callable<Integer> {
  /** Which decisions are written with counts for each filter and with weights. */
  enum Explain {
    all,
    refused
  }

  @Spec private CommandSpec spec;

  @Option(names = "--fleet", paramLabel = "FILE", description = "The hosts, as JSON.")
  private Path fleet;

  @Option(names = "--requests", paramLabel = "FILE", description = "The trace, JSON by line.")
  private Path requests;

  @Option(names = "--out", paramLabel = "FILE", description = "For the decisions, JSON by line.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same files and seed give the same decisions (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--requesters",
      paramLabel = "N",
      description = "Schedulers that decide side by side (default: ${DEFAULT-VALUE}).")
  private int requesters = 1;

  @Option(
      names = "--delay",
      paramLabel = "N",
      description =
          "Changes at hosts that a scheduler has not heard of yet (default: ${DEFAULT-VALUE}).")
  private int delay;

  @Option(
      names = "--build-seconds",
      paramLabel = "S",
      description = "How long a host is busy with a new instance (default: ${DEFAULT-VALUE}).")
  private double buildSeconds;

  @Option(
      names = "--explain",
      paramLabel = "WHICH",
      description =
          "Decisions written with counts for each filter and weights: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}; refused is many times faster on a large fleet).")
  private Explain explain = Explain.all;

  @Option(names = "--summary", paramLabel = "FILE", description = "For the figures, as JSON.")
  private Optional<Path> summary = Optional.empty();

  @Option(names = "--plots", paramLabel = "DIR", description = "For four pictures.")
  private Optional<Path> plots = Optional.empty();

  @Option(
      names = "--plot-format",
      paramLabel = "WHICH",
      description = "As what: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Plots.Format plotFormat = Plots.Format.svg;

  /** The command line, to be run by {@link #main} or by a test. */
  public static CommandLine commandLine() {
    return new CommandLine(new SimulateCommand())
        .setExecutionExceptionHandler(
            (failure, commandLine, _) -> {
              commandLine.getErr().println("troupe: " + line(failure));
              return 1;
            });
  }

  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true"); // or a desktop's display would be asked for
    System.exit(commandLine().execute(arguments));
  }

  /** What a file is at fault for, in one line; whatever else fails is a fault of ours. */
  private static String line(Exception failure) throws Exception {
    return switch (failure) {
      case InputException wrong -> wrong.getMessage();
      case NoSuchFileException missing -> "there is no file or directory " + missing.getFile();
      case CharacterCodingException _ -> "the fleet file is not UTF-8";
      case IOException io -> "cannot read or write: " + io.getMessage();
      default -> throw failure;
    };
  }

  @Override
  public Integer call() throws IOException {
    require("--fleet", fleet);
    require("--requests", requests);
    require("--out", out);
    atLeast("--requesters", requesters, 1);
    atLeast("--delay", delay, 0);
    atLeast("--build-seconds", buildSeconds, 0);
    Fleet known = FleetFile.read(fleet);
    var trace = new Trace(requests, known);
    Trace.Outlook outlook = trace.outlook();
    var options =
        new Simulation.Options(seed, requesters, delay, buildSeconds, explain == Explain.all);
    Simulation simulation;
    try (BufferedWriter writer = Files.newBufferedWriter(out);
        var log = new DecisionLog(writer)) {
      simulation = new Simulation(known, options, outlook, log);
      trace.forEach(simulation);
      simulation.end();
    }
    var result = Summary.of(known, outlook, simulation);
    if (summary.isPresent()) {
      Files.writeString(summary.get(), result.json());
    }
    if (plots.isPresent()) {
      Plots.write(plots.get(), plotFormat, simulation);
      tellOfMissingFonts();
    }
    PrintWriter terminal = spec.commandLine().getOut();
    terminal.print(result.text());
    terminal.flush();
    return 0;
  }

  private void tellOfMissingFonts() {
    if (plotFormat != Plots.Format.svg) {
      PngCanvas.wordless()
          .ifPresent(
              why ->
                  spec.commandLine()
                      .getErr()
                      .printf(
                          "troupe: the PNG pictures are without words, for Java finds no fonts here"
                              + " (%s); install fontconfig and a font, such as fonts-dejavu-core,"
                              + " or take --plot-format svg%n",
                          why.lines().findFirst().orElse("")));
    }
  }

  private void require(String option, Path value) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), option + " is missing");
    }
  }

  private void atLeast(String option, double value, double least) {
    if (!(value >= least)) {
      throw new ParameterException(
          spec.commandLine(), "%s must be %.0f or more, was %s".formatted(option, least, value));
    }
  }
}
