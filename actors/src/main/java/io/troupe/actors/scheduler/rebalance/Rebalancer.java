package io.troupe.actors.scheduler.rebalance;

import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Scheduling;
import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.rebalance.RebalancePlan.Balance;
import io.troupe.actors.scheduler.rebalance.RebalancePlan.Kept;
import io.troupe.actors.scheduler.rebalance.RebalancePlan.PlannedMove;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Plans moves towards a goal.
 *
 * <p>Hard constraints: each move is one that the scheduler itself would choose a host for, on the
 * fleet as it is after the moves before it; the guest counts at its old host until it has gone, so
 * no host is ever fuller than it may be, whichever moment one looks at. Preferences come from the
 * goal. Method: greedy, for a move costs more than a slightly better plan is worth.
 *
 * <ul>
 *   <li>{@link Goal.Even}: from the most loaded host the guest that takes it nearest to the fleet's
 *       load, to whichever of the roomiest hosts makes the sum of squared distances smallest. It
 *       must become smaller, so the plan ends.
 *   <li>{@link Goal.Empty}: the largest guests first, where the configured weighers want them.
 *   <li>{@link Goal.Consolidate}: hosts with the fewest guests first, each wholly or not at all,
 *       onto the fullest hosts that still have room. Nothing is moved twice.
 * </ul>
 *
 * <p>Example: loads 0.9, 0.5, 0.1 with guests of 0.2 each. The fleet's load is 0.5; 0.9 − 0.2 and
 * 0.1 + 0.2 leave 0.7, 0.5, 0.3; once more 0.5, 0.5, 0.5. Two moves.
 */
public final class Rebalancer {
  private static final double LEAST_GAIN = 1e-9;

  private final HostTable table = new HostTable();
  private final Map<HostId, List<Guest>> guests = new LinkedHashMap<>();

  /** For each instance those that have asked not to be on its host, or to be there. */
  private final Map<String, Set<InstanceId>> avoidedBy = new HashMap<>();

  private final Map<String, Set<InstanceId>> soughtBy = new HashMap<>();
  private final SchedulerSettings settings;
  private final long seed;
  private final List<PlannedMove> moves = new ArrayList<>();

  /** For each move the rows of both hosts before it. */
  private final List<List<HostRow>> rowsBefore = new ArrayList<>();

  private final List<Kept> kept = new ArrayList<>();
  private Budget left;
  private boolean budgetSpent;

  private Rebalancer(
      Collection<HostRow> hosts,
      Collection<Guest> all,
      Budget budget,
      SchedulerSettings given,
      long seed) {
    settings = given.effective();
    left = budget;
    this.seed = seed;
    for (HostRow host : hosts) {
      table.put(host);
      guests.put(host.id(), new ArrayList<>());
    }
    for (Guest guest : all) {
      if (guests.containsKey(guest.host())) {
        guests.get(guest.host()).add(guest);
        note(guest, "different_host", avoidedBy);
        note(guest, "same_host", soughtBy);
      }
    }
  }

  private static void note(Guest guest, String hint, Map<String, Set<InstanceId>> by) {
    for (String named : guest.spec().hint(hint)) {
      by.computeIfAbsent(named, _ -> new HashSet<>()).add(guest.spec().instance());
    }
  }

  /**
   * @param hosts all of them, with every claim counted
   * @param guests those of whom something is known; others stay where they are
   * @param seed breaks ties; the same arguments give the same plan
   * @throws IllegalArgumentException when a host that is to be emptied is not there
   */
  public static RebalancePlan plan(
      Collection<HostRow> hosts,
      Collection<Guest> guests,
      Goal goal,
      Budget budget,
      SchedulerSettings settings,
      long seed) {
    var rebalancer = new Rebalancer(hosts, guests, budget, settings, seed);
    Set<HostId> cleared = goal instanceof Goal.Empty(var named) ? named : Set.of();
    for (HostId host : cleared) {
      if (!rebalancer.guests.containsKey(host)) {
        throw new IllegalArgumentException("there is no host " + host);
      }
    }
    Balance before = rebalancer.balance(cleared);
    switch (goal) {
      case Goal.Even(double tolerance) -> rebalancer.even(tolerance);
      case Goal.Empty _ -> rebalancer.empty(cleared);
      case Goal.Consolidate _ -> rebalancer.consolidate();
    }
    return new RebalancePlan(
        rebalancer.moves,
        before,
        rebalancer.balance(cleared),
        rebalancer.kept,
        rebalancer.budgetSpent);
  }

