package io.troupe.actors.scheduler.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.config.PoolCapacity;
import io.troupe.config.PoolSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeSchedulingTest {
  private static final PoolSettings DEFAULT = PoolSettings.DEFAULT;

  private static HostRow host(String name, String zone, long total, long claimed, String pool) {
    return host(name, zone, total, claimed, pool, true, true);
  }

  private static HostRow host(
      String name,
      String zone,
      long total,
      long claimed,
      String pool,
      boolean enabled,
      boolean up) {
    var plain = HostDraft.named(name).row();
    var traits =
        pool.isEmpty() ? Set.<String>of() : Set.of("CUSTOM_STORAGE_POOL_" + pool.toUpperCase());
    var bare =
        new HostRow(
            plain.id(),
            1,
            new Resources(8, 8192, total),
            Resources.NONE,
            new Resources(0, 0, claimed),
            1,
            1,
            1,
            zone,
            Map.of(),
            enabled,
            "",
            up,
            0,
            0,
            Map.of());
    var detail =
        new io.troupe.actors.scheduler.HostDetail(
            null, traits, null, null, 0, null, null, null, null, 1, claimed / 2);
    return bare.with(detail);
  }

  private static VolumeRequest request(long gib) {
    return new VolumeRequest("v", gib, Optional.empty(), Set.of());
  }

  private static VolumeDecision decide(
      List<HostRow> hosts, VolumeRequest request, PoolSettings settings) {
    return VolumeScheduling.decide(StoragePools.of(hosts.stream(), settings), request, settings, 7);
  }

  private static List<String> order(VolumeDecision decision) {
    return ((VolumeDecision.Placed) decision)
        .candidates().stream().map(PoolCandidate::pool).toList();
  }

  private static String refusal(VolumeDecision decision) {
    return ((VolumeDecision.NoValidBackend) decision).explanation().message();
  }

  private static PoolSettings capacities(Map<String, PoolCapacity> capacities) {
    return new PoolSettings(0, true, 1, 1, 0, capacities);
  }

  @Nested
  class Filters {
    @Test
    void theLastGibFitsAndOneMoreDoesNot() {
      var hosts = List.of(host("a", "nova", 100, 90, ""));

      assertThat(order(decide(hosts, request(10), DEFAULT))).containsExactly("a");
      assertThat(refusal(decide(hosts, request(11), DEFAULT)))
          .isEqualTo(
              "No valid backend was found. 1 pool considered; CapacityFilter refused 1 (nearest"
                  + " miss a: capacity 11 GiB asked, 10 GiB free)");
    }

    @Test
    void whatIsReservedIsOfTheRealCapacityAndTheRatioOfThinOnesAlone() {
      var hosts = List.of(host("a", "nova", 100, 90, ""));
      var thin = new PoolSettings(10, true, 2, 1, 0, Map.of());
      var thick = new PoolSettings(10, false, 2, 1, 0, Map.of());

      assertThat(order(decide(hosts, request(100), thin))).hasSize(1); // 200 - 10 - 90
      assertThat(refusal(decide(hosts, request(101), thin))).contains("100 GiB free");
      assertThat(refusal(decide(hosts, request(1), thick))).contains("0 GiB free");
    }

    @Test
    void hostsOfAPoolCountTogether() {
      var hosts = List.of(host("a", "nova", 100, 60, "nfs"), host("b", "nova", 100, 30, "nfs"));

      assertThat(decide(hosts, request(10), DEFAULT))
          .isEqualTo(
              new VolumeDecision.Placed(List.of(new PoolCandidate("nfs", new HostId("b"), 0))));
      assertThat(refusal(decide(hosts, request(11), DEFAULT)))
          .contains("1 pool considered", "nfs: capacity 11 GiB asked, 10 GiB free");
    }

    @Test
    void infiniteAndUnknownAreTriedAndLast() {
      var hosts =
          List.of(
              host("a", "nova", 0, 0, ""),
              host("b", "nova", 0, 0, ""),
              host("c", "nova", 50, 0, ""));
      var settings =
          capacities(Map.of("a", new PoolCapacity.Infinite(), "b", new PoolCapacity.Unknown()));

      assertThat(order(decide(hosts, request(1_000_000), settings)))
          .containsExactlyInAnyOrder("a", "b");
      assertThat(order(decide(hosts, request(10), settings)).getFirst())
          .as("a known one ties with them when it is alone, and is drawn")
          .isIn("a", "b", "c");
      var more = new ArrayList<>(hosts);
      more.add(host("d", "nova", 80, 0, ""));
      assertThat(order(decide(more, request(10), settings)).getFirst()).isEqualTo("d");
    }

    @Test
    void aPoolWithoutAHostInServiceOrInTheZoneIsRefused() {
      var hosts =
          List.of(
              host("a", "east", 100, 0, "", true, false),
              host("b", "west", 100, 0, "", false, true),
              host("c", "west", 100, 0, ""));

      assertThat(order(decide(hosts, request(1), DEFAULT))).containsExactly("c");
      var east = new VolumeRequest("v", 1, Optional.of("east"), Set.of());
      assertThat(refusal(decide(hosts, east, DEFAULT)))
          .contains(
              "ServiceFilter refused 2 (nearest miss a: state enabled and up asked, down found)",
              "AvailabilityZoneFilter refused 1 (nearest miss c: availability zone east asked, west"
                  + " found)");
    }

    @Test
    void whoeverHasRefusedIsNotAskedAgain() {
      var hosts = List.of(host("a", "nova", 100, 0, "nfs"), host("b", "nova", 100, 5, "nfs"));
      var again = new VolumeRequest("v", 1, Optional.empty(), Set.of(new HostId("a")));
      var never =
          new VolumeRequest("v", 1, Optional.empty(), Set.of(new HostId("a"), new HostId("b")));

      assertThat(((VolumeDecision.Placed) decide(hosts, again, DEFAULT)).candidates())
          .extracting(PoolCandidate::host)
          .containsExactly(new HostId("b"));
      assertThat(refusal(decide(hosts, never, DEFAULT))).contains("RetryFilter refused 1");
    }
  }

  @Nested
  class Weighers {
    private final List<HostRow> hosts =
        List.of(
            host("a", "nova", 100, 50, ""),
            host("b", "nova", 100, 20, ""),
            host("c", "nova", 100, 80, ""));

    @Test
    void theSignSpreadsOrFills() {
      var fill = new PoolSettings(0, true, 1, -1, 0, Map.of());

      assertThat(order(decide(hosts, request(1), DEFAULT))).containsExactly("b", "a", "c");
      assertThat(order(decide(hosts, request(1), fill))).containsExactly("c", "a", "b");
    }

    @Test
    void fewestGibOfVolumesFirst() {
      var fewest = new PoolSettings(0, true, 1, 0, -1, Map.of());

      assertThat(order(decide(hosts, request(1), fewest))).containsExactly("b", "a", "c");
    }
  }

  // ---- straight from the definitions

  private record Expected(
      List<String> passed, Map<String, String> refused, Map<String, Double> weights) {}

  private static Expected reference(
      List<HostRow> hosts, VolumeRequest request, PoolSettings settings) {
    var byPool = new TreeMap<String, List<HostRow>>();
    for (HostRow host : hosts) {
      var pool = new TreeSet<String>();
      for (String trait : host.detail().traits()) {
        pool.add(trait.replace("CUSTOM_STORAGE_POOL_", "").toLowerCase());
      }
      byPool
          .computeIfAbsent(
              pool.isEmpty() ? host.id().value() : pool.first(), _ -> new ArrayList<>())
          .add(host);
    }
    var refused = new TreeMap<String, String>();
    var free = new TreeMap<String, Double>();
    var allocated = new TreeMap<String, Double>();
    byPool.forEach(
        (name, members) -> {
          var open = members.stream().filter(host -> host.enabled() && host.up()).toList();
          var zoned =
              open.stream()
                  .filter(
                      host ->
                          request.availabilityZone().isEmpty()
                              || request.availabilityZone().get().equals(host.availabilityZone()))
                  .toList();
          double total = 0;
          double promised = 0;
          double volumes = 0;
          for (HostRow host : members) {
            total = Math.max(total, host.total().diskGib());
            promised += host.claimed().diskGib();
            volumes += host.detail().volumesGib();
          }
          double left;
          switch (settings.capacities().get(name)) {
            case PoolCapacity.Infinite() -> left = Double.NaN;
            case PoolCapacity.Unknown() -> left = Double.NaN;
            case PoolCapacity.Gib(var amount) -> left = left(amount, promised, settings);
            case null -> left = left(total, promised, settings);
          }
          if (open.isEmpty()) {
            refused.put(name, "ServiceFilter");
          } else if (zoned.isEmpty()) {
            refused.put(name, "AvailabilityZoneFilter");
          } else if (zoned.stream().allMatch(host -> request.tried().contains(host.id()))) {
            refused.put(name, "RetryFilter");
          } else if (left < request.gib()) {
            refused.put(
                name,
                "CapacityFilter, capacity %d GiB asked, %d GiB free"
                    .formatted(request.gib(), (long) left));
          } else {
            free.put(name, left);
            allocated.put(name, volumes);
          }
        });
    var weights = new HashMap<String, Double>();
    for (String name : free.keySet()) {
      weights.put(
          name,
          0.0 // never minus zero
              + scaled(free, name, settings.capacityMultiplier())
              + scaled(allocated, name, settings.allocatedMultiplier()));
    }
    return new Expected(List.copyOf(free.keySet()), refused, weights);
  }

  private static double left(double total, double promised, PoolSettings settings) {
    double virtual = settings.thin() ? total * settings.maxOverSubscription() : total;
    return Math.floor(virtual) - Math.floor(total * settings.reservedPercent() / 100) - promised;
  }

  /** What is not known is the worst that is. */
  private static double scaled(Map<String, Double> values, String name, double multiplier) {
    var known = values.values().stream().filter(value -> !value.isNaN()).toList();
    if (known.isEmpty()) {
      return 0;
    }
    double least = known.stream().mapToDouble(value -> value).min().orElseThrow();
    double most = known.stream().mapToDouble(value -> value).max().orElseThrow();
    if (values.get(name).isNaN()) {
      return multiplier > 0 ? 0 : multiplier;
    }
    return most == least ? 0 : multiplier * (values.get(name) - least) / (most - least);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void engineEqualsReference(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      var hosts = new ArrayList<HostRow>();
      int count = 1 + random.nextInt(8);
      for (int i = 0; i < count; i++) {
        hosts.add(
            host(
                "h" + i,
                random.nextBoolean() ? "east" : "west",
                random.nextInt(5) == 0 ? 0 : 10 * random.nextInt(12),
                random.nextInt(60),
                random.nextInt(3) == 0 ? "p" + random.nextInt(2) : "",
                random.nextInt(6) > 0,
                random.nextInt(6) > 0));
      }
      var capacities = new HashMap<String, PoolCapacity>();
      for (String name : List.of("p0", "h1", "h2")) {
        switch (random.nextInt(6)) {
          case 0 -> capacities.put(name, new PoolCapacity.Infinite());
          case 1 -> capacities.put(name, new PoolCapacity.Unknown());
          case 2 -> capacities.put(name, new PoolCapacity.Gib(random.nextInt(200)));
          default -> {}
        }
      }
      var settings =
          new PoolSettings(
              random.nextInt(3) * 10,
              random.nextBoolean(),
              0.5 + random.nextInt(6) / 2.0,
              random.nextInt(5) - 2,
              random.nextInt(3) - 1,
              capacities);
      var tried = new TreeSet<>(java.util.Comparator.comparing(HostId::value));
      hosts.stream().filter(_ -> random.nextInt(4) == 0).forEach(host -> tried.add(host.id()));
      var request =
          new VolumeRequest(
              "v",
              1 + random.nextInt(60),
              random.nextInt(3) == 0 ? Optional.of("east") : Optional.empty(),
              tried);
      var expected = reference(hosts, request, settings);

      var decision =
          VolumeScheduling.decide(
              StoragePools.of(hosts.stream(), settings), request, settings, random.nextLong());

      switch (decision) {
        case VolumeDecision.Placed(var candidates) -> {
          var best = new ArrayList<>(expected.weights().values());
          best.sort((one, other) -> Double.compare(other, one));
          assertThat(candidates).hasSize(Math.min(3, expected.passed().size()));
          for (int i = 0; i < candidates.size(); i++) {
            var one = candidates.get(i);
            assertThat(expected.passed()).contains(one.pool());
            assertThat(one.weight()).isEqualTo(expected.weights().get(one.pool()));
            assertThat(one.weight()).as("the best first").isEqualTo(best.get(i));
            assertThat(tried).doesNotContain(one.host());
          }
        }
        case VolumeDecision.NoValidBackend(var why) -> {
          assertThat(expected.passed()).isEmpty();
          var told = new TreeMap<String, String>();
          why.refusals()
              .forEach(
                  refusal ->
                      told.put(
                          refusal.pool(),
                          refusal.filter()
                              + (refusal.why() instanceof Verdict.Short
                                  ? ", " + refusal.why().text()
                                  : "")));
          assertThat(told).isEqualTo(expected.refused());
          assertThat(Arrays.asList(why.considered())).containsExactly(told.size());
        }
      }
    }
  }
}
