package io.troupe.actors.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Instances that are resized where they are, confirmed and reverted, on a host whose resource
 * classes are scarce: nothing is held twice, nothing is forgotten, and the way back is always open.
 */
class ResizeInPlaceTest {
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 16.0, 1.0, 1.0, 0, 0, 0, "zone-1");
  private static final List<Provider> PROVIDERS =
      List.of(
          new Provider("", Set.of(), Map.of("CUSTOM_LICENCE", Stock.of(6))),
          new Provider("card-a", Set.of(), Map.of("CUSTOM_FPGA", Stock.of(2))),
          new Provider("card-b", Set.of("CUSTOM_BIG"), Map.of("CUSTOM_FPGA", Stock.of(2))));

  private static final Map<String, Map<String, String>> FLAVORS =
      Map.of(
          "plain", Map.of(),
          "one", Map.of("resources:CUSTOM_FPGA", "1"),
          "two", Map.of("resources1:CUSTOM_FPGA", "2"),
          "big", Map.of("resources1:CUSTOM_FPGA", "1", "trait1:CUSTOM_BIG", "required"),
          "licence", Map.of("resources:CUSTOM_LICENCE", "2"),
          "both", Map.of("resources:CUSTOM_LICENCE", "3", "resources1:CUSTOM_FPGA", "1"));

  /** What an instance was told that it has. */
  private record Told(
      String flavor, Optional<String> former, Map<String, Map<String, Long>> held) {}

  private final Map<InstanceId, Told> told = new HashMap<>();
  private HostState state =
      HostState.UNKNOWN
          .evolve(
              new HostEvent.Discovered(
                  new ConnectionId("c"), Examples.inventory(Examples.H1, 64, 64_000, 1_000)))
          .evolve(new HostEvent.Equipped(new Equipment(Set.of(), PROVIDERS)));
  private long generation;

  private HostRow row() {
    return state.row(
        Examples.H1,
        0,
        new HostState.Surroundings("zone-1", Map.of(), true, "", true),
        0,
        SETTINGS);
  }

  private static RequestSpec spec(InstanceId instance, String flavor) {
    return new RequestSpec(
        instance,
        Examples.PROJECT,
        new Resources(1, 16, 1),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        FLAVORS.get(flavor),
        Map.of(),
        3,
        new RequestDetail(Optional.of(flavor), Optional.empty(), Optional.empty(), Set.of()));
  }

  private boolean claims(InstanceId instance, String flavor) {
    generation++;
    var spec = spec(instance, flavor);
    var gives =
        state
                .claim(instance)
                .filter(has -> has.isMoreThan(spec.resources(), generation))
                .isPresent()
            && !state.needsAnotherPlace(spec); // as the host's actor sees it
    if (!gives && state.refusal(spec, generation, row()).isPresent()) {
      return false;
    }
    state = state.evolve(new HostEvent.Claimed(state.claimOf(spec, generation, row())));
    var again = state.claimOf(spec, generation, row());
    assertThat(again).as("asked once more").isEqualTo(state.claim(instance).orElseThrow());
    return true;
  }

  private Map<String, Map<String, Long>> resources(InstanceId instance) {
    return state.claim(instance).orElseThrow().holding().resources();
  }

  private void boot(InstanceId instance, String flavor) {
    if (claims(instance, flavor)) {
      told.put(instance, new Told(flavor, Optional.empty(), resources(instance)));
    }
  }

  private void resize(InstanceId instance, String flavor) {
    var has = told.get(instance);
    if (has.former().isEmpty() && !has.flavor().equals(flavor) && claims(instance, flavor)) {
      told.put(instance, new Told(flavor, Optional.of(has.flavor()), has.held()));
    }
  }

  private void settle(InstanceId instance, boolean stays) {
    var has = told.get(instance);
    if (has.former().isEmpty()) {
      return;
    }
    var flavor = stays ? has.flavor() : has.former().get();
    var resized = resources(instance);
    assertThat(claims(instance, flavor)).as("what it holds is not refused").isTrue();
    var holding = state.claim(instance).orElseThrow().holding();
    assertThat(holding.held()).isEqualTo(stays ? resized : has.held());
    told.put(instance, new Told(flavor, Optional.empty(), holding.resources()));
  }

  private void release(InstanceId instance) {
    state = state.evolve(new HostEvent.Released(instance));
    told.remove(instance);
  }

  private void isCounted() {
    var sum = new HashMap<String, Map<String, Long>>();
    for (Claim claim : state.claims()) {
      claim
          .holding()
          .held()
          .forEach(
              (provider, amounts) ->
                  amounts.forEach(
                      (resourceClass, amount) ->
                          sum.computeIfAbsent(provider, _ -> new HashMap<>())
                              .merge(resourceClass, amount, Long::sum)));
    }
    assertThat(row().detail().used()).isEqualTo(sum);
    for (Provider provider : PROVIDERS) {
      sum.getOrDefault(provider.name(), Map.of())
          .forEach(
              (resourceClass, amount) ->
                  assertThat(amount)
                      .as(provider.name() + " " + resourceClass)
                      .isLessThanOrEqualTo(provider.stocks().get(resourceClass).total()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingIsHeldTwiceOrForgotten(long seed) {
    var random = new Random(seed);
    var flavors = new ArrayList<>(FLAVORS.keySet().stream().sorted().toList());
    for (int step = 0; step < 2_000; step++) {
      var instance = Examples.instance(1 + random.nextInt(7));
      var flavor = flavors.get(random.nextInt(flavors.size()));
      if (!told.containsKey(instance)) {
        boot(instance, flavor);
      } else {
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> resize(instance, flavor);
          case 3 -> settle(instance, true);
          case 4 -> settle(instance, false);
          default -> release(instance);
        }
      }
      isCounted();
    }
    for (InstanceId instance : List.copyOf(told.keySet())) {
      release(instance);
    }
    assertThat(row().detail().used()).isEmpty();
  }
}
