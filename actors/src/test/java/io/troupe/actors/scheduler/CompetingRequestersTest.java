package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.host.Claim;
import io.troupe.actors.host.HostEvent;
import io.troupe.actors.host.HostState;
import io.troupe.config.FleetSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Requesters who decide on what they have heard, while others claim what they have not heard of:
 * hosts grant by their own log, refusals are conflicts, and the next candidate is tried.
 */
class CompetingRequestersTest {
  private static final long SEED = Long.getLong("scheduler.seed", 20_261_125);

  /** A million takes minutes; a usual run does a part of it. */
  private static final int PLACEMENTS = Integer.getInteger("troupe.test.placements", 100_000);

  private static final SchedulerSettings DEFAULT = SchedulerSettings.DEFAULT;
  private static final FleetSettings FLEET =
      new FleetSettings(5_000, 15_000, 1, 1, 1, 0, 0, 0, "nova");
  private static final HostState.Surroundings AROUND =
      new HostState.Surroundings("nova", Map.of(), true, "", true);

  private record Delta(HostRow row, InstanceId settled) {}

  private record Placed(HostId host, InstanceId instance) {}

  /** The hosts' own logs, and how many claims they refused. */
  static final class Hosts {
    final Map<HostId, HostState> states = new HashMap<>();
    long version;
    long claimed;
    long refused;

    void add(String name, int vcpus) {
      var id = new HostId(name);
      var found = Examples.inventory(id, vcpus, vcpus * 2048L, vcpus * 20L);
      var discovered = new HostEvent.Discovered(new ConnectionId("c"), found);
      states.put(id, HostState.UNKNOWN.evolve(discovered));
    }

    HostRow row(HostId id) {
      return states.get(id).row(id, ++version, AROUND, 0, FLEET);
    }

    /** What {@code HostActor} does with a claim. */
    boolean claim(HostId id, RequestSpec spec) {
      HostState state = states.get(id);
      if (state.refusal(spec, 1, row(id)).isPresent()) {
        refused++;
        return false;
      }
      var claim = new Claim(spec.instance(), 1, spec.resources(), spec.group(), false);
      states.put(id, state.evolve(new HostEvent.Claimed(claim)));
      claimed++;
      return true;
    }

    void release(Placed placed) {
      states.compute(
          placed.host, (_, state) -> state.evolve(new HostEvent.Released(placed.instance)));
    }

    void assertNoneOvercommitted() {
      states.forEach(
          (id, state) -> {
            Resources total = state.inventory().orElseThrow().total();
            assertThat(state.claimed().vcpus()).as("%s", id).isBetween(0, total.vcpus());
            assertThat(state.claimed().ramMib()).as("%s", id).isBetween(0L, total.ramMib());
            assertThat(state.claimed().diskGib()).as("%s", id).isBetween(0L, total.diskGib());
          });
    }
  }

  /** One requester with a scheduler of his own, who hears from the hosts with a delay. */
  private static final class Requester {
    final HostTable table = new HostTable();
    final Queue<Delta> unheard = new ArrayDeque<>();
    final Map<InstanceId, HostId> promised = new HashMap<>();
    final SchedulerSettings settings;
    final int delay;

    Requester(Hosts hosts, SchedulerSettings settings, int delay) {
      this.settings = settings;
      this.delay = delay;
      hosts.states.keySet().forEach(id -> table.put(hosts.row(id)));
    }

    void hear(Delta delta) {
      unheard.add(delta);
      while (unheard.size() > delay) {
        Delta next = unheard.remove();
        table.put(next.row);
        table.settle(next.row.id(), next.settled);
      }
    }

    Optional<HostId> place(Hosts hosts, RequestSpec request, long seed, List<HostId> refusedBy) {
      RequestSpec spec = request;
      for (int attempt = 0; attempt < 5; attempt++) {
        switch (Scheduling.decide(table, spec, settings, seed)) {
          case Decision.NoValidHost _ -> {
            return Optional.empty();
          }
          case Decision.Placed(var candidates, _) -> {
            table.consume(candidates.getFirst().host(), spec);
            for (Candidate candidate : candidates) {
              if (hosts.claim(candidate.host(), spec)) {
                if (!candidate.equals(candidates.getFirst())) {
                  table.settle(candidates.getFirst().host(), spec.instance());
                }
                return Optional.of(candidate.host());
              }
              refusedBy.add(candidate.host());
              spec = spec.excluding(candidate.host());
            }
            table.settle(candidates.getFirst().host(), spec.instance());
          }
        }
      }
      return Optional.empty();
    }
  }

  private static RequestSpec request(Random random) {
    int vcpus = 1 << random.nextInt(4);
    return RequestDraft.any().asking(vcpus, vcpus * 2048L, vcpus * 10L).spec();
  }

