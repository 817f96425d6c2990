package io.troupe.bench.placement;

import io.troupe.actors.host.HostView;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.PlacementReport.HostReport;
import io.troupe.actors.scheduler.PlacementReport.Weighed;
import io.troupe.actors.scheduler.PlacementReport.Weight;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code troupe bench placements}. */
@Command(
    name = "placements",
    description =
        "Placements decided and durably claimed per second, through scheduler, hosts and journal in"
            + " this process; anti-affinity groups; and how soon a new scheduler answers.")
public final class PlacementCommand implements Callable<Integer> {
  private static final int WARM_UP = 20_000;

  @Spec private CommandSpec spec;

  @Option(names = "--hosts", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int hosts = 5_000;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Placements at a time (default: ${DEFAULT-VALUE}).")
  private int inFlight = 64;

  @Option(
      names = "--placements",
      paramLabel = "N",
      description = "Measured each time (default: ${DEFAULT-VALUE}).")
  private int placements = 10_000;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How often the fleet is filled; the median counts (default: ${DEFAULT-VALUE}).")
  private int runs = 3;

  @Option(
      names = "--placed",
      paramLabel = "N",
      description = "Instances that are there the second time (default: ${DEFAULT-VALUE}).")
  private int placed = 50_000;

  @Option(
      names = "--groups",
      paramLabel = "N",
      description = "Anti-affinity groups of 100 members (default: ${DEFAULT-VALUE}).")
  private int groups = 30;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "For the journal; should be empty (default: a temporary one, removed again).")
  private Optional<Path> data = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var directory = data.isPresent() ? data.get() : Files.createTempDirectory("troupe-placements");
    Files.createDirectories(directory);
    try (var cloud = new LocalCloud(directory, hosts)) {
      return measure(cloud) ? 0 : 1;
    } finally {
      if (data.isEmpty()) {
        remove(directory);
      }
    }
  }

  private boolean measure(LocalCloud cloud) throws InterruptedException {
    var tenants = new Tenants(cloud);
    long begin = System.nanoTime();
    cloud.awaitHosts(hosts);
    say("%,d hosts known after %.1f s", hosts, seconds(begin));
    tenants.release(List.copyOf(tenants.place(WARM_UP, inFlight, Optional.empty()).made));

    boolean clean = true;
    var empty = new ArrayList<Double>();
    var full = new ArrayList<Double>();
    for (int run = 0; run < runs; run++) {
      var all = new ArrayList<Tenants.Made>();
      clean &= rate("empty fleet", placements, tenants, empty, all);
      var between = tenants.place(placed - placements, inFlight, Optional.empty());
      all.addAll(between.made);
      clean &= rate(String.format("%,d placed", placed), placements, tenants, full, all);
      if (run < runs - 1) {
        tenants.release(all);
      }
    }
    say(
        "median: %,.0f/s on the empty fleet, %,.0f/s with %,d placed: %.0f %%",
        median(empty), median(full), placed, 100 * median(full) / median(empty));
    clean &= groups(tenants);
    clean &= rebuild(cloud);
    return clean;
  }

  private boolean rate(
      String when, int number, Tenants tenants, List<Double> rates, List<Tenants.Made> all)
      throws InterruptedException {
    long begin = System.nanoTime();
    Tenants.Count count = tenants.place(number, inFlight, Optional.empty());
    double seconds = seconds(begin);
    rates.add(count.claimed.get() / seconds);
    all.addAll(count.made);
    say(
        "%s: %,d claimed in %.2f s, %,.0f/s; %d conflicts, %d without a host",
        when,
        count.claimed.get(),
        seconds,
        count.claimed.get() / seconds,
        count.conflicts.get(),
        count.unplaced.get());
    return count.unplaced.get() == 0;
  }

  private boolean groups(Tenants tenants) throws InterruptedException {
    long claimed = 0;
    long conflicts = 0;
    boolean apart = true;
    long begin = System.nanoTime();
    for (int i = 0; i < groups; i++) {
      var group = new GroupSpec("group-" + i, GroupSpec.Policy.ANTI_AFFINITY, 1);
      Tenants.Count count = tenants.place(100, inFlight, Optional.of(group));
      claimed += count.claimed.get();
      conflicts += count.conflicts.get();
      apart &= count.made.stream().map(Tenants.Made::host).distinct().count() == 100;
    }
    double seconds = seconds(begin);
    say(
        "anti-affinity: %d groups of 100 in %.2f s, %,.0f/s; %d conflicts; %s",
        groups,
        seconds,
        claimed / seconds,
        conflicts,
        apart ? "each member on a host of its own" : "MEMBERS MET");
    return apart;
  }

  private boolean rebuild(LocalCloud cloud) {
    boolean clean = true;
    for (int run = 0; run < runs; run++) {
      long begin = System.nanoTime();
      cloud.startScheduler();
      var report = cloud.explain(request(0)); // held back until the table is there
      double seconds = seconds(begin);
      say(
          "a new scheduler knew %,d hosts and answered after %.2f s",
          report.hosts().size(), seconds);
      long others = report.hosts().stream().filter(host -> !same(cloud, host)).count();
      say(
          others == 0
              ? "its table is what the hosts say themselves"
              : "ITS TABLE DIFFERS from what %d hosts say",
          others);
      clean &= others == 0 && report.hosts().size() == hosts;
    }
    return clean;
  }

  /** What the table has of the host against what the host has. */
  private static boolean same(LocalCloud cloud, HostReport report) {
    HostView host = cloud.view(report.host()).orElseThrow();
    return report.outcome() instanceof Weighed weighed
        && raw(weighed, "RamWeigher")
            == host.inventory().total().ramMib()
                - host.reserved().ramMib()
                - host.claimed().ramMib()
        && raw(weighed, "DiskWeigher")
            == host.inventory().total().diskGib()
                - host.reserved().diskGib()
                - host.claimed().diskGib()
        && raw(weighed, "IoOpsWeigher") == host.building();
  }

  private static long raw(Weighed weighed, String weigher) {
    return weighed.weights().stream()
        .filter(weight -> weight.weigher().equals(weigher))
        .mapToLong(Weight::raw)
        .findFirst()
        .orElseThrow();
  }

  private static RequestSpec request(long ramMib) {
    return new RequestSpec(
        InstanceId.fresh(),
        new ProjectId("bench"),
        new Resources(0, ramMib, 0),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        1);
  }

  private void say(String text, Object... values) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.format(text, values));
    out.flush();
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static double median(List<Double> values) {
    var sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path one : all.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
