package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.PreemptionMode;
import io.troupe.config.PreemptionSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who has to leave which host; {@code -Dscheduler.seed=N} starts the random clouds at N. */
class PreemptingTest {
  private static final long SEED = Long.getLong("scheduler.seed", System.nanoTime());
  private static final int MOST = 3;
  private static final PreemptionSettings DELETE =
      new PreemptionSettings(PreemptionMode.DELETE, 5_000, MOST);
  private static final SchedulerSettings ON = SchedulerSettings.DEFAULT.withPreemption(DELETE);

  private int next;

  private PreemptibleClaim claim(int priority, int vcpus, long ramMib, long diskGib) {
    return new PreemptibleClaim(
        new InstanceId(new UUID(7, ++next)),
        next,
        priority,
        new Resources(vcpus, ramMib, diskGib),
        Optional.empty(),
        Map.of(),
        List.of());
  }

  private static PreemptibleClaim member(PreemptibleClaim claim, String group) {
    return new PreemptibleClaim(
        claim.instance(),
        claim.generation(),
        claim.priority(),
        claim.amount(),
        Optional.of(group),
        claim.resources(),
        claim.placements());
  }

  /** The host with these claims on top of what it has. */
  private static HostRow having(HostRow row, List<PreemptibleClaim> claims) {
    var amount = row.claimed();
    var members = new HashMap<>(row.groupMembers());
    var instances = new HashSet<>(row.detail().residents().instances());
    for (PreemptibleClaim claim : claims) {
      amount = amount.plus(claim.amount());
      claim.group().ifPresent(group -> members.merge(group, 1, Integer::sum));
      instances.add(claim.instance());
    }
    HostDetail detail = row.detail();
    return new HostRow(
        row.id(),
        row.version(),
        row.total(),
        row.reserved(),
        amount,
        row.cpuRatio(),
        row.ramRatio(),
        row.diskRatio(),
        row.availabilityZone(),
        row.aggregateMetadata(),
        row.enabled(),
        row.disabledReason(),
        row.up(),
        row.instances() + claims.size(),
        row.ioOps(),
        members,
        row.machine(),
        row.address(),
        new HostDetail(
            new Residents(
                instances, detail.residents().flavors(), detail.residents().imageProperties()),
            detail.traits(),
            detail.providers(),
            detail.used(),
            detail.failedBuilds(),
            detail.metrics(),
            detail.promised(),
            detail.parts(),
            claims));
  }

  private static HostTable table(HostRow... rows) {
    var table = new HostTable();
    Arrays.stream(rows).forEach(table::put);
    return table;
  }

  private static RequestDraft asking(int vcpus, long ramMib, long diskGib, int priority) {
    return RequestDraft.any()
        .asking(vcpus, ramMib, diskGib)
        .extraSpec(Importance.PRIORITY, String.valueOf(priority));
  }

  private static Optional<Preemption> plan(HostTable table, RequestSpec request) {
    return Scheduling.decideOrPreempt(table, request, ON, 1)
            instanceof Decision.NoValidHost(_, var unless)
        ? unless
        : Optional.empty();
  }

  private static List<InstanceId> victims(Optional<Preemption> plan) {
    return plan.orElseThrow().victims().stream().map(Preemption.Victim::instance).toList();
  }

  private static HostRow full(String name, PreemptibleClaim... claims) {
    return having(HostDraft.named(name).row(), List.of(claims));
  }

  @Test
  void asFewAsPossibleLeave() {
    var small = claim(0, 2, 1024, 10);
    var other = claim(0, 2, 1024, 10);
    var large = claim(0, 4, 4096, 10);

    var plan = plan(table(full("h1", small, other, large)), asking(4, 1024, 10, 1).spec());

    assertThat(victims(plan)).containsExactly(large.instance());
    assertThat(plan.orElseThrow())
        .returns(new HostId("h1"), Preemption::host)
        .returns(PreemptionMode.DELETE, Preemption::mode)
        .returns(5_000L, Preemption::graceMillis)
        .returns("would fit on host h1 after evicting 1 preemptible instance", Preemption::message);
  }

  @Test
  void amongEquallyManyThoseOfTheLowestPriority() {
    var higher = claim(3, 8, 1024, 10);
    var lower = claim(1, 8, 4096, 10);
    var alsoLower = claim(1, 8, 2048, 10);

    var plan =
        plan(
            table(full("h1", higher), full("h2", lower), full("h3", alsoLower)),
            asking(4, 1024, 10, 9).spec());

    assertThat(victims(plan))
        .as("and of these the one with less RAM")
        .containsExactly(alsoLower.instance());
  }

  @Test
  void whoIsNoLessImportantStays() {
    var equal = claim(2, 8, 1024, 10);

    assertThat(plan(table(full("h1", equal)), asking(4, 1024, 10, 2).spec())).isEmpty();
    assertThat(plan(table(full("h1", equal)), asking(4, 1024, 10, 3).spec())).isPresent();
  }

