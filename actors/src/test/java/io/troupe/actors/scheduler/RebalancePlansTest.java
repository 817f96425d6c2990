package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.host.Claim;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.actors.scheduler.rebalance.Budget;
import io.troupe.actors.scheduler.rebalance.Goal;
import io.troupe.actors.scheduler.rebalance.Guest;
import io.troupe.actors.scheduler.rebalance.RebalancePlan;
import io.troupe.actors.scheduler.rebalance.RebalancePlan.PlannedMove;
import io.troupe.actors.scheduler.rebalance.Rebalancer;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.config.FilterName;
import io.troupe.config.FleetSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Plans on random fleets, carried out move by move against the hosts' own books and the plain
 * reference of the rules: claim at the destination first, then the source lets go.
 */
class RebalancePlansTest {
  private static final long SEED = Long.getLong("scheduler.seed", 20_261_126);
  private static final int FLEETS = Integer.getInteger("troupe.test.fleets", 300);
  private static final FleetSettings RATIOS =
      new FleetSettings(5_000, 15_000, 2, 1, 1, 0, 512, 0, "nova");
  private static final SchedulerSettings SETTINGS = settings();

  private static SchedulerSettings settings() {
    var filters = EnumSet.noneOf(FilterName.class);
    filters.addAll(FilterName.DEFAULT);
    filters.add(FilterName.NUM_INSTANCES);
    filters.add(FilterName.DIFFERENT_HOST);
    filters.add(FilterName.AGGREGATE_IMAGE_PROPERTIES_ISOLATION);
    return SchedulerSettings.DEFAULT.withFilters(filters).withLimits(1, 8, 12);
  }

  /** The hosts' books, and what lives on them. */
  private static final class World {
    final Map<HostId, HostState> states = new LinkedHashMap<>();
    final Map<HostId, HostState.Surroundings> around = new HashMap<>();
    final Map<InstanceId, Guest> guests = new LinkedHashMap<>();

    HostRow row(HostId id) {
      return states.get(id).row(id, 1, around.get(id), 0, RATIOS);
    }

    Reference reference() {
      var reference = new Reference();
      states.keySet().forEach(id -> reference.put(row(id)));
      return reference;
    }

    List<HostRow> rows() {
      return states.keySet().stream().map(this::row).toList();
    }

    boolean claim(HostId id, RequestSpec spec) {
      HostState state = states.get(id);
      if (state.refusal(spec, 1, row(id)).isPresent()) {
        return false;
      }
      Claim claim = state.claimOf(spec, 1, row(id));
      states.put(id, state.evolve(new HostEvent.Claimed(claim)));
      return true;
    }

    void release(HostId id, InstanceId instance) {
      states.computeIfPresent(id, (_, state) -> state.evolve(new HostEvent.Released(instance)));
    }

    /**
     * Of what is in service, the root of the mean square of the distances from the fleet's load.
     */
    double deviation() {
      var open = rows().stream().filter(host -> host.enabled() && host.up()).toList();
      double[] sums = new double[4];
      for (HostRow host : open) {
        sums[0] += host.claimed().vcpus();
        sums[1] += host.claimed().vcpus() + host.freeVcpus();
        sums[2] += host.claimed().ramMib();
        sums[3] += host.claimed().ramMib() + host.freeRamMib();
      }
      double fleet = (sums[0] / sums[1] + sums[2] / sums[3]) / 2;
      double squares =
          open.stream()
              .mapToDouble(
                  host ->
                      (host.claimed().vcpus() / (double) (host.claimed().vcpus() + host.freeVcpus())
                              + host.claimed().ramMib()
                                  / (double) (host.claimed().ramMib() + host.freeRamMib()))
                          / 2)
              .map(load -> (load - fleet) * (load - fleet))
              .sum();
      return Math.sqrt(squares / open.size());
    }

    long emptyHosts() {
      return rows().stream()
          .filter(host -> host.enabled() && host.up() && host.instances() == 0)
          .count();
    }
  }

