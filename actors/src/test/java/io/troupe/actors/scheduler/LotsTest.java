package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.HostId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LotsTest {
  private static final HostId[] HOSTS =
      IntStream.range(0, 200).mapToObj(i -> new HostId("host-" + i)).toArray(HostId[]::new);

  @Test
  void drawsEveryHostAboutEquallyOften() {
    int[] first = new int[HOSTS.length];
    for (long seed = 0; seed < 100_000; seed++) {
      var lots = new Lots(seed);
      first[
          IntStream.range(0, HOSTS.length)
              .boxed()
              .min(Comparator.comparingLong(i -> lots.of(Lots.place(HOSTS[i]))))
              .orElseThrow()]++;
    }

    // 500 each if rows were equally full; with 200 hosts in 64 rows they are not
    assertThat(Arrays.stream(first).min().orElseThrow()).isGreaterThan(100);
    assertThat(Arrays.stream(first).max().orElseThrow()).isLessThan(2000);
  }

  @Test
  void knowsTheLeastOfARange() {
    for (long seed = 0; seed < 1000; seed++) {
      var lots = new Lots(seed);
      int from = Lots.place(HOSTS[(int) (seed % 200)]);
      int to = Lots.place(HOSTS[(int) (seed * 7 % 200)]);
      long least = lots.least(Math.min(from, to), Math.max(from, to));
      for (HostId host : HOSTS) {
        int place = Lots.place(host);
        if (place >= Math.min(from, to) && place <= Math.max(from, to)) {
          assertThat(lots.of(place)).isGreaterThanOrEqualTo(least);
        }
      }
    }
  }
}
