package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private final HostTable table = new HostTable();

  private Capacity of(RequestSpec request, int most) {
    return Capacity.of(table, request, SchedulerSettings.DEFAULT, most, 1);
  }

  @Test
  void countsUntilTheLastFitsAndSaysWhatEndsIt() {
    table.put(HostDraft.named("a").row());
    table.put(HostDraft.named("b").claimed(6, 0, 0).row());
    table.put(HostDraft.named("off").down().row());
    RequestSpec request = RequestDraft.any().spec();
    var before = table.row(new HostId("a"));

    Capacity capacity = of(request, 100);

    assertThat(capacity.fits()).isEqualTo(10);
    assertThat(capacity.byHost()).isEqualTo(Map.of(new HostId("a"), 8, new HostId("b"), 2));
    assertThat(capacity.end().orElseThrow().message())
        .contains("ComputeFilter removed 1", "VcpuFilter removed 1", "RamFilter removed 1");
    assertThat(table.row(new HostId("a"))).as("all taken back").isEqualTo(before);
    assertThat(of(request, 100)).isEqualTo(capacity);
  }

  @Test
  void stopsWhereItIsTold() {
    table.put(HostDraft.named("a").row());

    Capacity capacity = of(RequestDraft.any().spec(), 3);

    assertThat(capacity.fits()).isEqualTo(3);
    assertThat(capacity.end()).isEmpty();
  }

  @Test
  void obeysGroupsToo() {
    List.of("a", "b", "c").forEach(name -> table.put(HostDraft.named(name).row()));

    assertThat(of(RequestDraft.any().group(GroupSpec.Policy.ANTI_AFFINITY, 2).spec(), 100).fits())
        .isEqualTo(6);
  }

  @Test
  void spreadKeepsZonesWithinTheSkew() {
    table.put(HostDraft.named("a").zone("east").row());
    table.put(HostDraft.named("b").zone("west").claimed(7, 0, 0).row());
    RequestSpec member = RequestDraft.any().group(GroupSpec.Policy.SOFT_AFFINITY, 1).spec();
    RequestSpec spread =
        new RequestSpec(
            member.instance(),
            member.project(),
            member.resources(),
            member.availabilityZone(),
            member.forcedHost(),
            Set.of(),
            member.group(),
            Map.of("spread", List.of("zone=2")),
            Map.of(),
            Map.of(),
            3);

    Capacity capacity = of(spread, 100);

    assertThat(capacity.byHost()).isEqualTo(Map.of(new HostId("a"), 3, new HostId("b"), 1));
    assertThat(capacity.end().orElseThrow().message())
        .contains("SpreadFilter removed 1 (nearest miss a: places in zone east 1 asked, 0 free)");
  }
}