  // Even load.

  private void even(double tolerance) {
    var spreading =
        weighing(
            Set.of(WeigherName.RAM, WeigherName.CPU),
            Map.of(WeigherName.RAM, 1.0, WeigherName.CPU, 1.0));
    double fleet = fleetLoad();
    var byLoad =
        new TreeSet<Loaded>(
            Comparator.comparingDouble((Loaded one) -> -one.load)
                .thenComparing(one -> one.host.value()));
    inService().forEach(host -> byLoad.add(new Loaded(host.id(), load(host))));
    var moved = new HashSet<InstanceId>();
    while (!byLoad.isEmpty() && byLoad.first().load > fleet + tolerance) {
      HostId from = byLoad.removeFirst().host;
      var to = relieve(from, fleet, spreading, moved);
      if (to.isPresent()) { // else nothing helps it: it is not looked at again
        byLoad.removeIf(one -> one.host.equals(to.get()));
        byLoad.add(new Loaded(from, load(row(from))));
        byLoad.add(new Loaded(to.get(), load(row(to.get()))));
      }
    }
  }

  private record Loaded(HostId host, double load) {}

  /** Moves one guest away; answers where it went. */
  private Optional<HostId> relieve(
      HostId from, double fleet, SchedulerSettings spreading, Set<InstanceId> moved) {
    HostRow source = row(from);
    double tooMuch = load(source) - fleet;
    var fitting =
        guests.get(from).stream()
            .filter(guest -> guest.fixed().isEmpty())
            .filter(guest -> !moved.contains(guest.spec().instance()))
            .sorted(
                Comparator.comparingDouble(
                        (Guest guest) -> Math.abs(share(guest.spec(), source) - tooMuch))
                    .thenComparing(guest -> guest.spec().instance()))
            .toList();
    for (Guest guest : fitting) {
      if (!left.allows(guest.gib())) {
        budgetSpent = true;
        continue;
      }
      HostId best = null;
      double most = LEAST_GAIN;
      for (HostId to : destinations(guest, spreading, Set.of())) {
        double gain = gain(guest.spec(), source, row(to), fleet);
        if (gain > most) {
          most = gain;
          best = to;
        }
      }
      if (best != null) {
        move(guest, best);
        moved.add(guest.spec().instance());
        return Optional.of(best);
      }
    }
    return Optional.empty();
  }

  /** By how much the sum of squared distances from the fleet's load becomes smaller. */
  private static double gain(RequestSpec guest, HostRow from, HostRow to, double fleet) {
    double high = load(from) - fleet;
    double low = load(to) - fleet;
    double highThen = high - share(guest, from);
    double lowThen = low + share(guest, to);
    return high * high + low * low - highThen * highThen - lowThen * lowThen;
  }

  // Empty hosts.

  private void empty(Set<HostId> cleared) {
    Set<String> names = cleared.stream().map(HostId::value).collect(Collectors.toSet());
    var all = new ArrayList<Guest>();
    cleared.stream()
        .sorted(Comparator.comparing(HostId::value))
        .forEach(host -> all.addAll(guests.get(host)));
    all.sort(
        Comparator.comparingLong((Guest guest) -> -guest.spec().resources().ramMib())
            .thenComparing(guest -> guest.spec().instance()));
    for (Guest guest : all) {
      var reason = whyFixed(guest);
      if (reason.isEmpty() && !left.allows(guest.gib())) {
        budgetSpent = true;
        reason = Optional.of("the budget is spent");
      }
      if (reason.isEmpty()) {
        var to = destinations(guest, settings, names).stream().findFirst();
        if (to.isPresent()) {
          move(guest, to.get());
        } else {
          reason = Optional.of(whyNowhere(guest, names));
        }
      }
      reason.ifPresent(why -> kept.add(new Kept(guest.spec().instance(), guest.host(), why)));
    }
  }