  private static World random(Random random) {
    var world = new World();
    int hosts = 4 + random.nextInt(10);
    for (int i = 0; i < hosts; i++) {
      var id = new HostId("host-" + i);
      int vcpus = 8 << random.nextInt(2);
      var state =
          HostState.UNKNOWN.evolve(
              new HostEvent.Discovered(
                  new ConnectionId("c"), Examples.inventory(id, vcpus, vcpus * 2048L, 400)));
      if (random.nextInt(3) == 0) {
        state =
            state.evolve(
                new HostEvent.Equipped(
                    new Equipment(
                        Set.of("CUSTOM_GOLD"),
                        List.of(
                            new Provider(
                                Provider.HOST, Set.of(), Map.of("CUSTOM_CARD", Stock.of(2)))))));
      }
      Map<String, Set<String>> metadata =
          random.nextInt(4) == 0 ? Map.of("filter_tenant_id", Set.of("project-1")) : Map.of();
      world.states.put(id, state);
      world.around.put(
          id, new HostState.Surroundings("zone-" + random.nextInt(2), metadata, true, "", true));
    }
    populate(world, random);
    for (HostId id : List.copyOf(world.states.keySet())) { // what has changed since they came
      if (random.nextInt(10) == 0) {
        var was = world.around.get(id);
        boolean up = random.nextBoolean();
        world.around.put(
            id, new HostState.Surroundings(was.zone(), was.aggregateMetadata(), !up, "", up));
      }
    }
    return world;
  }

  private static void populate(World world, Random random) {
    int wanted = world.states.size() * 4;
    for (int i = 0; i < wanted; i++) {
      var spec = request(random, world);
      var fitting = world.reference().decide(spec, SETTINGS, i);
      var hosts = new ArrayList<>(world.states.keySet());
      hosts.removeAll(fitting.failed().keySet());
      Collections.shuffle(hosts, random); // and not where it would be best
      if (!hosts.isEmpty() && world.claim(hosts.getFirst(), spec)) {
        Optional<String> fixed =
            random.nextInt(12) == 0 ? Optional.of("it is locked") : Optional.empty();
        long gib = spec.resources().ramMib() / 1024;
        world.guests.put(spec.instance(), new Guest(spec, hosts.getFirst(), gib, fixed));
      }
    }
  }

  private static RequestSpec request(Random random, World world) {
    int vcpus = 1 << random.nextInt(3);
    Map<String, List<String>> hints = new HashMap<>();
    Optional<GroupSpec> group = Optional.empty();
    switch (random.nextInt(6)) {
      case 0 -> group = Optional.of(new GroupSpec("apart", GroupSpec.Policy.ANTI_AFFINITY, 1));
      case 1 -> group = Optional.of(new GroupSpec("near", GroupSpec.Policy.AFFINITY, 1));
      case 2 -> {
        group = Optional.of(new GroupSpec("even", GroupSpec.Policy.SOFT_ANTI_AFFINITY, 1));
        hints.put("spread", List.of(random.nextBoolean() ? "zone=1" : "host=2"));
      }
      default -> {}
    }
    if (random.nextInt(6) == 0 && !world.guests.isEmpty()) {
      var others = List.copyOf(world.guests.keySet());
      hints.put(
          "different_host", List.of(others.get(random.nextInt(others.size())).value().toString()));
    }
    Map<String, String> specs =
        switch (random.nextInt(6)) {
          case 0 -> Map.of("trait:CUSTOM_GOLD", "required");
          case 1 -> Map.of("resources:CUSTOM_CARD", "1");
          default -> Map.of();
        };
    return new RequestSpec(
        new InstanceId(new UUID(random.nextLong(), random.nextLong())),
        new ProjectId("project-" + random.nextInt(2)),
        new Resources(vcpus, vcpus * 1024L * (1 + random.nextInt(3)), 10L * random.nextInt(4)),
        random.nextInt(5) == 0 ? Optional.of("zone-" + random.nextInt(2)) : Optional.empty(),
        Optional.empty(),
        Set.of(),
        group,
        hints,
        specs,
        Map.of(),
        10,
        new RequestDetail(
            Optional.of("flavor-" + vcpus), Optional.empty(), Optional.empty(), Set.of()));
  }