  @Test
  void aPreemptibleRequestEvictsNobody() {
    var specs = Map.of(Importance.PRIORITY, "9", Importance.PREEMPTIBLE, "true");
    var request = RequestDraft.any().asking(4, 1024, 10).extraSpecs(specs).spec();

    assertThat(plan(table(full("h1", claim(0, 8, 1024, 10))), request)).isEmpty();
  }

  @Test
  void nobodyLeavesWhereItFitsAnyway() {
    var decision =
        Scheduling.decideOrPreempt(
            table(full("h1", claim(0, 8, 1024, 10)), HostDraft.named("h2").row()),
            asking(4, 1024, 10, 9).spec(),
            ON,
            1);

    assertThat(decision).isInstanceOf(Decision.Placed.class);
  }

  @Test
  void nobodyLeavesWhenItIsOffOrTheyWouldBeTooMany() {
    var table =
        table(
            full(
                "h1",
                claim(0, 2, 1024, 10),
                claim(0, 2, 1024, 10),
                claim(0, 2, 1024, 10),
                claim(0, 2, 1024, 10)));

    assertThat(plan(table, asking(8, 1024, 10, 1).spec())).isEmpty();
    assertThat(plan(table, asking(6, 1024, 10, 1).spec()).orElseThrow().victims()).hasSize(3);
    assertThat(
            Scheduling.decideOrPreempt(
                table, asking(6, 1024, 10, 1).spec(), SchedulerSettings.DEFAULT, 1))
        .isEqualTo(
            Scheduling.decide(table, asking(6, 1024, 10, 1).spec(), SchedulerSettings.DEFAULT, 1));
  }

  @Test
  void aHostThatLacksNoRoomIsLeftAlone() {
    var mate = member(claim(0, 1, 1024, 10), "g");
    var request = asking(1, 1024, 10, 1).group(GroupSpec.Policy.ANTI_AFFINITY, 1).spec();

    assertThat(plan(table(full("h1", mate)), request)).isEmpty();
  }

  @Test
  void whatPromisesTakeHasToBecomeFreeToo() {
    var first = claim(0, 4, 1024, 10);
    var second = claim(0, 4, 1024, 10);
    var table = table(full("h1", first, second));
    var one = asking(4, 1024, 10, 1).spec();
    assertThat(victims(plan(table, one))).hasSize(1);

    table.consume(new HostId("h1"), one);

    assertThat(victims(plan(table, asking(4, 1024, 10, 1).spec()))).hasSize(2);
  }

  @Test
  void manyClaimsOnManyHostsAreSearchedInTime() {
    var table = new HostTable();
    for (int host = 0; host < 1000; host++) {
      var claims = new ArrayList<PreemptibleClaim>();
      for (int i = 0; i < 40; i++) {
        claims.add(claim(i % 7, 1, 100 + i * host % 90, i % 3));
      }
      table.put(having(HostDraft.named("h" + host).ratio(5).row(), claims));
    }
    var request = asking(3, 1024, 10, 9).spec();
    long began = System.nanoTime();

    var plan = plan(table, request);

    assertThat(plan.orElseThrow().victims()).hasSize(3);
    assertThat((System.nanoTime() - began) / 1e9).isLessThan(10);
  }

  // ---- every cloud

  /**
   * @param priorities the highest first
   */
  private record Cost(int count, int[] priorities, long ramMib) {
    static final Comparator<Cost> ORDER =
        Comparator.comparingInt(Cost::count)
            .thenComparing(Cost::priorities, Arrays::compare)
            .thenComparingLong(Cost::ramMib);

    static Cost of(List<PreemptibleClaim> claims) {
      return new Cost(
          claims.size(),
          claims.stream()
              .map(PreemptibleClaim::priority)
              .sorted(Comparator.reverseOrder())
              .mapToInt(Integer::intValue)
              .toArray(),
          claims.stream().mapToLong(claim -> claim.amount().ramMib()).sum());
    }
  }

  /** As every set of claims of every host, put to the plain reference of the rules, says. */
  @Test
  void isTheBestOfAllSetsOnRandomClouds() {
    int preempted = 0;
    int refused = 0;
    for (long seed = SEED; seed < SEED + 400; seed++) {
      var cloud = new RandomCloud(seed, 4);
      var rows = rows(cloud);
      var table = table(rows.values().toArray(HostRow[]::new));
      for (int i = 0; i < 4; i++) {
        var settings = cloud.settings().withPreemption(DELETE);
        var request = request(cloud);
        long lot = cloud.seed();
        var decision = Scheduling.decideOrPreempt(table, request, settings, lot);
        assertThat(decision)
            .as("seed %d: always the same", seed)
            .isEqualTo(Scheduling.decideOrPreempt(table, request, settings, lot));
        var best = best(rows, request, settings);
        switch (decision) {
          case Decision.Placed _ -> {}
          case Decision.NoValidHost(_, var unless) when unless.isEmpty() -> {
            refused++;
            assertThat(best).as("seed %d: a set would do", seed).isEmpty();
          }
          case Decision.NoValidHost(_, var unless) -> {
            preempted++;
            var claims = claims(rows, unless.get());
            assertThat(claims)
                .as("seed %d: none but less important ones", seed)
                .allMatch(
                    claim -> claim.priority() < Importance.of(request.extraSpecs()).priority());
            assertThat(passes(rows, rows.get(unless.get().host()), claims, request, settings))
                .as("seed %d: it passes the reference's filters then", seed)
                .isTrue();
            assertThat(Cost.ORDER.compare(Cost.of(claims), best.orElseThrow()))
                .as("seed %d: %s, the best is %s", seed, Cost.of(claims), best)
                .isZero();
          }
        }
      }
    }
    assertThat(preempted).as("seed %d: both answers occur", SEED).isGreaterThan(20);
    assertThat(refused).as("seed %d: both answers occur", SEED).isGreaterThan(20);
  }

