package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilterNameTest {
  @Test
  void everyFilterIsFoundByItsName() {
    for (FilterName name : FilterName.values()) {
      assertThat(FilterName.of(name.word())).isEqualTo(name);
    }
  }

  @Test
  void unknownOnesAreOneLineThatNamesTheSettingAndTheChoice() {
    assertThatThrownBy(() -> FilterName.of("MagicFilter"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "scheduler enabled-filters: there is no filter MagicFilter; known are AllHostsFilter, ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theDefaultOfTheFileIsTheDefaultOfTheCode() {
    List<String> names =
        ConfigFactory.parseResources("reference-troupe.conf")
            .getStringList("troupe.scheduler.enabled-filters");

    assertThat(names.stream().map(FilterName::of))
        .containsExactlyInAnyOrderElementsOf(FilterName.DEFAULT);
  }
}
