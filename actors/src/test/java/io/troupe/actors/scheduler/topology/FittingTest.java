package io.troupe.actors.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.PciAlias;
import io.troupe.config.PciNumaPolicy;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestPlacement.Pin;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Two cells of four cores with two threads each; CPUs 0 to 3 of each eight are shared. */
class FittingTest {
  private static final List<Integer> DEDICATED = List.of(4, 5, 6, 7, 12, 13, 14, 15);
  private static final List<Pages> PAGES = List.of(new Pages(4, 786_432), new Pages(2_048, 512));

  private static HostParts host(Device... devices) {
    return new HostParts(
        new HostTopology(List.of(cell(0), cell(1)), DEDICATED, List.of(devices)),
        List.of(
            new PciAlias("gpu", "10de", "", "PCI", PciNumaPolicy.LEGACY),
            new PciAlias("near", "10de", "", "PCI", PciNumaPolicy.REQUIRED),
            new PciAlias("any", "", "", "PCI", PciNumaPolicy.PREFERRED),
            new PciAlias("pf", "8086", "", "PF", PciNumaPolicy.LEGACY),
            new PciAlias("vf", "8086", "", "VF", PciNumaPolicy.LEGACY)),
        2.0,
        1.0,
        List.of());
  }

  private static Cell cell(int id) {
    var cores =
        IntStream.range(0, 4)
            .mapToObj(core -> List.of(8 * id + 2 * core, 8 * id + 2 * core + 1))
            .toList();
    return new Cell(id, id, cores, 4_096, PAGES);
  }

  private static Device device(int number, String vendor, Integer cell) {
    return device(number, vendor, Type.PCI, cell, null);
  }

  private static Device device(int number, String vendor, Type type, Integer cell, String parent) {
    return new Device(
        address(number),
        vendor,
        "0001",
        type,
        Optional.ofNullable(cell),
        Optional.ofNullable(parent),
        Map.of());
  }

  private static String address(int number) {
    return "0000:0" + number + ":00.0";
  }

  private static GuestShape shape(int vcpus, long ramMib, String... words) {
    var specs = new java.util.HashMap<String, String>();
    for (int i = 0; i < words.length; i += 2) {
      specs.put(words[i], words[i + 1]);
    }
    return ((GuestShape.Asked) GuestShape.of(new Resources(vcpus, ramMib, 0), specs, Map.of()))
        .shape();
  }

  private static GuestPlacement placed(GuestShape shape, HostParts host) {
    return ((Fitting.Fits) Fitting.of(shape, host)).placement();
  }

  private static String why(GuestShape shape, HostParts host) {
    return ((Fitting.Lacks) Fitting.of(shape, host)).why().text();
  }

  private static List<Integer> cells(GuestPlacement placement) {
    return placement.cells().stream().map(GuestPlacement.Cell::hostCell).toList();
  }

  private static List<String> devices(GuestPlacement placement) {
    return placement.devices().stream().map(GuestPlacement.Device::address).toList();
  }

  @Nested
  class Cpus {
    @Test
    void guestGetsCpusOfItsOwnSiblingsFirst() {
      var host = host();
      var first = placed(shape(2, 512, "hw:cpu_policy", "dedicated"), host);

      assertThat(first.cells().getFirst().pins()).containsExactly(new Pin(0, 4), new Pin(1, 5));
      assertThat(first.cells().getFirst().floating()).isEmpty();
      assertThat(cells(placed(shape(2, 512, "hw:cpu_policy", "dedicated"), host.and(first))))
          .as("the cell with less claimed RAM")
          .containsExactly(1);
    }

    @Test
    void isolatedGuestKeepsSiblingsIdle() {
      var alone = shape(2, 512, "hw:cpu_policy", "dedicated", "hw:cpu_thread_policy", "isolate");
      var host = host();
      var first = placed(alone, host);

      assertThat(first.cells().getFirst().pins()).containsExactly(new Pin(0, 4), new Pin(1, 6));
      assertThat(first.cells().getFirst().idle()).containsExactly(5, 7);
      var full = host.and(first).and(placed(alone, host.and(first)));
      assertThat(why(shape(1, 512, "hw:cpu_policy", "dedicated"), full))
          .isEqualTo("dedicated cpus for guest cell 0 on cell 0 1 asked, 0 free");
    }

    @Test
    void siblingsAreRequiredWhereTheFlavorSaysSo() {
      var one = shape(1, 512, "hw:cpu_policy", "dedicated");
      var pair = shape(2, 512, "hw:cpu_policy", "dedicated", "hw:cpu_thread_policy", "require");
      var host = host();
      for (int i = 0; i < 2; i++) { // each takes a thread of another cell
        host = host.and(placed(one, host));
      }

      assertThat(placed(pair, host).cells().getFirst().pins())
          .containsExactly(new Pin(0, 6), new Pin(1, 7));
    }

