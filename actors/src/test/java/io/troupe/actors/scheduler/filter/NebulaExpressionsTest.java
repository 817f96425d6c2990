package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.HostRow;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NebulaExpressionsTest {
  /** 8 vCPUs and 8192 MiB, half of them claimed. */
  private static final HostRow HOST =
      HostDraft.named("kvm-17")
          .claimed(4, 4096, 10)
          .zone("east")
          .aggregates(
              Map.of("RACK", Set.of("r7"), "TAGS", Set.of("ssd,gpu"), "PRIORITY", Set.of("5")))
          .residents(Set.of(Examples.instance(1)), Map.of())
          .row();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "FREE_CPU > 399; true",
        "FREE_CPU > 400; false",
        "FREE_MEMORY = 4194304; true",
        "NAME = kvm-17; false", // a dash needs quotes
        "NAME = \"kvm-17\"; true",
        "NAME = \"kvm-*\"; true",
        "NAME = \"kvm-?\"; false",
        "NAME != \"kvm-*\"; false",
        "RACK = r7 & CLUSTER = \"east\"; true",
        "RACK = r8 | CLUSTER = 'east'; true",
        "!(RACK = r8); true",
        "!RACK = r7; false",
        "RACK = r7 | RACK = r7 & RACK = r8; false", // from the left
        "RACK = r7 | (RACK = r7 & RACK = r8); true",
        "TAGS @> gpu; true",
        "TAGS @> gp; false",
        "UNHEARD = 1; false",
        "UNHEARD != 1; false",
        "CURRENT_VMS = \"00000000-0000-5eed-0000-000000000001\"; true",
        "CURRENT_VMS != \"00000000-0000-5eed-0000-000000000001\"; false",
        "PRIORITY > -3; true"
      })
  void requirementsHoldAsInOpenNebula(String text, boolean expected) {
    assertThat(Requirements.read(text).filter(asked -> asked.hold(HOST)).isPresent())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREE_CPU",
        "FREE_CPU >",
        "FREE_CPU > 1 &",
        "(FREE_CPU > 1",
        "1 = 1",
        "A = \"b",
        "A ~ 1",
        "A = 1)"
      })
  void otherTextsAreNoRequirements(String text) {
    assertThat(Requirements.read(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "FREE_CPU, 400",
    "FREE_CPU - USED_CPU * 2 + 1, -399",
    "(FREE_CPU - 100) / 2, 150",
    "-RUNNING_VMS, 0",
    "- - 3, 3",
    "UNHEARD + 2.5, 2.5",
    "RACK * 2, 0",
    "1 / 0, 0",
    "PRIORITY * 10, 50"
  })
  void ranksAreComputed(String text, double expected) {
    assertThat(Rank.read(text).orElseThrow().of(HOST) + 0.0).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "1 +", "(1", "1 2", "A = 1", "\"a\""})
  void otherTextsAreNoRanks(String text) {
    assertThat(Rank.read(text)).isEmpty();
  }
}