  private static Goal goal(Random random, World world) {
    return switch (random.nextInt(3)) {
      case 0 -> new Goal.Even(random.nextBoolean() ? 0 : Goal.Even.USUAL_TOLERANCE);
      case 1 -> new Goal.Consolidate();
      default ->
          new Goal.Empty(
              world.states.keySet().stream()
                  .filter(_ -> random.nextInt(3) == 0)
                  .collect(
                      Collectors.collectingAndThen(
                          Collectors.toSet(),
                          some -> some.isEmpty() ? Set.of(new HostId("host-0")) : some)));
    };
  }

  @Test
  void noStepBreaksARuleAndTheGoalComesNearer() {
    int planned = 0;
    for (int fleet = 0; fleet < FLEETS; fleet++) {
      long seed = SEED + fleet;
      var random = new Random(seed);
      World world = random(random);
      Goal goal = goal(random, world);
      var budget =
          random.nextInt(3) == 0
              ? new Budget(random.nextInt(6), random.nextInt(40))
              : new Budget(1000, 100_000);
      double deviation = world.deviation();
      long emptyHosts = world.emptyHosts();

      RebalancePlan plan =
          Rebalancer.plan(
              world.rows(), world.guests.values(), goal, budget, SETTINGS, random.nextLong());

      String run = "seed " + seed + ", " + goal + ", " + budget;
      assertThat(plan.moves()).as(run).hasSizeLessThanOrEqualTo(budget.moves());
      assertThat(plan.gib()).as(run).isLessThanOrEqualTo(budget.gib());
      plan.moves().forEach(move -> carryOut(world, move, run));
      planned += plan.moves().size();
      assertThat(plan.after().deviation())
          .as(run)
          .isCloseTo(world.deviation(), org.assertj.core.api.Assertions.within(1e-9));
      assertThat(plan.after().emptyHosts()).as(run).isEqualTo((int) world.emptyHosts());
      if (!plan.moves().isEmpty()) {
        switch (goal) {
          case Goal.Even _ -> assertThat(world.deviation()).as(run).isLessThan(deviation);
          case Goal.Consolidate _ ->
              assertThat(world.emptyHosts()).as(run).isGreaterThan(emptyHosts);
          case Goal.Empty _ ->
              assertThat(plan.after().left())
                  .as(run)
                  .isEqualTo(plan.before().left() - plan.moves().size());
        }
      }
      if (goal instanceof Goal.Empty(var cleared)) {
        assertNobodyWasForgotten(world, cleared, plan, run);
      }
    }
    assertThat(planned).isGreaterThan(FLEETS); // else this has shown nothing
  }

  private static void carryOut(World world, PlannedMove move, String run) {
    Guest guest = world.guests.get(move.instance());
    String step = run + ", " + move;
    assertThat(guest.host()).as(step).isEqualTo(move.from()).isNotEqualTo(move.to());
    assertThat(guest.fixed()).as(step).isEmpty();
    assertThat(world.around.get(move.from()).up()).as(step).isTrue();
    RequestSpec spec = guest.spec().excluding(move.from());
    var whileThere = world.reference().decide(spec, SETTINGS, 1);
    assertThat(whileThere.failed().get(move.to())).as(step).isNull();

    assertThat(world.claim(move.to(), guest.spec())).as(step).isTrue();
    world.release(move.from(), move.instance());

    world.release(move.to(), move.instance()); // would it be let in, were it new?
    var asNew = world.reference().decide(guest.spec(), SETTINGS, 1);
    assertThat(asNew.failed().get(move.to())).as(step).isNull();
    assertThat(world.claim(move.to(), guest.spec())).as(step).isTrue();
    world.guests.put(
        move.instance(), new Guest(guest.spec(), move.to(), guest.gib(), guest.fixed()));
    for (Guest other : world.guests.values()) {
      for (String avoided : other.spec().hint("different_host")) {
        var there = world.guests.get(InstanceId.parse(avoided).orElseThrow());
        assertThat(there.host()).as("%s, of %s", step, other).isNotEqualTo(other.host());
      }
    }
  }

