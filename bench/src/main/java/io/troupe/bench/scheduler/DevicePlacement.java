package io.troupe.bench.scheduler;

import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Scheduling;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.config.PciAlias;
import io.troupe.config.PciNumaPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Eight PCI devices in eight groups, of hosts with eight devices in two cells. Group 1 may have any
 * of them, group 2 all but the last, … group 8 only the first: whoever takes them in order has to
 * take it all back. Budget: 50 ms at 1,000 hosts.
 *
 * <p>{@code any}: it does not matter where they are. {@code near}: the guest has two cells, and all
 * devices have to be in them. {@code never}: the last group's device is missing on every host.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DevicePlacement {
  private static final int GROUPS = 8;

  @Param({"1000"})
  int hosts;

  @Param({"any", "near", "never"})
  String wish;

  private HostTable table;
  private RequestSpec request;
  private long seed;

  @Setup
  public void fleet() {
    table = new HostTable();
    var aliases = aliases();
    var topology = topology(wish.equals("never"));
    for (int i = 0; i < hosts; i++) {
      table.put(host(new HostId("host-" + i), new HostParts(topology, aliases, 4, 1, List.of())));
    }
    request = request();
  }

  private static List<PciAlias> aliases() {
    var aliases = new ArrayList<PciAlias>();
    for (int group = 0; group < GROUPS; group++) {
      for (int product = 0; product < GROUPS - group; product++) {
        aliases.add(
            new PciAlias(
                "group-" + group, "10de", product(product), "PCI", PciNumaPolicy.REQUIRED));
      }
    }
    return aliases;
  }

  private static String product(int number) {
    return "%04x".formatted(number);
  }

  private static HostTopology topology(boolean withoutFirst) {
    var cells = new ArrayList<Cell>();
    for (int id = 0; id < 2; id++) {
      int first = 32 * id;
      var cores = IntStream.range(first, first + 32).mapToObj(List::of).toList();
      cells.add(new Cell(id, id, cores, 131_072, List.of()));
    }
    var devices =
        IntStream.range(0, GROUPS)
            .mapToObj(
                number ->
                    new Device(
                        "0000:%02x:00.0".formatted(number),
                        "10de",
                        product(withoutFirst && number == 0 ? 1 : number),
                        Type.PCI,
                        Optional.of(number % 2),
                        Optional.empty(),
                        Map.of()))
            .toList();
    return new HostTopology(cells, List.of(), devices);
  }

  private static HostRow host(HostId id, HostParts parts) {
    var row =
        new HostRow(
            id,
            1,
            new Resources(64, 262_144, 4_000),
            Resources.NONE,
            Resources.NONE,
            4.0,
            1.0,
            1.0,
            "nova",
            Map.of(),
            true,
            "",
            true,
            0,
            0,
            Map.of());
    return row.with(row.detail().with(parts));
  }

  private RequestSpec request() {
    String alias =
        IntStream.range(0, GROUPS)
            .mapToObj(group -> "group-" + group + ":1")
            .collect(Collectors.joining(","));
    Map<String, String> extraSpecs =
        wish.equals("near")
            ? Map.of("pci_passthrough:alias", alias, "hw:numa_nodes", "2")
            : Map.of("pci_passthrough:alias", alias);
    return new RequestSpec(
        new InstanceId(new UUID(0, 1)),
        new ProjectId("project"),
        new Resources(8, 16_384, 100),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        extraSpecs,
        Map.of(),
        3);
  }

  /** The decision; with {@code never} every host is asked, and its reason is told. */
  @Benchmark
  public Decision decide() {
    return Scheduling.decide(table, request, SchedulerSettings.DEFAULT, seed++);
  }

  /** Every host is asked, whether it would be chosen or not. */
  @Benchmark
  public PlacementReport explain() {
    return Scheduling.explain(table, request, SchedulerSettings.DEFAULT, seed++);
  }
}
