package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulerPolicyTest {
  private static SchedulerSettings under(SchedulerPolicy policy) {
    return SchedulerSettings.DEFAULT.withPolicy(policy).effective();
  }

  @Test
  void filterIsWhatIsConfigured() {
    assertThat(SchedulerSettings.DEFAULT.effective()).isSameAs(SchedulerSettings.DEFAULT);
    assertThat(under(SchedulerPolicy.FILTER)).isEqualTo(SchedulerSettings.DEFAULT);
  }

  @Test
  void theOthersHaveFiltersAndWeighersOfTheirOwn() {
    assertThat(under(SchedulerPolicy.CHANCE).enabledWeighers()).isEmpty();
    assertThat(under(SchedulerPolicy.CHANCE).enabledFilters())
        .isEqualTo(Set.of(FilterName.COMPUTE));
    assertThat(under(SchedulerPolicy.SIMPLE).multiplier(WeigherName.VCPUS_USED)).isEqualTo(-1);
    assertThat(under(SchedulerPolicy.PACKING).multiplier(WeigherName.NUM_INSTANCES)).isEqualTo(1);
    assertThat(under(SchedulerPolicy.STRIPING).multiplier(WeigherName.NUM_INSTANCES)).isEqualTo(-1);
    assertThat(under(SchedulerPolicy.LOAD_AWARE).enabledWeighers())
        .isEqualTo(Set.of(WeigherName.CPU));
    assertThat(under(SchedulerPolicy.FIXED).enabledWeighers())
        .isEqualTo(Set.of(WeigherName.PRIORITY));
  }

  @Test
  void namesAreChecked() {
    assertThat(SchedulerPolicy.of("load-aware")).isEqualTo(SchedulerPolicy.LOAD_AWARE);
    assertThatThrownBy(() -> SchedulerPolicy.of("best")).hasMessageContaining("known are filter");
    assertThatThrownBy(() -> WeigherName.of("best")).hasMessageContaining("known are RAMWeigher");
  }
}
