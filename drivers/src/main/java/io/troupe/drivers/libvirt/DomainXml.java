package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.util.List;
import java.util.Optional;

/**
 * A guest as a libvirt domain: a pure function, checked against golden files. Format:
 * libvirt.org/formatdomain.html.
 *
 * @param guestType {@code kvm}, {@code qemu} or {@code test}
 * @param disks empty on the test driver, which has no files
 * @param vncListen empty: as the host is configured
 */
record DomainXml(
    DomainMetadata metadata,
    GuestSpec spec,
    String guestType,
    String architecture,
    NicSource nicSource,
    Optional<Paths> disks,
    Optional<String> vncListen) {

  /**
   * Where the guest's files lie on the host.
   *
   * @param volumes of each further volume of the specification, in its order
   */
  record Paths(String rootDisk, String configDrive, String consoleLog, List<String> volumes) {
    Paths(String rootDisk, String configDrive, String consoleLog) {
      this(rootDisk, configDrive, consoleLog, List.of());
    }
  }

  String write() {
    XmlElement domain = XmlElement.root("domain", "type", guestType);
    domain.child("name").text("troupe-" + metadata.instance());
    domain.child("uuid").text(metadata.instance().toString());
    metadata.write(domain.child("metadata"));
    domain.child("memory", "unit", "MiB").text(Long.toString(spec.size().ramMib()));
    domain.child("vcpu").text(Integer.toString(spec.size().vcpus()));
    XmlElement os = domain.child("os");
    os.child("type", "arch", architecture, "machine", machine()).text("hvm");
    os.child("boot", "dev", "hd");
    XmlElement features = domain.child("features");
    features.child("acpi"); // without it there is no power button to press
    if (isX86()) {
      features.child("apic");
    }
    cpu(domain);
    domain.child("clock", "offset", "utc");
    domain.child("on_poweroff").text("destroy");
    domain.child("on_reboot").text("restart");
    domain.child("on_crash").text("destroy");
    devices(domain.child("devices"));
    PlacementXml.replace(domain, spec.placement());
    return domain.write();
  }

  /**
   * With KVM what the host has. QEMU translates what it is given: Nehalem is x86-64-v2, the least
   * that current distributions boot on, and all of it is emulated.
   */
  private void cpu(XmlElement domain) {
    switch (guestType) {
      case "kvm" -> domain.child("cpu", "mode", "host-model");
      case "qemu" -> {
        if (isX86()) {
          domain
              .child("cpu", "mode", "custom", "match", "exact", "check", "none")
              .child("model", "fallback", "allow")
              .text("Nehalem");
        }
      }
      default -> {}
    }
  }

  private void devices(XmlElement devices) {
    disks.ifPresent(paths -> disks(devices, paths));
    spec.nics().forEach(nic -> NicXml.add(devices, nic, nicSource));
    if (guestType.equals("test")) {
      return;
    }
    disks.ifPresent(
        paths -> {
          XmlElement serial = devices.child("serial", "type", "pty");
          serial.child("log", "file", paths.consoleLog(), "append", "on");
          serial.child("target", "port", "0");
        });
    devices
        .child("channel", "type", "unix")
        .child("target", "type", "virtio", "name", "org.qemu.guest_agent.0");
    XmlElement vnc = devices.child("graphics", "type", "vnc", "autoport", "yes");
    vncListen.ifPresent(address -> vnc.child("listen", "type", "address", "address", address));
    devices.child("video").child("model", "type", isX86() ? "vga" : "virtio");
    devices
        .child("rng", "model", "virtio")
        .child("backend", "model", "random")
        .text("/dev/urandom");
    devices.child("memballoon", "model", "virtio");
  }

  private void disks(XmlElement devices, Paths paths) {
    XmlElement root = devices.child("disk", "type", "file", "device", "disk");
    String format = spec.rootVolume().map(VolumeRef::diskFormat).orElse("qcow2");
    root.child("driver", "name", "qemu", "type", format, "cache", "writeback", "discard", "unmap");
    root.child("source", "file", paths.rootDisk());
    root.child("target", "dev", "vda", "bus", "virtio");
    spec.rootVolume().ifPresent(volume -> root.child("serial").text(volume.id()));
    for (int i = 0; i < paths.volumes().size(); i++) {
      VolumeRef volume = spec.volumes().get(i);
      Hotplug.addDisk(devices, volume, paths.volumes().get(i), spec.device(i));
    }
    XmlElement drive = devices.child("disk", "type", "file", "device", "cdrom");
    drive.child("driver", "name", "qemu", "type", "raw");
    drive.child("source", "file", paths.configDrive());
    drive.child("target", "dev", isX86() ? "hda" : "sda", "bus", isX86() ? "ide" : "scsi");
    drive.child("readonly");
  }

  /** i440FX on x86, as Nova's default; the generic board elsewhere. */
  private String machine() {
    return isX86() ? "pc" : "virt";
  }

  private boolean isX86() {
    return architecture.equals("x86_64") || architecture.equals("i686");
  }
}
