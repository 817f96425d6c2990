package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkSettingsTest {
  private static NetworkSettings read(String more) {
    var reference = ConfigFactory.parseResources("reference-troupe.conf");
    return Settings.of(ConfigFactory.load(ConfigFactory.parseString(more).withFallback(reference)))
        .network();
  }

  @Test
  void isReadFromTheFile() {
    assertThat(read("")).isEqualTo(NetworkSettings.DEFAULT);
    assertThat(read("troupe.network.mac-prefix = \"FA:16\"").macPrefix()).isEqualTo("fa:16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "0g", "02:", "02-4f", "02:4f:11", "01", "ff:16"})
  void whatIsNoPrefixOfACardIsNamed(String prefix) {
    assertThatThrownBy(() -> new NetworkSettings(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network.mac-prefix");
  }
}
