package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import java.util.Optional;

/**
 * A domain as it is to be at another host: the same for the guest inside, other files, networks and
 * addresses outside, and the destination's generation. Pure; libvirt itself refuses what the guest
 * would see.
 */
final class MigrationXml {
  private MigrationXml() {}

  static String at(MoveDestination there, InstanceId instance, String domainXml) {
    XmlElement domain = XmlElement.parse(domainXml);
    label(domain, there, instance);
    domain.all("devices/disk").forEach(disk -> disk(disk, there));
    domain
        .all("devices/serial/log | devices/console/log")
        .forEach(log -> log.set("file", there.consoleLog()));
    NicSource.parse(there.nic())
        .ifPresent(to -> domain.all("devices/interface").forEach(card -> NicXml.plug(card, to)));
    domain.all("devices/graphics[@type='vnc']").forEach(vnc -> listen(vnc, there.vncListen()));
    PlacementXml.replace(domain, there.placement());
    return domain.write();
  }

  private static void label(XmlElement domain, MoveDestination there, InstanceId instance) {
    XmlElement metadata = domain.all("metadata").getFirst();
    metadata
        .all("*[namespace-uri()='" + DomainMetadata.NAMESPACE + "']")
        .forEach(XmlElement::remove);
    new DomainMetadata(instance, there.generation(), there.operation(), there.files())
        .write(metadata);
  }

  /** What a disk stands on is found out at the destination, from the file itself. */
  private static void disk(XmlElement disk, MoveDestination there) {
    disk.all("backingStore").forEach(XmlElement::remove);
    for (XmlElement source : disk.all("source")) {
      source.unset("index");
      if (disk.attribute("device").equals("cdrom")) {
        source.set("file", there.configDrive());
      } else if (disk.find("target/@dev").filter("vda"::equals).isPresent()) {
        source.set("file", there.rootDisk());
      } else {
        String file = source.attribute("file");
        source.set("file", there.directory() + file.substring(file.lastIndexOf('/') + 1));
      }
    }
  }

  private static void listen(XmlElement vnc, Optional<String> address) {
    vnc.unset("listen").unset("port");
    vnc.all("listen").forEach(XmlElement::remove);
    address.ifPresent(it -> vnc.child("listen", "type", "address", "address", it));
  }
}
