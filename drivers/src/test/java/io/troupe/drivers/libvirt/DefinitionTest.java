package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.Resources;
import org.junit.jupiter.api.Test;

/** What is done to the XML of a guest that is there already. */
class DefinitionTest {
  private static final String GUEST =
      """
      <domain type='qemu'>
        <memory unit='KiB'>131072</memory>
        <currentMemory unit='KiB'>131072</currentMemory>
        <vcpu placement='static' current='1'>2</vcpu>
        <devices>
          <disk type='file' device='disk'>
            <source file='/pool/root.qcow2'/>
            <target dev='vda' bus='virtio'/>
            <address type='pci' slot='0x04'/>
          </disk>
          <disk type='file' device='disk'>
            <source file='/pool/volume.raw'/>
            <target dev='vdb' bus='virtio'/>
            <serial>a-volume</serial>
          </disk>
        </devices>
      </domain>
      """;

  @Test
  void rescuedGuestHasItsOwnDiskBehindAllOthers() {
    XmlElement domain = XmlElement.parse(GUEST);

    Rescue.insert(domain, "/pool/rescue.qcow2");

    assertThat(file(domain, "vda")).isEqualTo("/pool/rescue.qcow2");
    assertThat(file(domain, "vdb")).isEqualTo("/pool/volume.raw");
    assertThat(file(domain, "vdc")).isEqualTo("/pool/root.qcow2");
    assertThat(domain.find("devices/disk[1]/address/@slot")).as("its place").contains("0x04");
  }

  @Test
  void endOfRescueIsAsBefore() {
    XmlElement domain = XmlElement.parse(GUEST);

    Rescue.insert(domain, "/pool/rescue.qcow2");
    Rescue.takeOut(domain);

    assertThat(domain.all("devices/disk")).hasSize(2);
    assertThat(file(domain, "vda")).isEqualTo("/pool/root.qcow2");
    assertThat(file(domain, "vdb")).isEqualTo("/pool/volume.raw");
  }

  @Test
  void resizedGuestHasAllOfItsSizeFromTheStart() {
    XmlElement domain = XmlElement.parse(GUEST);

    Resizing.edit(domain, new Resources(4, 512, 0), java.util.Optional.empty());

    assertThat(domain.find("memory")).contains("512");
    assertThat(domain.find("memory/@unit")).contains("MiB");
    assertThat(domain.find("currentMemory")).contains("512");
    assertThat(domain.find("vcpu")).contains("4");
    assertThat(domain.find("vcpu/@current")).isEmpty();
  }

  private static String file(XmlElement domain, String device) {
    return domain.find("devices/disk[target/@dev='" + device + "']/source/@file").orElseThrow();
  }
}
