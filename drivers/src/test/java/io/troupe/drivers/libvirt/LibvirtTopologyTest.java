package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** As libvirt's own documentation shows capabilities and node devices. */
class LibvirtTopologyTest {
  private static final String CAPABILITIES =
      """
      <capabilities><host><topology><cells num='2'>
        <cell id='1'>
          <memory unit='KiB'>4194304</memory>
          <pages unit='KiB' size='2048'>512</pages>
          <pages unit='KiB' size='4'>786432</pages>
          <cpus num='4'>
            <cpu id='2' socket_id='1' die_id='0' core_id='0' siblings='2,6'/>
            <cpu id='3' socket_id='1' die_id='0' core_id='1' siblings='3,7'/>
            <cpu id='6' socket_id='1' die_id='0' core_id='0' siblings='2,6'/>
            <cpu id='7' socket_id='1' die_id='0' core_id='1' siblings='3,7'/>
          </cpus>
        </cell>
        <cell id='0'>
          <memory unit='KiB'>2097152</memory>
          <cpus num='1'><cpu id='0' socket_id='0' core_id='0'/></cpus>
        </cell>
      </cells></topology></host></capabilities>
      """;

  private static final String PF =
      """
      <device><name>pci_0000_65_00_0</name><capability type='pci'>
        <domain>0</domain><bus>101</bus><slot>0</slot><function>0</function>
        <product id='0x154d'>X520</product><vendor id='0x8086'>Intel</vendor>
        <capability type='virt_functions' maxCount='63'>
          <address domain='0x0000' bus='0x65' slot='0x10' function='0x1'/>
        </capability>
        <numa node='1'/>
      </capability></device>
      """;

  private static final String VF =
      """
      <device><name>pci_0000_65_10_1</name><capability type='pci'>
        <domain>0</domain><bus>101</bus><slot>16</slot><function>1</function>
        <product id='0x10ed'>VF</product><vendor id='0x8086'>Intel</vendor>
        <capability type='phys_function'>
          <address domain='0x0000' bus='0x65' slot='0x00' function='0x0'/>
        </capability>
      </capability></device>
      """;

  @Test
  void cellsAndCoresAndPagesAreRead() {
    var topology = LibvirtTopology.of(CAPABILITIES, List.of(), List.of(3, 7), Set.of());

    assertThat(topology)
        .isEqualTo(
            new HostTopology(
                List.of(
                    new Cell(0, 0, List.of(List.of(0)), 2048, List.of()),
                    new Cell(
                        1,
                        1,
                        List.of(List.of(2, 6), List.of(3, 7)),
                        4096,
                        List.of(new Pages(4, 786432), new Pages(2048, 512)))),
                List.of(3, 7),
                List.of()));
    assertThat(topology.shared()).containsExactly(0, 2, 6);
  }

  @Test
  void devicesAreThoseThatAnOperatorGave() {
    var topology =
        LibvirtTopology.of(
            "<capabilities/>",
            List.of(VF, PF),
            List.of(),
            Set.of("8086:154d", "8086:10ed", "10de:1db6"));
    var fewer = LibvirtTopology.of("<capabilities/>", List.of(VF, PF), List.of(), Set.of("8086:1"));

    assertThat(topology.devices())
        .containsExactly(
            new Device(
                "0000:65:00.0",
                "8086",
                "154d",
                Type.PF,
                Optional.of(1),
                Optional.empty(),
                Map.of()),
            new Device(
                "0000:65:10.1",
                "8086",
                "10ed",
                Type.VF,
                Optional.empty(),
                Optional.of("0000:65:00.0"),
                Map.of()));
    assertThat(fewer.isNone()).isTrue();
  }
}
