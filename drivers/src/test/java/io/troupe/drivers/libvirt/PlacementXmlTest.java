package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestPlacement.Cell;
import io.troupe.drivers.spi.GuestPlacement.Device;
import io.troupe.drivers.spi.GuestPlacement.Pin;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Golden files, as for the domain as a whole. */
class PlacementXmlTest {
  private static final String BARE =
      "<domain type='kvm'><memory unit='MiB'>3072</memory><vcpu>4</vcpu>"
          + "<cpu mode='host-model'/><devices><hostdev type='usb'/></devices></domain>";

  private static final GuestPlacement TWO_CELLS =
      new GuestPlacement(
          4,
          3072,
          List.of(
              new Cell(
                  1,
                  List.of(0, 1),
                  1024,
                  2048,
                  List.of(new Pin(0, 12), new Pin(1, 13)),
                  List.of(8, 9),
                  List.of()),
              new Cell(
                  0, List.of(2, 3), 2048, 4, List.of(new Pin(2, 4)), List.of(0, 1), List.of())),
          List.of(),
          List.of(14),
          List.of(new Device("0000:65:00.1", "gpu"), new Device("000a:02:1f.7", "nic")));

  @Test
  void cellsPinsPagesAndDevicesAreWrittenAsInTheGoldenFile() throws Exception {
    assertThat(written(BARE, Optional.of(TWO_CELLS))).isEqualTo(golden("placed"));
  }

  @Test
  void whatServesTheGuestRunsOnItsCpusWhereNoOthersAreNamed() {
    var cell = new Cell(0, List.of(0), 512, 0, List.of(new Pin(0, 3)), List.of(0, 1), List.of(2));
    var pinned = new GuestPlacement(1, 512, List.of(cell), List.of(), List.of(), List.of());

    var domain = XmlElement.parse(written(BARE, Optional.of(pinned)));

    assertThat(domain.find("cputune/emulatorpin/@cpuset")).contains("3");
    assertThat(domain.find("memoryBacking")).isEmpty();
    assertThat(domain.all("memoryBacking")).isEmpty();
  }

  @Test
  void guestWithoutCellsKeepsOffTheDedicatedCpus() {
    var beside = new GuestPlacement(0, 0, List.of(), List.of(0, 1, 4), List.of(), List.of());

    var domain = XmlElement.parse(written(BARE, Optional.of(beside)));

    assertThat(domain.find("vcpu/@cpuset")).contains("0,1,4");
    assertThat(domain.all("cputune | numatune | cpu/numa")).isEmpty();
  }

  @Test
  void anotherPlacementTakesThePlaceOfTheFirst() throws Exception {
    String once = written(BARE, Optional.of(TWO_CELLS));

    var none = XmlElement.parse(written(once, Optional.empty()));
    var again = XmlElement.parse(written(once, Optional.of(TWO_CELLS)));

    assertThat(none.all("cputune | numatune | memoryBacking | cpu/numa")).isEmpty();
    assertThat(none.find("devices/hostdev/@type")).contains("usb");
    assertThat(again.all("cputune | numatune | memoryBacking | cpu/numa")).hasSize(4);
    assertThat(again.all("devices/hostdev[@type='pci']")).hasSize(2);
  }

  @Test
  void resizedGuestIsWhereItsNewClaimSays() {
    XmlElement domain = XmlElement.parse(written(BARE, Optional.empty()));

    Resizing.edit(domain, new Resources(4, 3072, 0), Optional.of(TWO_CELLS));

    assertThat(domain.find("numatune/memnode[@cellid='0']/@nodeset")).contains("1");
  }

  @Test
  void placementTravelsWithTheTicketOfAMove() throws Exception {
    var facts =
        new MoveDestination(
                "b",
                3,
                3,
                new io.troupe.core.value.OperationId("req-9"),
                "qemu+tcp://b/system",
                Optional.empty(),
                "/images/root",
                "/images/config",
                "/images/log",
                false,
                "user",
                Optional.empty(),
                Optional.of(TWO_CELLS))
            .facts();

    assertThat(io.troupe.drivers.spi.PlacementText.read(facts)).contains(TWO_CELLS);
  }

  private static String written(String xml, Optional<GuestPlacement> placement) {
    XmlElement domain = XmlElement.parse(xml);
    PlacementXml.replace(domain, placement);
    return domain.write();
  }

  private static String golden(String name) throws Exception {
    try (InputStream file =
        PlacementXmlTest.class.getResourceAsStream("/libvirt/domain-" + name + ".xml")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
