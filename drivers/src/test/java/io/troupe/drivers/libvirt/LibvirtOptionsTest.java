package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibvirtOptionsTest {
  @Test
  void everythingHasADefault() throws Exception {
    LibvirtOptions options = LibvirtOptions.of(spec("qemu:///system", Map.of()));

    assertThat(options.pool()).isEqualTo("troupe");
    assertThat(options.poolPath()).isEqualTo("/var/lib/libvirt/images/troupe");
    assertThat(options.guestType()).isEmpty();
    assertThat(options.nic()).isEmpty();
    assertThat(options.vncListen()).isEmpty();
  }

  @Test
  void optionsAreRead() throws Exception {
    LibvirtOptions options =
        LibvirtOptions.of(
            spec(
                "qemu:///system", Map.of("guestType", "kvm", "nic", "bridge:br-ex", "pool", "p1")));

    assertThat(options.guestType()).contains("kvm");
    assertThat(options.nic()).contains(new NicSource.Bridge("br-ex"));
    assertThat(options.pool()).isEqualTo("p1");
  }

  @ParameterizedTest
  @CsvSource({
    "guestType, xen, guestType",
    "nic, vlan:7, nic",
    "nic, bridge:, nic",
    "nic, bridge:a/b, nic",
    "pool, a/b, pool",
    "poolPath, images, poolPath",
    "colour, red, colour"
  })
  void badOptionIsNamed(String option, String value, String named) {
    assertThatThrownBy(() -> LibvirtOptions.of(spec("qemu:///system", Map.of(option, value))))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining(named);
  }

  @Test
  void hostThatDoesNotAnswerIsRetryable() {
    LibvirtPeer.requireLibrary();
    var context =
        new DriverContext(
            id -> {
              throw new IOException("no images here");
            },
            event -> {});

    assertThatThrownBy(
            () ->
                new LibvirtDriverProvider()
                    .open(spec("qemu+tcp://127.0.0.1:1/system", Map.of()), context))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("RETRYABLE: cannot connect to qemu+tcp://127.0.0.1:1/system");
  }

  @ParameterizedTest
  @CsvSource({"node-a, node-a", "node a.example, node-a.example", "-x, x", "ü, libvirt-host"})
  void hostNameIsMadeFitForAKey(String given, String token) {
    assertThat(HostFacts.token(given)).isEqualTo(token);
  }

  private static ConnectionSpec spec(String uri, Map<String, String> options) {
    return new ConnectionSpec(new ConnectionId("c"), URI.create(uri), options);
  }
}