  private Optional<String> whyFixed(Guest guest) {
    return guest
        .fixed()
        .or(() -> row(guest.host()).up() ? Optional.empty() : Optional.of("its host is down"))
        .or(
            () ->
                isThere(guest.host(), soughtBy, guest)
                    ? Optional.of("another instance has asked to be on its host")
                    : Optional.empty());
  }

  /** Whether somebody on this host has named the guest in a hint. */
  private boolean isThere(HostId host, Map<String, Set<InstanceId>> by, Guest guest) {
    Set<InstanceId> naming = by.getOrDefault(guest.spec().instance().toString(), Set.of());
    return !naming.isEmpty()
        && guests.get(host).stream().anyMatch(one -> naming.contains(one.spec().instance()));
  }

  private String whyNowhere(Guest guest, Set<String> names) {
    return Scheduling.decide(table, asked(guest, names), settings, seed)
            instanceof Decision.NoValidHost(var explanation, _)
        ? "no valid host: " + explanation.message()
        : "no host of the best keeps the rules of all others as well";
  }

  // Consolidate.

  private void consolidate() {
    var packing = weighing(Set.of(WeigherName.RAM), Map.of(WeigherName.RAM, -1.0));
    var closed = new HashSet<HostId>();
    guests.forEach(
        (host, there) -> {
          if (row(host).instances() == 0) {
            closed.add(host);
          }
        });
    var received = new HashSet<HostId>();
    List<HostRow> order =
        inService().stream()
            .filter(host -> host.instances() > 0)
            .sorted(
                Comparator.comparingInt(HostRow::instances)
                    .thenComparingDouble(Rebalancer::load)
                    .thenComparing(host -> host.id().value()))
            .toList();
    for (HostRow host : order) {
      if (!received.contains(host.id()) && vacate(host, packing, closed, received)) {
        closed.add(host.id());
      }
    }
  }

  /** All guests of a host, or none. */
  private boolean vacate(
      HostRow host, SchedulerSettings packing, Set<HostId> closed, Set<HostId> received) {
    var all = List.copyOf(guests.get(host.id()));
    boolean known = all.size() == host.instances();
    if (!known || all.stream().anyMatch(guest -> guest.fixed().isPresent())) {
      return false;
    }
    long gib = all.stream().mapToLong(Guest::gib).sum();
    if (all.size() > left.moves() || gib > left.gib()) {
      budgetSpent = true;
      return false;
    }
    int before = moves.size();
    Budget budget = left;
    var largestFirst =
        all.stream()
            .sorted(
                Comparator.comparingLong((Guest guest) -> -guest.spec().resources().ramMib())
                    .thenComparing(guest -> guest.spec().instance()))
            .toList();
    for (Guest guest : largestFirst) {
      var to =
          destinations(guest, packing, Set.of()).stream()
              .filter(one -> !closed.contains(one))
              .findFirst();
      if (to.isEmpty()) {
        while (moves.size() > before) {
          takeBack(moves.removeLast());
        }
        left = budget;
        return false;
      }
      move(guest, to.get());
    }
    moves.subList(before, moves.size()).forEach(move -> received.add(move.to()));
    return true;
  }

  // What all goals share.

  /**
   * Where the scheduler would let the guest go now, the best first. It counts at its own host all
   * the while; how evenly a group is spread is judged without it as well, for afterwards it has
   * gone from there.
   */
  private List<HostId> destinations(Guest guest, SchedulerSettings ranked, Set<String> ignored) {
    if (whyFixed(guest).isPresent()) {
      return List.of();
    }
    RequestSpec spec = asked(guest, ignored);
    if (!(Scheduling.decide(table, spec, ranked, seed)
        instanceof Decision.Placed(var candidates, _))) {
      return List.of();
    }
    return candidates.stream()
        .map(Candidate::host)
        .filter(host -> row(host).enabled() && row(host).up())
        .filter(host -> !isThere(host, avoidedBy, guest))
        .filter(host -> spec.hint("spread").isEmpty() || staysEven(guest, spec, host))
        .toList();
  }

