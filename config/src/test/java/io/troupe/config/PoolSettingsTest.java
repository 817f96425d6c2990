package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolSettingsTest {
  private static Settings read(String more) {
    var reference = ConfigFactory.parseResources("reference-troupe.conf");
    return Settings.of(ConfigFactory.load(ConfigFactory.parseString(more).withFallback(reference)));
  }

  @Test
  void theDefaultOfTheFileIsTheDefaultOfTheCode() {
    assertThat(read("").volumes()).isEqualTo(VolumeSettings.DEFAULT);
  }

  @Test
  void volumesMayTakeAsMuchAsGuestsUnlessTheFileSaysOtherwise() {
    var more = read("troupe.fleet.disk-allocation-ratio = 2.5");

    assertThat(more.volumes().pools().maxOverSubscription()).isEqualTo(2.5);
    assertThat(more.fleet().pools()).isEqualTo(more.volumes().pools());
    assertThat(more.scheduler().pools()).isEqualTo(more.volumes().pools());
    assertThat(
            read("troupe.volumes.pools.max-over-subscription-ratio = 20")
                .volumes()
                .pools()
                .maxOverSubscription())
        .isEqualTo(20);
  }

  @Test
  void capacitiesAreNumbersOrWords() {
    var pools =
        read("troupe.volumes.pools.capacities = [\"san=500\", \"nfs = infinite\", \"h1=unknown\"]")
            .volumes()
            .pools();

    assertThat(pools.capacities())
        .isEqualTo(
            Map.of(
                "san",
                new PoolCapacity.Gib(500),
                "nfs",
                new PoolCapacity.Infinite(),
                "h1",
                new PoolCapacity.Unknown()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pools.reserved-percentage = 101",
        "pools.reserved-percentage = -1",
        "pools.max-over-subscription-ratio = 0",
        "pools.capacities = [\"san\"]",
        "pools.capacities = [\"san=much\"]",
        "pools.capacities = [\"=5\"]",
        "placement = \"later\""
      })
  void whatIsNotPossibleIsRefused(String setting) {
    assertThatThrownBy(() -> read("troupe.volumes." + setting))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("\n");
  }
}
