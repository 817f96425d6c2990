package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.host.GuestPlace;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerTopologyTest extends CloudTest {
  private static final String NOTHING = "{\"nodes\":[],\"pagesize_kb\":null}";

  private String id;

  @BeforeEach
  void bootOne() {
    id = boot(cloud.alice(), "a");
  }

  private String path() {
    return "/compute/v2.1/servers/" + id + "/topology";
  }

  /** Two cells: one pinned onto the siblings 2 and 6, one that floats. */
  private void seat(int vcpus, long ramMib) {
    var host =
        new HostTopology(
            List.of(
                new HostTopology.Cell(
                    0, 0, List.of(List.of(0, 4), List.of(2, 6)), 8_192, List.of()),
                new HostTopology.Cell(
                    1, 1, List.of(List.of(1, 5), List.of(3, 7)), 8_192, List.of())),
            List.of(2, 6),
            List.of());
    var pinned =
        new GuestPlacement.Cell(
            0,
            List.of(0, 1),
            256,
            2_048,
            List.of(new GuestPlacement.Pin(0, 2), new GuestPlacement.Pin(1, 6)),
            List.of(),
            List.of());
    var floating =
        new GuestPlacement.Cell(
            1, List.of(2, 3), 256, 2_048, List.of(), List.of(1, 3, 5, 7), List.of());
    var placement =
        new GuestPlacement(
            vcpus, ramMib, List.of(pinned, floating), List.of(), List.of(), List.of());
    cloud.hosts.seat(
        InstanceId.parse(id).orElseThrow(), new GuestPlace(Optional.of(placement), host));
  }

  private void seat() {
    seat(1, 128);
  }

  @Test
  void administratorsSeeWhereOnTheHost() {
    seat();

    Sample.check(
        "compute/server-topology-2.78", cloud.admin().at("2.78").get(path()).body(), Map.of());
  }

  @Test
  void ownersSeeWhatTheirGuestSees() {
    seat();

    Sample.check(
        "compute/server-topology-of-owner-2.78",
        cloud.alice().at("2.78").get(path()).body(),
        Map.of());
    assertThat(cloud.as("rita", "demo").at("2.78").get(path()).status()).isEqualTo(200);
  }

  @Test
  void aServerWithoutCellsHasNone() {
    assertThat(cloud.alice().at("2.78").get(path()).text()).isEqualTo(NOTHING);
  }

  @Test
  void aServerWithoutAHostHasNone() {
    id =
        cloud
            .alice()
            .post("/compute/v2.1/servers", server("b", ""))
            .body()
            .at("/server/id")
            .asText();
    seat();

    assertThat(cloud.admin().at("2.78").get(path()).text()).isEqualTo(NOTHING);
  }

  @Test
  void beforeItsMicroversionOrElsewhereItIs404() {
    assertThat(cloud.admin().at("2.77").get(path()).status()).isEqualTo(404);
    assertThat(cloud.as("bob", "other").at("2.78").get(path()).status()).isEqualTo(404);
    id = "nosuch";
    assertThat(cloud.admin().at("2.78").get(path()).status()).isEqualTo(404);
  }
}
