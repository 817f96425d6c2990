package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.drivers.fake.FakeDriverProvider;
import java.net.URI;
import org.junit.jupiter.api.Test;

class DriverProvidersTest {
  private final DriverProviders providers = DriverProviders.onClassPath();

  @Test
  void findsTheProviderOfAScheme() {
    assertThat(providers.find(URI.create("fake://?hosts=3")).orElseThrow())
        .isInstanceOf(FakeDriverProvider.class);
    assertThat(providers.schemes()).contains("fake");
  }

  @Test
  void ignoresWhatStandsBehindAPlusAndTheCase() {
    assertThat(providers.find(URI.create("FAKE+ssh://somewhere/")).orElseThrow())
        .isInstanceOf(FakeDriverProvider.class);
  }

  @Test
  void hasNoneForOtherSchemes() {
    assertThat(providers.find(URI.create("http://localhost/"))).isEmpty();
    assertThat(providers.find(URI.create("no-scheme"))).isEmpty();
  }
}
