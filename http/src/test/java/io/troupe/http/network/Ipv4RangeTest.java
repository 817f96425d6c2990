package io.troupe.http.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4RangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/24, 10.0.0.1, 10.0.0.254",
    "192.168.255.252/30, 192.168.255.253, 192.168.255.254",
    "128.0.0.0/1, 128.0.0.1, 255.255.255.254",
    "0.0.0.0/1, 0.0.0.1, 127.255.255.254"
  })
  void firstAndLastAreBetweenNetworkAndBroadcast(String cidr, String first, String last) {
    Ipv4Range range = Ipv4Range.parse(cidr).orElseThrow();

    assertThat(Ipv4Range.text(range.first())).isEqualTo(first);
    assertThat(Ipv4Range.text(range.last())).isEqualTo(last);
    assertThat(range.cidr()).isEqualTo(cidr);
    assertThat(range.holds(range.base())).isFalse();
    assertThat(range.holds(range.last() + 1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/0",
        "10.0.0.0/31",
        "10.0.0.0/32",
        "10.0.0.0/024",
        "10.0.0.1/24",
        "10.0.0/24",
        "10.0.0.256/24",
        "010.0.0.0/24",
        "fd00::/64",
        " 10.0.0.0/24",
        "10.0.0.0/24/24",
        "-1.0.0.0/8"
      })
  void anythingElseIsNoRange(String text) {
    assertThat(Ipv4Range.parse(text)).isEmpty();
  }

  @Test
  void everyAddressComesBackAsItWas() {
    for (long address = 0; address < 1L << 32; address += 65_521) {
      assertThat(Ipv4Range.address(Ipv4Range.text(address))).contains(address);
    }
  }
}
