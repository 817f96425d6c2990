package io.troupe.http.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyJsonTest {
  @Test
  void cellsPagesAndDevicesAreShownWithWhatIsTaken() {
    var cell =
        new HostTopology.Cell(
            0,
            1,
            List.of(List.of(0, 1), List.of(2, 3)),
            4_096,
            List.of(new HostTopology.Pages(2_048, 512)));
    var device =
        new HostTopology.Device(
            "0000:01:00.0",
            "10de",
            "1db6",
            HostTopology.Type.PCI,
            Optional.of(0),
            Optional.empty(),
            Map.of("rack", "7"));
    var guest =
        new GuestPlacement(
            2,
            512,
            List.of(
                new GuestPlacement.Cell(
                    0,
                    List.of(0, 1),
                    512,
                    2_048,
                    List.of(new GuestPlacement.Pin(0, 2)),
                    List.of(0, 1),
                    List.of(3))),
            List.of(),
            List.of(),
            List.of(new GuestPlacement.Device("0000:01:00.0", "gpu")));
    var topology = new HostTopology(List.of(cell), List.of(2, 3), List.of(device));

    var shown = TopologyJson.of(new HostParts(topology, List.of(), 4, 1, List.of(guest)));

    assertThat(shown.at("/dedicated_cpus").asText()).isEqualTo("2,3");
    assertThat(shown.at("/cells/0/pinned_cpus").asText()).isEqualTo("2,3");
    assertThat(shown.at("/cells/0/shared_vcpus").asInt()).isEqualTo(1);
    assertThat(shown.at("/cells/0/claimed_ram_mib").asInt()).isEqualTo(512);
    assertThat(shown.at("/cells/0/cores/1").asText()).isEqualTo("2,3");
    assertThat(shown.at("/cells/0/pages/0/free").asInt()).isEqualTo(256);
    assertThat(shown.at("/devices/0/claimed").asBoolean()).isTrue();
    assertThat(shown.at("/devices/0/type").asText()).isEqualTo("type-PCI");
    assertThat(shown.at("/devices/0/tags/rack").asText()).isEqualTo("7");
  }
}
