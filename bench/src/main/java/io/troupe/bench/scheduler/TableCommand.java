package io.troupe.bench.scheduler;

import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.Scheduling;
import io.troupe.config.SchedulerSettings;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code troupe bench table}. */
@Command(
    name = "table",
    description = "Memory that the scheduler's table takes for each host, budget 512 bytes.")
public final class TableCommand implements Callable<Integer> {
  private static final long SEED = 20_261_120;
  private static final int COLLECTIONS = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      split = ",",
      description = "Sizes of the fleet (default: ${DEFAULT-VALUE}).")
  private List<Integer> sizes = List.of(1_000, 10_000, 100_000, 1_000_000);

  @Override
  public Integer call() {
    perHost(1_000); // classes are loaded, and what all tables have in common is there
    PrintWriter out = spec.commandLine().getOut();
    for (int hosts : sizes) {
      out.println(
          String.format(Locale.ROOT, "%,9d hosts: %4d bytes for each", hosts, perHost(hosts)));
      out.flush();
    }
    return 0;
  }

  /**
   * The heap with the table, after collections, less that without. The rows are the table's own;
   * each kind of request has been decided once, so that what is kept of it is counted too.
   */
  private static long perHost(int hosts) {
    long before = used();
    var fleet = new Fleet(SEED);
    HostTable table = fleet.hosts(hosts);
    for (var request : fleet.requests()) {
      Decision decision = Scheduling.decide(table, request, SchedulerSettings.DEFAULT, SEED);
      if (decision instanceof Decision.NoValidHost(var explanation, _)) {
        throw new IllegalStateException("the fleet is too small: " + explanation.message());
      }
    }
    fleet = null;
    long after = used();
    Reference.reachabilityFence(table);
    return (after - before) / hosts;
  }

  private static long used() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