  /** Whoever is left on a host that was to be emptied has nowhere to go, or may not. */
  private static void assertNobodyWasForgotten(
      World world, Set<HostId> cleared, RebalancePlan plan, String run) {
    var kept =
        plan.kept().stream()
            .collect(Collectors.toMap(RebalancePlan.Kept::instance, RebalancePlan.Kept::reason));
    var names = cleared.stream().map(HostId::value).collect(Collectors.toSet());
    for (Guest guest : world.guests.values()) {
      if (!cleared.contains(guest.host())) {
        continue;
      }
      String why = kept.get(guest.spec().instance());
      assertThat(why).as("%s: %s", run, guest).isNotNull();
      if (why.startsWith("no valid host") && guest.spec().hint("spread").isEmpty()) {
        var spec = guest.spec().excluding(guest.host()).with(guest.spec().detail().ignoring(names));
        var left = new ArrayList<>(world.states.keySet());
        left.removeAll(world.reference().decide(spec, SETTINGS, 1).failed().keySet());
        assertThat(usesCards(guest) ? List.of() : left).as("%s: %s", run, guest).isEmpty();
      }
    }
    assertThat(plan.after().left()).as(run).isEqualTo(kept.size());
  }

  /** A card that a moved guest held counts as taken until its host has told otherwise. */
  private static boolean usesCards(Guest guest) {
    return guest.spec().extraSpecs().containsKey("resources:CUSTOM_CARD");
  }

  @Test
  void theExampleOfTheEssay() {
    var world = new World();
    int[] counts = {4, 2, 0};
    for (int i = 0; i < 3; i++) {
      var id = new HostId("host-" + i);
      world.states.put(
          id,
          HostState.UNKNOWN.evolve(
              new HostEvent.Discovered(
                  new ConnectionId("c"), Examples.inventory(id, 5, 10_752, 400))));
      world.around.put(id, new HostState.Surroundings("nova", Map.of(), true, "", true));
      for (int g = 0; g < counts[i]; g++) {
        var spec = RequestDraft.any().asking(2, 2048, 0).spec().as(new InstanceId(new UUID(i, g)));
        world.claim(id, spec);
        world.guests.put(spec.instance(), new Guest(spec, id, 2, Optional.empty()));
      }
    }

    var plan =
        Rebalancer.plan(
            world.rows(),
            world.guests.values(),
            new Goal.Even(0),
            new Budget(100, 100),
            SchedulerSettings.DEFAULT,
            1);

    assertThat(plan.moves()).extracting(move -> move.from().value()).containsOnly("host-0");
    assertThat(plan.moves()).extracting(move -> move.to().value()).containsOnly("host-2");
    assertThat(plan.moves()).hasSize(2);
    assertThat(plan.after().deviation()).isLessThan(1e-9);
    assertThat(plan.budgetSpent()).isFalse();
  }

  @Test
  void theSameArgumentsGiveTheSamePlan() {
    World world = random(new Random(SEED));
    var goal = new Goal.Even(0);
    var budget = new Budget(100, 1000);

    var first = Rebalancer.plan(world.rows(), world.guests.values(), goal, budget, SETTINGS, 5);
    var again = Rebalancer.plan(world.rows(), world.guests.values(), goal, budget, SETTINGS, 5);

    assertThat(again).isEqualTo(first);
  }
}
