package io.troupe.drivers.libvirt;

/** New volumes as libvirt describes them. Format: libvirt.org/formatstorage.html. */
final class VolumeXml {
  private VolumeXml() {}

  /** An empty file, readable for all or for its owner only. */
  static XmlElement raw(String name, boolean readableForAll) {
    XmlElement xml = volume(name, 0);
    target(xml, "raw", readableForAll ? "0644" : "0600");
    return xml;
  }

  /** An empty disk that stands on no other. */
  static XmlElement qcow2(String name, long capacityBytes) {
    XmlElement xml = volume(name, capacityBytes);
    target(xml, "qcow2", "0600");
    return xml;
  }

  /** A disk over another one, whose format is named and never probed. */
  static XmlElement overlay(String name, long capacityBytes, String basePath, String baseFormat) {
    XmlElement xml = qcow2(name, capacityBytes);
    XmlElement base = xml.child("backingStore");
    base.child("path").text(basePath);
    base.child("format", "type", baseFormat);
    return xml;
  }

  private static XmlElement volume(String name, long capacityBytes) {
    XmlElement xml = XmlElement.root("volume");
    xml.child("name").text(name);
    xml.child("capacity", "unit", "bytes").text(Long.toString(capacityBytes));
    return xml;
  }

  private static void target(XmlElement xml, String format, String mode) {
    XmlElement target = xml.child("target");
    target.child("format", "type", format);
    target.child("permissions").child("mode").text(mode);
  }
}
