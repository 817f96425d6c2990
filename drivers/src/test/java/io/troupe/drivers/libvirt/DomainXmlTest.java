package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestSpec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden files: a difference is a change to every guest made from now on. */
class DomainXmlTest {
  private static final InstanceId INSTANCE =
      new InstanceId(UUID.fromString("11111111-2222-3333-4444-555555555555"));
  private static final DomainXml.Paths PATHS =
      new DomainXml.Paths("/pool/a.root.qcow2", "/pool/a.config.iso", "/pool/a.console.log");

  @ParameterizedTest
  @CsvSource({
    "kvm-network, kvm, x86_64, network:default",
    "qemu-user, qemu, x86_64, user",
    "qemu-bridge-arm, qemu, aarch64, bridge:br-ex"
  })
  void guestIsWrittenAsInTheGoldenFile(
      String golden, String guestType, String architecture, String nic) throws Exception {
    String xml =
        new DomainXml(
                metadata(),
                spec(1500, "10.0.0.0/24"),
                guestType,
                architecture,
                NicSource.parse(nic).orElseThrow(),
                Optional.of(PATHS),
                golden.startsWith("kvm") ? Optional.of("192.0.2.7") : Optional.empty())
            .write();

    assertThat(xml).isEqualTo(golden(golden));
  }

  @Test
  void guestOfTheTestHypervisorHasNoFiles() throws Exception {
    String xml =
        new DomainXml(
                metadata(),
                spec(0, "10.0.0.0/24"),
                "test",
                "i686",
                new NicSource.Network("default"),
                Optional.empty(),
                Optional.empty())
            .write();

    assertThat(xml).isEqualTo(golden("test"));
  }

  @Test
  void subnetTooSmallForQemusDhcpIsLeftToItsDefault() {
    String xml =
        new DomainXml(
                metadata(),
                spec(1500, "10.0.0.0/28"),
                "qemu",
                "x86_64",
                new NicSource.User(),
                Optional.of(PATHS),
                Optional.empty())
            .write();

    assertThat(XmlElement.parse(xml).find("devices/interface/ip/@address")).isEmpty();
  }

  @Test
  void pathsAreEscapedByTheLibrary() {
    String path = "/pool/a\"b<c>&'d";
    String xml =
        new DomainXml(
                metadata(),
                spec(1500, "10.0.0.0/24"),
                "qemu",
                "x86_64",
                new NicSource.User(),
                Optional.of(new DomainXml.Paths(path, path, path)),
                Optional.empty())
            .write();

    XmlElement read = XmlElement.parse(xml);
    assertThat(read.find("devices/disk[@device='disk']/source/@file")).contains(path);
    assertThat(read.find("devices/serial/log/@file")).contains(path);
  }

  @Test
  void metadataIsReadAsItWasWritten() {
    XmlElement holder = XmlElement.root("metadata");
    metadata().write(holder);
    String element = holder.write().replaceAll("(?s)^<metadata>\\s*|\\s*</metadata>\\s*$", "");

    assertThat(DomainMetadata.parse(element)).contains(metadata());
  }

  @Test
  void metadataOfSomebodyElseIsNotOurs() {
    assertThat(DomainMetadata.parse("<guest/>")).isEmpty();
    assertThat(DomainMetadata.parse("<guest instance='x' generation='1' operation='r'/>"))
        .isEmpty();
    assertThat(DomainMetadata.parse("not XML")).isEmpty();
    assertThat(
            DomainMetadata.parse(
                "<!DOCTYPE g [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><g>&e;</g>"))
        .isEmpty();
  }

  private static DomainMetadata metadata() {
    return new DomainMetadata(INSTANCE, 7, new OperationId("req-1"), 7);
  }

  private static GuestSpec spec(int mtu, String cidr) {
    return new GuestSpec(
        "Web <one> & \"two\"",
        "web-one",
        "p",
        "u",
        new Resources(2, 512, 10),
        new GuestSpec.ImageRef("i", "ab".repeat(64), "qcow2", 1, 1),
        List.of(
            new GuestSpec.Nic(
                "port",
                "fa:16:3e:00:00:01",
                "net",
                "sub",
                "10.0.0.5",
                cidr,
                Optional.empty(),
                List.of(),
                mtu)),
        new GuestSpec.ConfigDrive(
            Map.of(), Optional.empty(), Optional.empty(), "", "nova", List.of()),
        Map.of());
  }

  private static String golden(String name) throws Exception {
    try (InputStream file =
        DomainXmlTest.class.getResourceAsStream("/libvirt/domain-" + name + ".xml")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