  private RequestSpec asked(Guest guest, Set<String> ignored) {
    RequestSpec spec = guest.spec().excluding(guest.host());
    if (ignored.isEmpty()) {
      return spec;
    }
    RequestDetail detail = spec.detail();
    var all = new HashSet<>(detail.ignored());
    all.addAll(ignored);
    return spec.with(detail.ignoring(all));
  }

  private boolean staysEven(Guest guest, RequestSpec spec, HostId to) {
    HostRow source = row(guest.host());
    table.put(source.without(guest.spec()));
    HostRow destination = row(to);
    boolean passes = true;
    for (HostFilter filter : FilterChain.of(spec, table, settings)) {
      passes &= !(filter.judge(spec, destination) instanceof Verdict.Fail);
    }
    table.put(source);
    return passes;
  }

  private void move(Guest guest, HostId to) {
    HostId from = guest.host();
    rowsBefore.add(List.of(row(from), row(to)));
    table.put(row(to).having(guest.spec()));
    table.put(row(from).without(guest.spec()));
    guests.get(from).remove(guest);
    guests.get(to).add(new Guest(guest.spec(), to, guest.gib(), guest.fixed()));
    moves.add(new PlannedMove(guest.spec().instance(), from, to, guest.gib()));
    left = left.less(guest.gib());
  }

  private void takeBack(PlannedMove move) {
    Guest guest = guests.get(move.to()).removeLast();
    rowsBefore.removeLast().forEach(table::put);
    guests.get(move.from()).add(new Guest(guest.spec(), move.from(), guest.gib(), guest.fixed()));
  }

  private SchedulerSettings weighing(Set<WeigherName> weighers, Map<WeigherName, Double> factors) {
    return settings
        .withPolicy(SchedulerPolicy.FILTER)
        .withWeighers(weighers)
        .withMultipliers(factors)
        .withLimits(1, settings.maxIoOpsPerHost(), settings.maxInstancesPerHost());
  }

  private HostRow row(HostId host) {
    return table.row(host).orElseThrow();
  }

  private List<HostRow> inService() {
    return guests.keySet().stream()
        .map(this::row)
        .filter(host -> host.enabled() && host.up())
        .toList();
  }

  private static double vcpuCapacity(HostRow host) {
    return Math.max(1, (double) host.claimed().vcpus() + host.freeVcpus());
  }

  private static double ramCapacity(HostRow host) {
    return Math.max(1, (double) host.claimed().ramMib() + host.freeRamMib());
  }

  private static double load(HostRow host) {
    return (host.claimed().vcpus() / vcpuCapacity(host)
            + host.claimed().ramMib() / ramCapacity(host))
        / 2;
  }

  /** What a guest adds to the load of this host. */
  private static double share(RequestSpec guest, HostRow host) {
    return (guest.resources().vcpus() / vcpuCapacity(host)
            + guest.resources().ramMib() / ramCapacity(host))
        / 2;
  }

  private double fleetLoad() {
    double vcpus = 0;
    double ram = 0;
    double allVcpus = 0;
    double allRam = 0;
    for (HostRow host : inService()) {
      vcpus += host.claimed().vcpus();
      ram += host.claimed().ramMib();
      allVcpus += vcpuCapacity(host);
      allRam += ramCapacity(host);
    }
    return allRam == 0 ? 0 : (vcpus / allVcpus + ram / allRam) / 2;
  }

  private Balance balance(Set<HostId> cleared) {
    double fleet = fleetLoad();
    double squares = 0;
    double highest = 0;
    double lowest = Double.POSITIVE_INFINITY;
    int empty = 0;
    List<HostRow> hosts = inService();
    for (HostRow host : hosts) {
      double load = load(host);
      squares += (load - fleet) * (load - fleet);
      highest = Math.max(highest, load);
      lowest = Math.min(lowest, load);
      empty += host.instances() == 0 ? 1 : 0;
    }
    int still = cleared.stream().mapToInt(host -> row(host).instances()).sum();
    return hosts.isEmpty()
        ? new Balance(0, 0, 0, 0, still)
        : new Balance(Math.sqrt(squares / hosts.size()), highest, lowest, empty, still);
  }
}
