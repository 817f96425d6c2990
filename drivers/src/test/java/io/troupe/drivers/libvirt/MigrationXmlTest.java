package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationXmlTest {
  private static final InstanceId GUEST =
      InstanceId.parse("5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001").orElseThrow();

  /** As libvirt writes it for a guest on its way: what it has resolved stands in it. */
  private static final String SENT =
      """
      <domain type='qemu' id='4'>
        <name>troupe-5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001</name>
        <uuid>5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001</uuid>
        <metadata>
          <troupe:guest xmlns:troupe="urn:troupe:libvirt:guest:1"
            instance="5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001" generation="2" operation="req-1"/>
          <other:thing xmlns:other="urn:other"/>
        </metadata>
        <devices>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/>
            <source file='/pool/troupe-5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001.2.root.qcow2' index='2'/>
            <backingStore type='file' index='3'>
              <format type='qcow2'/>
              <source file='/pool/troupe-image-00.aa.qcow2'/>
            </backingStore>
            <target dev='vda' bus='virtio'/>
          </disk>
          <disk type='file' device='disk'>
            <source file='/pool/volume-7.raw'/>
            <target dev='vdb' bus='virtio'/>
            <serial>7</serial>
          </disk>
          <disk type='file' device='cdrom'>
            <source file='/pool/troupe-5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001.2.config.iso'/>
            <target dev='hda' bus='ide'/>
          </disk>
          <interface type='network'>
            <mac address='fa:16:3e:00:00:01'/>
            <source network='default' portid='x' bridge='virbr0'/>
            <target dev='vnet3'/>
            <model type='virtio'/>
            <address type='pci' slot='0x03'/>
          </interface>
          <serial type='pty'><log file='/pool/old.log' append='on'/></serial>
          <graphics type='vnc' port='5901' autoport='yes' listen='10.0.0.1'>
            <listen type='address' address='10.0.0.1'/>
          </graphics>
        </devices>
      </domain>
      """;

  private static MoveDestination there(String nic, Optional<String> vnc) {
    return new MoveDestination(
        "b",
        3,
        3,
        new OperationId("req-9"),
        "qemu+tcp://b/system",
        Optional.of("tcp://b"),
        "/images/root",
        "/images/config",
        "/images/log",
        true,
        nic,
        vnc,
        Optional.empty());
  }

  @Test
  void filesCardsAndAddressesAreTheDestinationsAndTheGuestSeesNoChange() {
    var written = MigrationXml.at(there("bridge:br0", Optional.of("10.0.0.2")), GUEST, SENT);

    var domain = XmlElement.parse(written);
    assertThat(domain.find("devices/disk[target/@dev='vda']/source/@file"))
        .contains("/images/root");
    assertThat(domain.find("devices/disk[target/@dev='vdb']/source/@file"))
        .contains("/images/volume-7.raw");
    assertThat(domain.find("devices/disk[@device='cdrom']/source/@file"))
        .contains("/images/config");
    assertThat(domain.all("devices/disk/backingStore")).isEmpty();
    assertThat(domain.find("devices/serial/log/@file")).contains("/images/log");
    assertThat(domain.find("devices/interface/@type")).contains("bridge");
    assertThat(domain.find("devices/interface/source/@bridge")).contains("br0");
    assertThat(domain.all("devices/interface/source/@network | devices/interface/target"))
        .isEmpty();
    assertThat(domain.find("devices/interface/mac/@address")).contains("fa:16:3e:00:00:01");
    assertThat(domain.find("devices/interface/address/@slot")).contains("0x03");
    assertThat(domain.find("devices/graphics/listen/@address")).contains("10.0.0.2");
    assertThat(domain.find("devices/graphics/@port")).isEmpty();
    assertThat(domain.find("uuid")).contains(GUEST.toString());
    assertThat(domain.all("metadata/*")).hasSize(2);
  }

  @Test
  void guestIsLabelledWithTheDestinationsGeneration() {
    var written = MigrationXml.at(there("user", Optional.empty()), GUEST, SENT);

    var label =
        XmlElement.parse(written)
            .all("metadata/*[namespace-uri()='" + DomainMetadata.NAMESPACE + "']");
    assertThat(label).hasSize(1);
    assertThat(DomainMetadata.parse(label.getFirst().writeAlone()))
        .contains(new DomainMetadata(GUEST, 3, new OperationId("req-9"), 3));
    assertThat(XmlElement.parse(written).all("devices/graphics/listen")).isEmpty();
    assertThat(XmlElement.parse(written).all("devices/interface/source")).isEmpty();
  }

  @Test
  void ticketSaysTheSameAtTheOtherEnd() throws Exception {
    var source =
        new MoveSource(
            "a", "uuid-a", 2, 1, "root.qcow2", 1L << 30, true, "ab", List.of("x", "y"), true);
    var bare = new MoveSource("a", "uuid-a", 2, 1, "root.qcow2", 1, false, "", List.of(), false);
    var plain = there("user", Optional.empty());
    var full = there("network:default", Optional.of("::"));

    for (var each : List.of(source, bare)) {
      assertThat(MoveSource.of(MoveTicket.offered("libvirt", each.facts()))).isEqualTo(each);
    }
    for (var each : List.of(plain, full)) {
      var ticket = MoveTicket.offered("libvirt", source.facts());
      assertThat(MoveDestination.of(ticket.prepared(Storage.BLOCK, each.facts()))).isEqualTo(each);
    }
  }

  @Test
  void strangeTicketsAreRefusedInWords() {
    assertThatThrownBy(() -> MoveSource.of(MoveTicket.offered("other", Map.of())))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("HOST_FAULT");
    assertThatThrownBy(() -> MoveSource.of(MoveTicket.offered("libvirt", Map.of("host", "a"))))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("without");
  }
}
