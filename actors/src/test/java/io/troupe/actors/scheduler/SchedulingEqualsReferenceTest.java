package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.PlacementReport.HostReport;
import io.troupe.actors.scheduler.PlacementReport.Obstacle;
import io.troupe.actors.scheduler.PlacementReport.Removed;
import io.troupe.actors.scheduler.PlacementReport.Weighed;
import io.troupe.actors.scheduler.PlacementReport.Weight;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Engine and reference agree on random clouds: the decision, who removed whom and why, every
 * weight. A failure names its seed; {@code -Dscheduler.seed=N} starts there again.
 */
class SchedulingEqualsReferenceTest {
  private static final long SEED = Long.getLong("scheduler.seed", System.nanoTime());

  /** Of the table that lives long; {@code -Dscheduler.hosts=N}. */
  private static final int HOSTS = Integer.getInteger("scheduler.hosts", 300);

  private record Promise(HostId host, InstanceId instance) {}

  private int placed;
  private int refused;

  @Test
  void onSmallCloudsOfEveryKind() {
    for (long seed = SEED; seed < SEED + 1000; seed++) {
      live(seed, new RandomCloud(seed, 12), 6);
    }

    assertThat(placed).as("seed %d: both answers occur", SEED).isGreaterThan(1000);
    assertThat(refused).as("seed %d: both answers occur", SEED).isGreaterThan(1000);
  }

  @Test
  void onCloudsOfMoreHostsThanOneBlock() {
    for (long seed = SEED; seed < SEED + 6; seed++) {
      live(seed, new RandomCloud(seed, 2000), 1500);
    }

    assertThat(placed).isPositive();
  }

  /**
   * One table for a long time, as in service: the same kinds of request again and again, settings
   * that change seldom, hosts that report small changes, and now and then one that is another host
   * altogether. The answer is compared after every step.
   */
  @Test
  void onOneTableThatLivesLong() {
    long seed = SEED;
    var cloud = new RandomCloud(seed, 400);
    var table = new HostTable();
    var reference = new Reference();
    var promises = new ArrayList<Promise>();
    var settings = SchedulerSettings.DEFAULT;
    for (int i = 0; i < HOSTS; i++) {
      HostRow row = cloud.row(cloud.host());
      table.put(row);
      reference.put(row);
    }
    var kinds = kinds(cloud, table);
    for (int step = 0; step < 1500; step++) {
      boolean refusesNearlyAll = step % 100 == 0 && placed < step / 4;
      if (refusesNearlyAll) { // the hosts have become others, and little is compared then
        kinds = kinds(cloud, table);
      }
      if (refusesNearlyAll || cloud.chance(0.01)) {
        settings = settings(cloud, table, kinds);
      }
      var request = again(cloud.oneOf(kinds));
      switch (cloud.below(4)) {
        case 0 -> change(cloud, table, reference, promises);
        case 1 -> smallChange(cloud, table, reference);
        default -> {} // only the promise of the step before
      }
      while (promises.size() > 200) {
        Promise oldest = promises.removeFirst();
        table.settle(oldest.host, oldest.instance);
        reference.settle(oldest.host, oldest.instance);
      }
      compare(seed, request, settings, cloud.seed(), table, reference, promises, step % 50 == 0);
    }

    assertThat(placed).as("seed %d: both answers occur", SEED).isGreaterThan(250);
    assertThat(refused).as("seed %d: both answers occur", SEED).isGreaterThan(50);
  }

  /**
   * 32 kinds, at least twelve of which find a host at first: so both answers occur for any seed.
   */
  private static List<RequestSpec> kinds(RandomCloud cloud, HostTable table) {
    var kinds = new ArrayList<RequestSpec>();
    int refused = 0;
    while (kinds.size() < 32) {
      RequestSpec request = cloud.request();
      boolean fits =
          Scheduling.decide(table, request, SchedulerSettings.DEFAULT, 1)
              instanceof Decision.Placed;
      if (fits || refused < 20) {
        kinds.add(request);
        refused += fits ? 0 : 1;
      }
    }
    return kinds;
  }

  /**
   * Other settings, under which at least twelve of the kinds find a host: some filters together
   * refuse nearly everything, and nothing is compared then but refusals.
   */
  private static SchedulerSettings settings(
      RandomCloud cloud, HostTable table, List<RequestSpec> kinds) {
    for (int draw = 0; draw < 50; draw++) {
      var settings = cloud.settings();
      long fits =
          kinds.stream()
              .filter(
                  kind -> Scheduling.decide(table, kind, settings, 1) instanceof Decision.Placed)
              .count();
      if (fits >= 12) {
        return settings;
      }
    }
    return SchedulerSettings.DEFAULT;
  }

