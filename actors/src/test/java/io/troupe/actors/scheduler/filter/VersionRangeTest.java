package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionRangeTest {
  @ParameterizedTest(name = "{0} in {1}: {2}")
  @CsvSource({
    "6001000, '>=6.0,<6.2', true",
    "6002000, '>=6.0,<6.2', false",
    "6000000, '>= 6', true",
    "6000001, '==6.0.1', true",
    "6000001, '!=6.0.1', false",
    "6000001, '<=6.0', false",
    "6000001, '>6.0', true",
    "6000001, '6.0', false",
    "6000001, '>=6.0,', false"
  })
  void holdsWhenAllComparisonsDo(long version, String range, boolean holds) {
    assertThat(VersionRange.contains(range, version)).isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource({"8002003, 8.2.3", "10000000, 10.0.0"})
  void isWrittenWithDots(long version, String text) {
    assertThat(VersionRange.text(version)).isEqualTo(text);
  }
}