    @Test
    void mixedGuestFloatsWithTheRestOfItsCpus() {
      var mixed =
          placed(shape(3, 512, "hw:cpu_policy", "mixed", "hw:cpu_dedicated_mask", "^0"), host());

      assertThat(mixed.cells().getFirst().pins()).containsExactly(new Pin(1, 4), new Pin(2, 5));
      assertThat(mixed.cells().getFirst().floating()).containsExactly(0, 1, 2, 3);
      assertThat(mixed.cells().getFirst().floatingCount()).isEqualTo(1);
    }

    @Test
    void sharedCpusAreOvercommittedButNotByOneGuest() {
      var host = host();
      var four = shape(4, 64, "hw:numa_nodes", "1");
      for (int i = 0; i < 4; i++) { // two to a cell: 4 CPUs at a ratio of 2
        host = host.and(placed(four, host));
      }

      assertThat(why(shape(1, 64, "hw:numa_nodes", "1"), host))
          .isEqualTo("vcpus for guest cell 0 on cell 0 1 asked, 0 free");
      assertThat(why(shape(5, 64, "hw:numa_nodes", "1"), host()))
          .isEqualTo("vcpus for guest cell 0 on cell 0 5 asked, 4 free");
    }

    @Test
    void emulatorHasACpuOfItsOwn() {
      var placement =
          placed(
              shape(2, 512, "hw:cpu_policy", "dedicated", "hw:emulator_threads_policy", "isolate"),
              host());

      assertThat(placement.emulator()).containsExactly(6);
      assertThat(placement.ownCpus()).containsExactlyInAnyOrder(4, 5, 6);
    }
  }

  @Nested
  class Memory {
    @Test
    void largestPagesThatDoAreTaken() {
      var cell = placed(shape(2, 1_024, "hw:mem_page_size", "large"), host()).cells().getFirst();

      assertThat(cell.pageKib()).isEqualTo(2_048);
      assertThat(cell.pageCount()).isEqualTo(512);
    }

    @Test
    void pagesAreNeverOvercommitted() {
      var huge = shape(2, 1_024, "hw:mem_page_size", "2MB");
      var host = host();
      host = host.and(placed(huge, host));
      host = host.and(placed(huge, host));

      assertThat(why(shape(1, 2, "hw:mem_page_size", "2048"), host))
          .isEqualTo("pages for guest cell 0 on cell 0 2 MiB asked, 0 MiB free");
      assertThat(why(shape(1, 3, "hw:mem_page_size", "1GB"), host))
          .isEqualTo("pages for guest cell 0 on cell 0 3 MiB asked, 0 MiB free");
      assertThat(placed(shape(1, 3, "hw:mem_page_size", "any"), host).cells().getFirst().pageKib())
          .isEqualTo(4);
    }

    @Test
    void ramOfACellIsWhatItHas() {
      assertThat(why(shape(2, 5_000, "hw:numa_nodes", "1"), host()))
          .isEqualTo("ram for guest cell 0 on cell 0 5000 MiB asked, 4096 MiB free");
      assertThat(cells(placed(shape(2, 5_000, "hw:numa_nodes", "2"), host())))
          .containsExactly(0, 1);
    }
  }

  @Nested
  class Cells {
    @Test
    void unevenCellsGoWhereTheyFit() {
      var host = host();
      host = host.and(placed(shape(1, 2_048, "hw:numa_nodes", "1"), host)); // on cell 0
      var uneven =
          shape(
              4,
              4_096,
              "hw:numa_nodes",
              "2",
              "hw:numa_cpus.0",
              "0",
              "hw:numa_mem.0",
              "3072",
              "hw:numa_cpus.1",
              "1-3",
              "hw:numa_mem.1",
              "1024");

      assertThat(cells(placed(uneven, host))).containsExactly(1, 0);
    }

    @Test
    void whatFitsByItselfMayNotFitTogether() {
      var host = host();
      host = host.and(placed(shape(1, 2_048, "hw:numa_nodes", "1"), host));

      assertThat(why(shape(2, 6_144, "hw:numa_nodes", "2"), host))
          .isEqualTo("guest cells 2 together asked, each by itself only found");
    }

    @Test
    void hostWithTooFewCellsSaysSo() {
      assertThat(why(shape(3, 512 * 3, "hw:numa_nodes", "3"), host()))
          .isEqualTo("numa cells 3 asked, 2 free");
      var none = new HostParts(HostTopology.NONE, List.of(), 1, 1, List.of());
      assertThat(why(shape(2, 512, "hw:numa_nodes", "2"), none))
          .isEqualTo("numa topology 2 cells asked, none found");
    }

