package io.troupe.actors.scheduler.weigher;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostDetail;
import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.Machine;
import io.troupe.actors.scheduler.RequestDraft;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WeighersTest {
  private static final HostDraft HOST = HostDraft.named("a");

  private static int raw(HostWeigher weigher, RequestDraft request, HostDraft host) {
    return weigher.raw(request.spec(), host.row());
  }

  private static int raw(HostWeigher weigher, HostDraft host) {
    return raw(weigher, RequestDraft.any(), host);
  }

  @Test
  void ramAndDiskAreTheMachinesOwnWhateverTheRatio() {
    HostDraft host = HOST.reserved(0, 192, 5).claimed(0, 1000, 15).ratio(4);

    assertThat(raw(new RamWeigher(), host)).isEqualTo(7000);
    assertThat(raw(new DiskWeigher(), host)).isEqualTo(80);
  }

  @Test
  void cpuCountsTheRatioInThousandths() {
    assertThat(raw(new CpuWeigher(), HOST.reserved(1, 0, 0).claimed(2, 0, 0).ratio(1.3)))
        .isEqualTo(7400);
  }

  @Test
  void loadBelowZeroWeighsLikeNone() {
    HostDraft over = HOST.claimed(0, 9000, 0);

    assertThat(raw(new RamWeigher(), over)).isEqualTo(-808);
    assertThat(new RamWeigher().floored(RequestDraft.any().spec(), over.row())).isZero();
  }

  @Test
  void ioOpsAreBadByDefault() {
    assertThat(raw(new IoOpsWeigher(), HOST.ioOps(3))).isEqualTo(3);
    assertThat(new IoOpsWeigher().multiplier(SchedulerSettings.DEFAULT)).isEqualTo(-1.0);
  }

  @Test
  void newerHypervisorsAreBetterAndInstancesDoNotMatterByDefault() {
    HostDraft host = HOST.machine(new Machine("QEMU", 10_002_001, "x86_64", "kvm"), "");

    assertThat(raw(new HypervisorVersionWeigher(), host)).isEqualTo(10_002_001);
    assertThat(new HypervisorVersionWeigher().multiplier(SchedulerSettings.DEFAULT)).isEqualTo(1);
    assertThat(raw(new NumInstancesWeigher(), HOST)).isZero();
    assertThat(new NumInstancesWeigher().multiplier(SchedulerSettings.DEFAULT)).isZero();
  }

  @Test
  void softGroupsCountMembersOnTheHost() {
    HostDraft host = HOST.members(Map.of("g", 2, "other", 5));
    RequestDraft together = RequestDraft.any().group(GroupSpec.Policy.SOFT_AFFINITY, 1);
    RequestDraft apart = RequestDraft.any().group(GroupSpec.Policy.SOFT_ANTI_AFFINITY, 1);

    assertThat(raw(new SoftAffinityWeigher(), together, host)).isEqualTo(2);
    assertThat(raw(new SoftAntiAffinityWeigher(), apart, host)).isEqualTo(-2);
    assertThat(list(together))
        .contains(new SoftAffinityWeigher())
        .hasSize(WeigherList.LOAD.size() + 1);
    assertThat(list(apart))
        .contains(new SoftAntiAffinityWeigher())
        .hasSize(WeigherList.LOAD.size() + 1);
    assertThat(list(RequestDraft.any())).isEqualTo(WeigherList.LOAD);
  }

  private static List<HostWeigher> list(RequestDraft request) {
    return WeigherList.of(request.spec(), SchedulerSettings.DEFAULT);
  }

  @Test
  void onlyEnabledWeighersAreAsked() {
    var few = SchedulerSettings.DEFAULT.withWeighers(Set.of(WeigherName.CPU, WeigherName.PRIORITY));

    assertThat(WeigherList.of(RequestDraft.any().spec(), few))
        .containsExactly(new CpuWeigher(), new PriorityWeigher());
  }

  @Test
  void buildFailuresCountNegativeAlsoUnderAnAggregatesMultiplier() {
    var metadata = Map.of("build_failure_weight_multiplier", Set.of("3"));
    var weigher = new BuildFailureWeigher();
    var failing = HOST.detail(HostDetail.NONE.withFailedBuilds(4)).row();

    assertThat(weigher.raw(failing)).isEqualTo(4);
    assertThat(weigher.multiplier(SchedulerSettings.DEFAULT)).isEqualTo(-1_000_000);
    assertThat(
            Scale.multiplier(
                weigher, SchedulerSettings.DEFAULT, HOST.aggregates(metadata).row().hostClass()))
        .isEqualTo(-3);
  }

  @Test
  void scaleRunsFromLowToHigh() {
    var scale = new Scale(-4, 4);

    assertThat(scale.normalised(-4)).isZero();
    assertThat(scale.normalised(2)).isEqualTo(0.75);
    assertThat(scale.normalised(4)).isEqualTo(1);
    assertThat(2 * 8 * new Scale(0, 8).perUnit(-0.5)).isEqualTo(-1);
  }

  @Test
  void scaleOfEqualsWeighsNothing() {
    assertThat(new Scale(7, 7).normalised(7)).isZero();
    assertThat(new Scale(7, 7).perUnit(5)).isZero();
  }

  @Test
  void lowestMultiplierOfTheAggregatesReplacesTheConfiguredOne() {
    assertThat(multiplier("3.5", "-2")).isEqualTo(-2);
    assertThat(multiplier("4,3")).isEqualTo(3);
    assertThat(multiplier()).isEqualTo(1);
    assertThat(multiplier("3", "much")).isEqualTo(1);
    assertThat(multiplier("NaN")).isEqualTo(1);
  }

  private static double multiplier(String... values) {
    var metadata = Map.of("ram_weight_multiplier", Set.of(values), "unrelated", Set.of("9"));
    return Scale.multiplier(
        new RamWeigher(), SchedulerSettings.DEFAULT, HOST.aggregates(metadata).row().hostClass());
  }
}
