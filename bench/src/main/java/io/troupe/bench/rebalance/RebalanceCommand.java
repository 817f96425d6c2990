package io.troupe.bench.rebalance;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostDetail;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.Machine;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Residents;
import io.troupe.actors.scheduler.rebalance.Budget;
import io.troupe.actors.scheduler.rebalance.Goal;
import io.troupe.actors.scheduler.rebalance.Guest;
import io.troupe.actors.scheduler.rebalance.RebalancePlan;
import io.troupe.actors.scheduler.rebalance.Rebalancer;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code troupe bench rebalance}. */
@Command(
    name = "rebalance",
    description = "Time to plan the moves that bring a fleet nearer to each goal.")
public final class RebalanceCommand implements Callable<Integer> {
  private static final List<Resources> FLAVORS =
      List.of(
          new Resources(1, 2_048, 20),
          new Resources(2, 4_096, 40),
          new Resources(2, 8_192, 40),
          new Resources(4, 8_192, 80),
          new Resources(4, 16_384, 80));

  /** A host has room for about twice what it has on average. */
  private static final Resources MACHINE = new Resources(96, 327_680, 4_000);

  @Spec private CommandSpec spec;

  @Option(names = "--hosts", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int hosts = 1_000;

  @Option(names = "--instances", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int instances = 20_000;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Plans for each goal; the median counts (default: ${DEFAULT-VALUE}).")
  private int runs = 9;

  @Option(names = "--seed", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  private final Map<HostId, List<Guest>> fleet = new LinkedHashMap<>();

  @Override
  public Integer call() {
    fill(new Random(seed));
    var rows = fleet.entrySet().stream().map(one -> row(one.getKey(), one.getValue())).toList();
    var guests = fleet.values().stream().flatMap(List::stream).toList();
    var cleared = new HashSet<HostId>();
    for (int i = 0; i < Math.max(1, hosts / 20); i++) {
      cleared.add(new HostId("host-" + i * Math.min(20, hosts)));
    }
    cleared.retainAll(fleet.keySet());
    say("%,d hosts, %,d instances", rows.size(), guests.size());
    measure("even load", rows, guests, new Goal.Even(Goal.Even.USUAL_TOLERANCE));
    measure("empty " + cleared.size() + " hosts", rows, guests, new Goal.Empty(cleared));
    measure("consolidate", rows, guests, new Goal.Consolidate());
    return 0;
  }

  /** Unevenly: hosts draw from the instances by lots of different size. */
  private void fill(Random random) {
    var names = new ArrayList<HostId>();
    for (int i = 0; i < hosts; i++) {
      names.add(new HostId("host-" + i));
      fleet.put(names.getLast(), new ArrayList<>());
    }
    var used = new HashMap<HostId, Resources>();
    for (int i = 0; i < instances; ) {
      int at = (int) (hosts * Math.pow(random.nextDouble(), 1.6));
      HostId host = names.get(at);
      Resources asked = FLAVORS.get(random.nextInt(FLAVORS.size()));
      Resources then = used.getOrDefault(host, Resources.NONE).plus(asked);
      if (then.vcpus() <= 2 * MACHINE.vcpus() && then.ramMib() <= MACHINE.ramMib()) {
        used.put(host, then);
        fleet.get(host).add(guest(i, host, asked, random));
        i++;
      }
    }
  }

  private Guest guest(int number, HostId host, Resources asked, Random random) {
    boolean zoned = random.nextInt(5) == 0;
    Optional<GroupSpec> group =
        random.nextInt(20) == 0
            ? Optional.of(new GroupSpec("soft", GroupSpec.Policy.SOFT_ANTI_AFFINITY, 1))
            : Optional.empty();
    var request =
        new RequestSpec(
            new InstanceId(new UUID(seed, number)),
            new ProjectId("project-" + random.nextInt(10)),
            asked,
            zoned ? Optional.of(zone(host)) : Optional.empty(),
            Optional.empty(),
            Set.of(),
            group,
            Map.of(),
            Map.of(),
            Map.of(),
            10,
            new RequestDetail(
                Optional.of("flavor-" + asked.ramMib()),
                Optional.empty(),
                Optional.empty(),
                Set.of()));
    return new Guest(request, host, asked.ramMib() / 1024, Optional.empty());
  }

  private static String zone(HostId host) {
    return "zone-" + host.value().charAt(host.value().length() - 1) % 3;
  }

  private static HostRow row(HostId id, List<Guest> guests) {
    Resources claimed = Resources.NONE;
    var members = new HashMap<String, Integer>();
    var residents = new HashSet<InstanceId>();
    var flavors = new HashMap<String, Integer>();
    for (Guest guest : guests) {
      claimed = claimed.plus(guest.spec().resources());
      residents.add(guest.spec().instance());
      flavors.merge(guest.spec().detail().flavor().orElseThrow(), 1, Integer::sum);
      guest.spec().group().ifPresent(group -> members.merge(group.id(), 1, Integer::sum));
    }
    return new HostRow(
        id,
        1,
        MACHINE,
        Resources.NONE,
        claimed,
        2,
        1,
        1,
        zone(id),
        Map.of(),
        true,
        "",
        true,
        guests.size(),
        0,
        members,
        Machine.UNKNOWN,
        "",
        new HostDetail(
            new Residents(residents, flavors, Map.of()),
            Set.of(),
            List.of(),
            Map.of(),
            0,
            Map.of(),
            List.of()));
  }

  private void measure(String name, List<HostRow> rows, List<Guest> guests, Goal goal) {
    var budget = new Budget(Integer.MAX_VALUE, Long.MAX_VALUE);
    var seconds = new ArrayList<Double>();
    RebalancePlan plan = null;
    for (int run = 0; run < runs; run++) {
      long begin = System.nanoTime();
      plan = Rebalancer.plan(rows, guests, goal, budget, SchedulerSettings.DEFAULT, seed + run);
      seconds.add((System.nanoTime() - begin) / 1e9);
    }
    double first = seconds.getFirst();
    Collections.sort(seconds);
    say(
        "%-16s %,6d moves in %.3f s (the first time %.3f s); deviation %.4f before, %.4f after;"
            + " empty hosts %d, %d; left %d, %d",
        name,
        plan.moves().size(),
        seconds.get(seconds.size() / 2),
        first,
        plan.before().deviation(),
        plan.after().deviation(),
        plan.before().emptyHosts(),
        plan.after().emptyHosts(),
        plan.before().left(),
        plan.after().left());
  }

  private void say(String text, Object... values) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.format(java.util.Locale.ROOT, text, values));
    out.flush();
  }
}