    @Test
    void cellsWithDevicesAreKeptForThoseThatNeedThem() {
      var host = host(device(1, "10de", 0));

      assertThat(cells(placed(shape(1, 512, "hw:numa_nodes", "1"), host))).containsExactly(1);
    }

    /** 12 guest cells on 12 host cells that no order can serve: 12! orders, 4,096 sets. */
    @Test
    void manyCellsAreDecidedAtOnce() {
      var cells = new ArrayList<Cell>();
      for (int id = 0; id < 12; id++) {
        cells.add(new Cell(id, 0, List.of(List.of(id)), id < 11 ? 1_024 : 100, PAGES));
      }
      var wide =
          new HostParts(new HostTopology(cells, List.of(), List.of()), List.of(), 1, 1, List.of());

      assertThat(why(shape(12, 12 * 512, "hw:numa_nodes", "12"), wide))
          .isEqualTo("guest cells 12 together asked, each by itself only found");
    }
  }

  @Nested
  class Devices {
    @Test
    void missingOnesAreNamedByTheirAlias() {
      var host = host(device(1, "10de", 0));

      assertThat(why(shape(1, 512, "pci_passthrough:alias", "gpu:2"), host))
          .isEqualTo("devices of alias gpu 2 asked, 1 free");
      assertThat(why(shape(1, 512, "pci_passthrough:alias", "fpga:1"), host))
          .isEqualTo("devices of alias fpga 1 asked, 0 free");
    }

    @Test
    void oneThatMayHaveAnyLeavesTheOnlyOneToTheOther() {
      var host = host(device(1, "10de", 0), device(2, "1002", 0));
      var both = shape(1, 512, "pci_passthrough:alias", "any:1,gpu:1");

      assertThat(devices(placed(both, host))).containsExactly(address(2), address(1));
      assertThat(why(both, host.and(placed(shape(1, 1, "pci_passthrough:alias", "gpu:1"), host))))
          .isEqualTo("devices of alias gpu 1 asked, 0 free");
    }

    @Test
    void nearOnesDecideTheCell() {
      var host = host(device(1, "10de", 1));
      var near = shape(1, 512, "hw:numa_nodes", "1", "pci_passthrough:alias", "near:1");

      assertThat(cells(placed(near, host))).containsExactly(1);
      var full = host.and(placed(shape(1, 4_096, "hw:numa_nodes", "1"), host(device(1, "x", 0))));
      assertThat(why(near, full))
          .isEqualTo("devices of near near the guest's cells asked, elsewhere only found");
    }

    @Test
    void preferredOnesAreFarIfTheyMust() {
      var host = host(device(1, "1002", 1));
      var full = host.and(placed(shape(1, 4_096, "hw:numa_nodes", "1"), host(device(1, "x", 0))));
      var any = shape(1, 512, "hw:numa_nodes", "1", "pci_passthrough:alias", "any:1");

      assertThat(cells(placed(any, host))).containsExactly(1);
      assertThat(cells(placed(any, full))).containsExactly(0);
    }

    @Test
    void flavorsPolicyIsInPlaceOfTheAliases() {
      var host = host(device(1, "10de", null));

      assertThat(
              devices(
                  placed(
                      shape(1, 512, "hw:numa_nodes", "1", "pci_passthrough:alias", "gpu:1"), host)))
          .containsExactly(address(1));
      assertThat(
              why(
                  shape(
                      1,
                      512,
                      "hw:numa_nodes",
                      "1",
                      "pci_passthrough:alias",
                      "gpu:1",
                      "hw:pci_numa_affinity_policy",
                      "required"),
                  host))
          .contains("elsewhere only");
    }

    @Test
    void physicalFunctionAndItsVirtualOnesExcludeEachOther() {
      var host =
          host(
              device(1, "8086", Type.PF, 0, null),
              device(2, "8086", Type.VF, 0, address(1)),
              device(3, "8086", Type.PF, 0, null),
              device(4, "8086", Type.VF, 0, address(3)));
      var vf = shape(1, 1, "pci_passthrough:alias", "vf:1");
      var pf = shape(1, 1, "pci_passthrough:alias", "pf:1");

      assertThat(devices(placed(shape(1, 1, "pci_passthrough:alias", "pf:1,vf:1"), host)))
          .containsExactly(address(1), address(4));
      assertThat(devices(placed(pf, host.and(placed(vf, host))))).containsExactly(address(3));
      assertThat(devices(placed(vf, host.and(placed(pf, host))))).containsExactly(address(4));
      assertThat(why(shape(1, 1, "pci_passthrough:alias", "pf:2,vf:1"), host))
          .isEqualTo("devices of aliases pf,vf together asked, each by itself only found");
      assertThat(host.and(placed(pf, host)).freeDevices()).isEqualTo(2);
    }
  }
}
