package io.troupe.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.UniqueAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndedMembersTest {
  /** Two of two cannot tell a firewall from an end; nor can half of four. */
  @ParameterizedTest(name = "{1} of {0} gone")
  @CsvSource({
    "1, 0, true",
    "2, 1, false",
    "3, 1, true",
    "3, 2, false",
    "4, 1, true",
    "4, 2, false",
    "5, 2, true",
    "5, 3, false"
  })
  void onlyAMajorityPutsOut(int counted, int gone, boolean may) {
    assertThat(EndedMembers.isMajority(members(0, counted), members(0, gone))).isEqualTo(may);
  }

  /** A node that only joins is no voter: its end takes nothing from the majority. */
  @ParameterizedTest
  @CsvSource({"3, 1, true", "2, 2, true"})
  void thoseThatDoNotCountTakeNothingAway(int counted, int others, boolean may) {
    assertThat(EndedMembers.isMajority(members(0, counted), members(counted, others)))
        .isEqualTo(may);
  }

  private static Set<UniqueAddress> members(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(
            i -> UniqueAddress.apply(new Address("pekko", "troupe", "127.0.0.1", 2551 + i), 7L + i))
        .collect(Collectors.toSet());
  }
}