  private Map<HostId, HostRow> rows(RandomCloud cloud) {
    var rows = new HashMap<HostId, HostRow>();
    for (int i = 0; i < 5; i++) {
      HostRow row = cloud.row(cloud.host());
      var claims = new ArrayList<PreemptibleClaim>();
      while (claims.size() < 6 && cloud.chance(0.8)) {
        int size = 1 + cloud.below(4);
        var claim = claim(cloud.below(4), size, 512L * (1 + cloud.below(8)), 10L * cloud.below(5));
        claims.add(cloud.chance(0.2) ? member(claim, cloud.oneOf(List.of("g1", "g2"))) : claim);
      }
      rows.put(row.id(), having(row, claims));
    }
    return rows;
  }

  private static RequestSpec request(RandomCloud cloud) {
    RequestSpec drawn = cloud.request();
    boolean plain = cloud.chance(0.7); // else most are refused for what nobody's leaving changes
    var specs = new HashMap<>(plain ? Map.<String, String>of() : drawn.extraSpecs());
    specs.put(Importance.PRIORITY, String.valueOf(cloud.below(5)));
    var size = drawn.resources();
    return new RequestSpec(
        drawn.instance(),
        drawn.project(),
        new Resources(
            Math.min(size.vcpus(), 100) * (1 + cloud.below(4)),
            Math.min(size.ramMib(), 1 << 20) * (1 + cloud.below(4)),
            size.diskGib()),
        plain ? Optional.empty() : drawn.availabilityZone(),
        plain ? Optional.empty() : drawn.forcedHost(),
        plain ? Set.of() : drawn.excluded(),
        drawn.group(),
        plain ? Map.of() : drawn.hints(),
        specs,
        plain ? Map.of() : drawn.imageProperties(),
        drawn.candidates(),
        plain ? RequestDetail.NONE : drawn.detail());
  }

  private static List<PreemptibleClaim> claims(Map<HostId, HostRow> rows, Preemption plan) {
    var all = rows.get(plan.host()).detail().preemptible();
    return plan.victims().stream()
        .map(
            victim ->
                all.stream()
                    .filter(claim -> claim.instance().equals(victim.instance()))
                    .filter(claim -> claim.generation() == victim.generation())
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private static Optional<Cost> best(
      Map<HostId, HostRow> rows, RequestSpec request, SchedulerSettings settings) {
    int priority = Importance.of(request.extraSpecs()).priority();
    Cost best = null;
    for (HostRow row : rows.values()) {
      var asked = request.resources();
      boolean lacks =
          asked.vcpus() > Math.max(0, row.freeVcpus())
              || asked.ramMib() > Math.max(0, row.freeRamMib())
              || asked.diskGib() > Math.max(0, row.freeDiskGib());
      var yielding =
          row.detail().preemptible().stream().filter(c -> c.priority() < priority).toList();
      for (int set = 1; lacks && set < 1 << yielding.size(); set++) {
        var gone = new ArrayList<PreemptibleClaim>();
        for (int i = 0; i < yielding.size(); i++) {
          if ((set >> i & 1) == 1) {
            gone.add(yielding.get(i));
          }
        }
        Cost cost = Cost.of(gone);
        if (gone.size() <= MOST
            && (best == null || Cost.ORDER.compare(cost, best) < 0)
            && passes(rows, row, gone, request, settings)) {
          best = cost;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static boolean passes(
      Map<HostId, HostRow> rows,
      HostRow host,
      List<PreemptibleClaim> gone,
      RequestSpec request,
      SchedulerSettings settings) {
    var reference = new Reference();
    rows.values().forEach(row -> reference.put(row == host ? row.evicting(gone) : row));
    return reference.decide(request, settings, 1).weights().containsKey(host.id());
  }

  /** What goes is what had come. */
  @Test
  void aRowWithoutItsClaimsIsTheRowBefore() {
    for (long seed = SEED; seed < SEED + 200; seed++) {
      var cloud = new RandomCloud(seed, 4);
      HostRow row = cloud.row(cloud.host());
      var claims =
          List.of(claim(1, 2, 512, 10), member(claim(0, 1, 1024, 0), "g1"), claim(2, 0, 1, 1));

      assertThat(having(row, claims).evicting(claims)).as("seed %d", seed).isEqualTo(row);
    }
  }
}
