package io.troupe.bench;

import io.troupe.bench.boot.BootCommand;
import io.troupe.bench.placement.PlacementCommand;
import io.troupe.bench.rebalance.RebalanceCommand;
import io.troupe.bench.scheduler.TableCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks that are commands; {@code ./troupe bench} starts them. */
@Command(
    name = "troupe bench",
    description = "Measures a running cloud, or parts of one.",
    subcommands = {
      BootCommand.class,
      PlacementCommand.class,
      RebalanceCommand.class,
      TableCommand.class
    })
public final class Bench {
  private Bench() {}

  /** The command line, to be run by {@link #main} or by a test. */
  public static CommandLine commandLine() {
    return new CommandLine(new Bench());
  }

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }
}