  /**
   * Four requesters, each with a table of his own that is 3 to 12 changes old, as old as it gets in
   * 5 ms at 2,000 placements per second; the fleet is 70 % full.
   */
  @Test
  void fourRequestersNeverOvercommitAndSeldomConflict() {
    var hosts = compete(PLACEMENTS, 9_000, 3, DEFAULT);

    assertThat(hosts.claimed).isGreaterThan(PLACEMENTS * 99L / 100);
    assertThat(hosts.refused).isLessThanOrEqualTo(PLACEMENTS / 100);
  }

  /**
   * @param most instances at a time; 11,000 are 86 % of the fleet
   * @param step the first hears every change that many changes late, the last four times as many
   */
  static Hosts compete(int placements, int most, int step, SchedulerSettings settings) {
    var random = new Random(SEED);
    var hosts = new Hosts();
    for (int i = 0; i < 1000; i++) {
      hosts.add("host-" + i, 32 << random.nextInt(2));
    }
    var requesters = new ArrayList<Requester>();
    for (int i = 1; i <= 4; i++) {
      requesters.add(new Requester(hosts, settings, step * i));
    }
    var running = new ArrayList<Placed>();
    for (int i = 0; i < placements; i++) {
      Requester requester = requesters.get(random.nextInt(4));
      RequestSpec spec = request(random);
      var refusedBy = new ArrayList<HostId>();
      var placed = requester.place(hosts, spec, i, refusedBy);
      refusedBy.forEach(id -> tell(requesters, hosts, id, spec.instance()));
      placed.ifPresent(
          id -> {
            tell(requesters, hosts, id, spec.instance());
            running.add(new Placed(id, spec.instance()));
          });
      if (running.size() > most) {
        Collections.swap(running, random.nextInt(running.size()), running.size() - 1);
        Placed gone = running.removeLast();
        hosts.release(gone);
        tell(requesters, hosts, gone.host, gone.instance);
      }
      if (i % 10_000 == 0) {
        hosts.assertNoneOvercommitted();
      }
    }
    hosts.assertNoneOvercommitted();
    System.out.printf(
        "%,d placements, at most %,d at a time, up to %d changes late: %,d conflicts (%.3f %%)%n",
        placements, most, 4 * step, hosts.refused, 100.0 * hosts.refused / placements);
    return hosts;
  }

  private static void tell(List<Requester> requesters, Hosts hosts, HostId id, InstanceId settled) {
    var delta = new Delta(hosts.row(id), settled);
    requesters.forEach(each -> each.hear(delta));
  }

  /** Nearly full, and everybody's view is old: conflicts there must be, overcommitment never. */
  @Test
  void requestersOnAFullFleetConflictAndNeverOvercommit() {
    var random = new Random(SEED);
    var hosts = new Hosts();
    for (int i = 0; i < 50; i++) {
      hosts.add("host-" + i, 16);
    }
    var requesters = new ArrayList<Requester>();
    for (int i = 0; i < 4; i++) {
      requesters.add(new Requester(hosts, DEFAULT, 400));
    }
    for (int i = 0; i < 1000; i++) {
      RequestSpec spec = request(random);
      var refusedBy = new ArrayList<HostId>();
      requesters
          .get(i % 4)
          .place(hosts, spec, i, refusedBy)
          .ifPresent(id -> tell(requesters, hosts, id, spec.instance()));
    }

    assertThat(hosts.refused).isPositive();
    hosts.assertNoneOvercommitted();
  }

  /**
   * Fifty members of an anti-affinity group at once, each decided on a table that knows of no
   * other, claimed in any order.
   */
  @Test
  void membersOfAnAntiAffinityGroupNeverMeet() {
    for (long run = 0; run < 1000; run++) {
      var random = new Random(SEED + run);
      var hosts = new Hosts();
      for (int i = 0; i < 55; i++) {
        hosts.add("host-" + i, 8);
      }
      var used = new HashSet<HostId>();
      var requesters = new ArrayList<Requester>();
      for (int i = 0; i < 50; i++) {
        requesters.add(new Requester(hosts, DEFAULT, Integer.MAX_VALUE));
      }
      Collections.shuffle(requesters, random);
      for (Requester requester : requesters) {
        RequestSpec spec = RequestDraft.any().group(GroupSpec.Policy.ANTI_AFFINITY, 1).spec();
        RequestSpec asked = spec;
        Optional<HostId> host = Optional.empty();
        while (host.isEmpty()) { // he hears of a host only by its refusal
          var refusedBy = new ArrayList<HostId>();
          host = requester.place(hosts, asked, random.nextLong(), refusedBy);
          for (HostId refusing : refusedBy) {
            asked = asked.excluding(refusing);
          }
        }
        assertThat(used.add(host.get())).as("run %d", SEED + run).isTrue();
      }
      assertThat(used).hasSize(50);
      hosts.states.values().forEach(state -> assertThat(state.members("g")).isLessThan(2));
    }
  }
}
