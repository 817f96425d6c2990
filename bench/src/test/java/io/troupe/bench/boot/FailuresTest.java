package io.troupe.bench.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailuresTest {
  private final Failures failures = new Failures();

  @Test
  void reasonsThatDifferByIdOrNumberAreOne() {
    failures.add("ERROR", "host-3 refused 0b7a3a70-9d0e-4f6e-8a0e-1f2d3c4b5a69: 12 of 20 used");
    failures.add("ERROR", "host-3 refused 11111111-9d0e-4f6e-8a0e-1f2d3c4b5a69: 13 of 20 used");

    assertThat(failures.byReason())
        .containsExactly(java.util.Map.entry("ERROR: host-<n> refused <id>: <n> of <n> used", 2));
  }

  @Test
  void statusAndAddressesStay() {
    failures.add("POST /servers", "403 no");
    failures.add("boot", "Connect to http://127.0.0.1:8774 failed");

    assertThat(failures.byReason())
        .containsOnlyKeys("POST /servers: 403 no", "boot: Connect to http://127.0.0.1:8774 failed");
  }

  @Test
  void tooManyDifferentReasonsDoNotGrowForEver() {
    for (char a = 'a'; a <= 'z'; a++) {
      for (char b = 'a'; b <= 'z'; b++) {
        failures.add("x", "" + a + b);
      }
    }

    assertThat(failures.byReason()).hasSizeLessThanOrEqualTo(51).containsKey("other");
    assertThat(failures.total()).isEqualTo(26 * 26);
  }
}
