package io.troupe.actors.scheduler.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllotmentTest {
  private static Provider provider(String name, Map<String, Long> totals, String... traits) {
    var stocks = new HashMap<String, Stock>();
    totals.forEach((resourceClass, total) -> stocks.put(resourceClass, Stock.of(total)));
    return new Provider(name, Set.of(traits), stocks);
  }

  private static String allot(Map<String, String> specs, Provider... providers) {
    return allot(specs, Map.of(), providers);
  }

  private static String allot(
      Map<String, String> specs, Map<String, Map<String, Long>> used, Provider... providers) {
    return switch (Allotment.of(Wants.of(specs, Map.of()), List.of(providers), used)) {
      case Allotment.Fits(var given) -> given.toString();
      case Allotment.Lacks(var why) -> why.text();
    };
  }

  @Test
  void nothingAskedFitsAnywhere() {
    assertThat(allot(Map.of("hw:cpu_policy", "shared"))).isEqualTo("{}");
  }

  @Test
  void aClassComesFromOneProvider() {
    Provider host = provider("", Map.of("CUSTOM_A", 2L));
    Provider card = provider("card", Map.of("CUSTOM_A", 3L));

    assertThat(allot(Map.of("resources:CUSTOM_A", "3"), host, card))
        .isEqualTo("{card={CUSTOM_A=3}}");
    assertThat(allot(Map.of("resources:CUSTOM_A", "4"), host, card))
        .isEqualTo("CUSTOM_A 4 asked, 3 free");
    assertThat(allot(Map.of("resources:CUSTOM_A", "2"), Map.of("", Map.of("CUSTOM_A", 1L)), host))
        .isEqualTo("CUSTOM_A 2 asked, 1 free");
    assertThat(allot(Map.of("resources:CUSTOM_B", "1"), host))
        .isEqualTo("CUSTOM_B 1 asked, 0 free");
  }

  @Test
  void amountsComeInUnits() {
    var host = new Provider("", Set.of(), Map.of("CUSTOM_A", new Stock(8, 0, 2, 4, 2, 1)));

    assertThat(allot(Map.of("resources:CUSTOM_A", "4"), host)).isEqualTo("{={CUSTOM_A=4}}");
    assertThat(allot(Map.of("resources:CUSTOM_A", "3"), host))
        .isEqualTo("CUSTOM_A 3 asked, not to be had in that amount found");
    assertThat(allot(Map.of("resources:CUSTOM_A", "6"), host))
        .isEqualTo("CUSTOM_A 6 asked, not to be had in that amount found");
  }

  @Test
  void aGroupIsServedByOneProviderWithItsTraits() {
    Provider slow = provider("slow", Map.of("VGPU", 4L));
    Provider fast = provider("fast", Map.of("VGPU", 1L), "CUSTOM_FAST");
    var specs = Map.of("resources1:VGPU", "1", "trait1:CUSTOM_FAST", "required");

    assertThat(allot(specs, slow, fast)).isEqualTo("{fast={VGPU=1}}");
    assertThat(allot(specs, slow)).isEqualTo("providers for resource groups 1 asked, 0 free");
  }

  @Test
  void isolatedGroupsHaveProvidersOfTheirOwn() {
    Provider a = provider("a", Map.of("VGPU", 4L), "CUSTOM_FAST");
    Provider b = provider("b", Map.of("VGPU", 4L));
    var specs =
        new HashMap<>(
            Map.of(
                "resources1:VGPU", "1",
                "resources2:VGPU", "1",
                "trait2:CUSTOM_FAST", "required"));

    assertThat(allot(specs, a, b)).isEqualTo("{a={VGPU=2}}");
    specs.put("group_policy", "isolate");
    assertThat(allot(specs, a, b)).as("1 gives way").isEqualTo("{a={VGPU=1}, b={VGPU=1}}");
    assertThat(allot(specs, a))
        .isEqualTo("resource groups 1,2 together asked, each by itself only found");
  }

  @Test
  void eightDevicesInEightGroupsCostNoSearch() {
    var specs = new HashMap<String, String>(Map.of("group_policy", "isolate"));
    var providers = new ArrayList<Provider>(List.of(provider("", Map.of())));
    for (int i = 1; i <= 8; i++) {
      specs.put("resources" + i + ":CUSTOM_PCI", "1");
      specs.put("trait" + i + ":CUSTOM_ODD", i % 2 == 1 ? "required" : "forbidden");
      providers.add(
          i % 2 == 1
              ? provider("p" + i, Map.of("CUSTOM_PCI", 1L), "CUSTOM_ODD")
              : provider("p" + i, Map.of("CUSTOM_PCI", 1L)));
    }
    var wants = Wants.of(specs, Map.of());
    long begin = System.nanoTime();
    for (int host = 0; host < 1000; host++) {
      assertThat(Allotment.of(wants, providers, Map.of())).isInstanceOf(Allotment.Fits.class);
    }
    providers.removeLast();
    providers.add(provider("q", Map.of("CUSTOM_PCI", 1L), "CUSTOM_ODD"));
    for (int host = 0; host < 1000; host++) {
      assertThat(Allotment.of(wants, providers, Map.of())).isInstanceOf(Allotment.Lacks.class);
    }

    assertThat(System.nanoTime() - begin)
        .as("not exponential; the time itself is the benchmark's")
        .isLessThan(20_000_000_000L);
  }

  @Test
  void amountsOfTheMachineReplaceTheFlavorsOwn() {
    var flavor = new Resources(4, 4096, 40);

    assertThat(Wants.resources(flavor, Map.of("resources:VCPU", "0", "resources:MEMORY_MB", "64")))
        .isEqualTo(new Resources(0, 64, 40));
    assertThat(Wants.resources(flavor, Map.of("resources1:VCPU", "2", "resources2:DISK_GB", "1")))
        .isEqualTo(new Resources(6, 4096, 41));
    assertThat(Wants.resources(flavor, Map.of("resources:VCPU", "many"))).isEqualTo(flavor);
  }

  @Test
  void whatCannotBeReadIsNotAsked() {
    var wants =
        Wants.of(
            Map.of(
                "resources:CUSTOM_A", "-1",
                "resources:lower", "1",
                "trait:CUSTOM_B", "liked",
                "resources12", "3"),
            Map.of("trait:CUSTOM_C", "forbidden"));

    assertThat(wants.takes()).isFalse();
    assertThat(wants.plain().required()).isEmpty();
    assertThat(wants.plain().forbidden()).isEmpty();
  }
}