  private static RequestSpec again(RequestSpec kind) {
    return new RequestSpec(
        InstanceId.fresh(),
        kind.project(),
        kind.resources(),
        kind.availabilityZone(),
        kind.forcedHost(),
        kind.excluded(),
        kind.group(),
        kind.hints(),
        kind.extraSpecs(),
        kind.imageProperties(),
        kind.candidates(),
        kind.detail());
  }

  /** A known host reports one claim more, or none. */
  private static void smallChange(RandomCloud cloud, HostTable table, Reference reference) {
    HostRow known = reference.said.get(cloud.oneOf(List.copyOf(reference.said.keySet())));
    HostRow row =
        new HostDraft(known)
            .claimed(cloud.below(20), 512L * cloud.below(30), known.claimed().diskGib())
            .row();
    table.put(row);
    reference.put(row);
  }

  /** A cloud's life: hosts report, leave, get instances promised and settled; requests between. */
  private void live(long seed, RandomCloud cloud, int changes) {
    var table = new HostTable();
    var reference = new Reference();
    var promises = new ArrayList<Promise>();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < changes; i++) {
        change(cloud, table, reference, promises);
      }
      assertThat(table.size()).isEqualTo(reference.said.size());
      for (int i = 0; i < 3; i++) {
        ask(seed, cloud, table, reference, promises);
      }
    }
  }

  private static void change(
      RandomCloud cloud, HostTable table, Reference reference, List<Promise> promises) {
    if (cloud.chance(0.75)) {
      HostRow row = cloud.row(cloud.host());
      table.put(row);
      reference.put(row);
    } else if (cloud.chance(0.5)) {
      HostId host = cloud.host();
      assertThat(table.remove(host)).isEqualTo(reference.said.containsKey(host));
      reference.remove(host);
    } else if (!promises.isEmpty()) {
      Promise promise = cloud.oneOf(promises);
      table.settle(promise.host, promise.instance);
      reference.settle(promise.host, promise.instance);
    }
  }

  private void ask(
      long seed, RandomCloud cloud, HostTable table, Reference reference, List<Promise> promises) {
    compare(
        seed, cloud.request(), cloud.settings(), cloud.seed(), table, reference, promises, true);
  }

  private void compare(
      long seed,
      RequestSpec request,
      SchedulerSettings settings,
      long lots,
      HostTable table,
      Reference reference,
      List<Promise> promises,
      boolean reasonsToo) {
    Decision decision = Scheduling.decide(table, request, settings, lots);

    var expected = reference.decide(request, settings, lots);
    assertThat(decision).as("seed %d, %s", seed, request).isEqualTo(expected.decision());
    if (reasonsToo) {
      assertThat(facts(Scheduling.explain(table, request, settings, lots)))
          .as("seed %d, %s", seed, request)
          .isEqualTo(expected);
    }
    switch (decision) {
      case Decision.Placed(var candidates, var with) -> {
        placed++;
        HostId host = candidates.getFirst().host();
        table.consume(host, request);
        reference.consume(host, request);
        promises.add(new Promise(host, request.instance()));
      }
      case Decision.NoValidHost(var explanation, _) -> refused++;
    }
  }

  /** The report in the reference's form. */
  private static Reference.Verdicts facts(PlacementReport report) {
    var failed = new LinkedHashMap<HostId, List<Obstacle>>();
    var weights = new LinkedHashMap<HostId, Map<String, Double>>();
    var ranked = new ArrayList<HostId>();
    for (HostReport host : report.hosts()) {
      switch (host.outcome()) {
        case Removed(var filter, var miss, var further) -> {
          var all = new ArrayList<Obstacle>(List.of(new Obstacle(filter, miss)));
          all.addAll(further);
          failed.put(host.host(), all);
        }
        case Weighed(var sum, var parts) -> {
          ranked.add(host.host());
          weights.put(
              host.host(),
              parts.stream().collect(Collectors.toMap(Weight::weigher, Weight::weight)));
        }
      }
    }
    return new Reference.Verdicts(report.decision(), report.removed(), failed, weights, ranked);
  }
}
